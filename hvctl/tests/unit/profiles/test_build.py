# SPDX-License-Identifier: Apache-2.0
"""Tests of what becomes of the values of a file."""

from __future__ import annotations

from hvctl.model.drain_options import Method
from hvctl.model.health import Answer
from hvctl.model.networking import Address, Device, Link, Ovn, Sriov
from hvctl.model.profile import (
    Family,
    LiveMigration,
    PartType,
    Profile,
    Subnetwork,
    TestGuest,
    Timeouts,
)
from hvctl.model.secret import Secret
from hvctl.tests.unit.profiles import base


class TestBuild(base.ProfilesTestCase):
    """Values and where they go."""

    def get(self, body, secure=None):
        lines = ''.join(f'    {line}\n' for line in body.splitlines())
        return self.load(f'profiles:\n  a:\n{lines}', secure).get('a')

    def test_scalars(self) -> None:
        """What is a plain value is taken as it is."""
        profile = self.get(
            'image: i\nflavor: f\nnetwork: n\nvnic_type: normal\nsubnet: s\n'
            'fixed_ip: 2001:db8::1\nkey_name: k\ndomain: example.org\n'
            'compute_cloud: c\navailability_zone: z\nmachine_zone: m\n'
            'cpu_allocation_ratio: 16\nreserved_host_cpus: 2\n'
            'traits: [CUSTOM_A]\nfamily: rhel'
        )

        self.assertEqual(
            Profile(
                name='a',
                file=str(self.main),
                image='i',
                flavor='f',
                network='n',
                vnic_type='normal',
                subnet='s',
                fixed_ip='2001:db8::1',
                key_name='k',
                domain='example.org',
                compute_cloud='c',
                availability_zone='z',
                machine_zone='m',
                cpu_allocation_ratio=16,
                reserved_host_cpus=2,
                traits=('CUSTOM_A',),
                family=Family.RHEL,
            ),
            profile,
        )

    def test_durations(self) -> None:
        """Durations are seconds, however they are written."""
        for text, seconds in {
            '90': 90,
            '90s': 90,
            '45m': 2700,
            '8h': 28800,
            '"2d"': 172800,
        }.items():
            with self.subTest(text=text):
                self.assertEqual(seconds, self.get(f'expiry: {text}').expiry)

    def test_timeouts(self) -> None:
        """A time limit that is left out is the one without a profile."""
        profile = self.get('timeouts: {boot: 1h}')

        self.assertEqual(Timeouts(boot=3600), profile.timeouts)

    def test_live_migration(self) -> None:
        """So is what is left out of the live migration."""
        profile = self.get('live_migration: {max_concurrent: 0}')

        self.assertEqual(
            LiveMigration(max_concurrent=0), profile.live_migration
        )

    def test_health_test(self) -> None:
        """The test guest, all of it."""
        profile = self.get(
            'health_test: {enabled: true, image: i, flavor: f, network: n, '
            'vnic_type: direct, answer: address, timeout: 2m, '
            'move: [cold, live]}'
        )

        self.assertEqual(
            TestGuest(
                enabled=True,
                image='i',
                flavor='f',
                network='n',
                vnic_type='direct',
                answer=Answer.ADDRESS,
                timeout=120,
                move=(Method.COLD, Method.LIVE),
            ),
            profile.health_test,
        )
        for text in ('move: []', 'move: ~', 'enabled: false'):
            with self.subTest(text=text):
                test = self.get(f'health_test: {{{text}}}').health_test
                self.assertEqual((), test.move)

    def test_packages(self) -> None:
        """None at all, none for a family, and what nobody said differ."""
        debian, rhel = Family
        for text, packages in {
            'packages: []': {debian: (), rhel: ()},
            'packages: {}': {},
            'packages: {debian: []}': {debian: ()},
            'packages: {rhel: [x, y], debian: ~}': {rhel: ('x', 'y')},
        }.items():
            with self.subTest(text=text):
                self.assertEqual(packages, self.get(text).packages)

    def test_subnetworks(self) -> None:
        """Networks on the trunk."""
        profile = self.get(
            'subnetworks:\n'
            '  - {network: n, segmentation_id: 7, address: dhcp}\n'
            '  - {network: m, subnet: s, interface: storage}'
        )

        self.assertEqual(
            (
                Subnetwork(
                    network='n',
                    segmentation_id=7,
                    address=Address.DHCP,
                ),
                Subnetwork(network='m', subnet='s', interface='storage'),
            ),
            profile.subnetworks,
        )

    def test_sriov(self) -> None:
        """Adapters with virtual functions."""
        profile = self.get(
            'networking:\n  kind: sriov\n  devices:\n'
            '    - {interface: ib0, physical_network: p, vfs: 8, '
            'link: infiniband, trusted: true, exclude: ["0000:3b:02.1"]}'
        )

        self.assertEqual(
            Sriov(
                devices=(
                    Device(
                        interface='ib0',
                        physical_network='p',
                        vfs=8,
                        link=Link.INFINIBAND,
                        trusted=True,
                        exclude=('0000:3b:02.1',),
                    ),
                )
            ),
            profile.networking,
        )

    def test_ovn(self) -> None:
        """OVN, whose shared secret is one whatever it says."""
        body = (
            'networking:\n  kind: ovn\n  southbound: ["tcp:10.0.0.1:6642"]\n'
            '  bridge_mappings: {p: br-ex}\n'
            '  bridge_interfaces: {br-ex: eno1}\n'
            '  metadata_host: 10.0.0.2\n'
            '  metadata_proxy_shared_secret: '
        )
        secure = 'profiles: {a: {secrets: {m: "pa$s"}}}'
        for text in ('<secret:m>', 'pa$s'):
            with self.subTest(text=text):
                found = self.get(body + text, secure).networking

                self.assertEqual(
                    Ovn(
                        southbound=('tcp:10.0.0.1:6642',),
                        bridge_mappings={'p': 'br-ex'},
                        bridge_interfaces={'br-ex': 'eno1'},
                        metadata_host='10.0.0.2',
                        metadata_proxy_shared_secret=Secret('pa$s'),
                    ),
                    found,
                )
                self.assertNotIn('pa$s', repr(found))

    def test_options(self) -> None:
        """An option is written as it was, once or as often as it is there."""
        profile = self.get(
            'neutron:\n  a:\n    text: x y\n    truth: yes\n    number: 0x10\n'
            '    ratio: 16.0\n    nothing: ""\n    many: [x, 2]\n    none: []'
        )

        self.assertEqual(
            {
                'a': {
                    'text': ('x y',),
                    'truth': ('yes',),
                    'number': ('0x10',),
                    'ratio': ('16.0',),
                    'nothing': ('',),
                    'many': ('x', '2'),
                    'none': (),
                }
            },
            profile.neutron,
        )

    def test_secret_in_a_url(self) -> None:
        """What a URL would misread in a secret is quoted."""
        profile = self.get(
            'nova: {DEFAULT: {transport_url: '
            '"rabbit://n:<secret:x>@a,n:<secret:x>@b/"}}',
            'profiles: {a: {secrets: {x: "a/b@$"}}}',
        )

        (value,) = profile.nova['DEFAULT']['transport_url']
        self.assertEqual(
            'rabbit://n:a%2Fb%40%24@a,n:a%2Fb%40%24@b/', value.reveal()
        )

    def test_secret_with_a_dollar(self) -> None:
        """oslo.config gets the dollar that would name another option."""
        profile = self.get(
            'nova: {placement: {password: <secret:x>}}',
            'profiles: {a: {secrets: {x: a$b}}}',
        )

        (value,) = profile.nova['placement']['password']
        self.assertEqual('a$$b', value.reveal())

    def test_secret_that_is_all_of_an_option(self) -> None:
        """It keeps its quotes and spaces, which oslo.config takes away."""
        for text, expected in (
            ("'\"it\"'", '""it""'),
            ('" two "', '" two "'),
            ('a"', 'a"'),
        ):
            with self.subTest(text=text):
                profile = self.get(
                    'nova: {placement: {password: "<secret:x>"}}',
                    f'profiles: {{a: {{secrets: {{x: {text}}}}}}}',
                )

                (value,) = profile.nova['placement']['password']
                self.assertEqual(expected, value.reveal())

    def test_secret_that_cannot_be_written(self) -> None:
        """It is named, alone or as a part of an option."""
        for option in ('<secret:x>', 'a <secret:x>'):
            with self.subTest(option=option):
                self.assertIn(
                    'profiles.a.nova.s.o: the secret x has a backslash '
                    'before a dollar',
                    self.error(
                        f'profiles: {{a: {{nova: {{s: {{o: "{option}"}}}}}}}}',
                        "profiles: {a: {secrets: {x: 'Hunter2\\$'}}}",
                    ),
                )

    def test_what_is_hidden(self) -> None:
        """Secrets are hidden wherever they are written."""
        profile = self.get(
            'nova:\n  s:\n    password: Hunter2\n    key: x<secret:x>y\n'
            '    metadata_proxy_shared_secret: Hunter2\n'
            '    url: rabbit://u:Hunter2@h/\n    mine: [one, x<secret:x>]\n'
            '    other_password: 12345678\n    fixed_key: 1e6\n'
            '    send_service_user_token: true\n    auth_type: password\n'
            '    auth_url: http://h:5000/v3',
            'profiles: {a: {secrets: {x: Hunter2}, nova: {s: {o: Hunter2}}}}',
        )

        shown = {
            name
            for name, values in profile.nova['s'].items()
            if not any(isinstance(value, Secret) for value in values)
        }
        self.assertEqual(
            {'send_service_user_token', 'auth_type', 'auth_url'}, shown
        )
        for text in (repr(profile), str(profile), str(dict(profile.nova))):
            self.assertNotIn(base.SECRET, text)

    def test_parts(self) -> None:
        """Your own parts are read, relative to the file."""
        kinds = {
            'config': ('#cloud-config\n{}', PartType.CLOUD_CONFIG),
            'script': ('#!/bin/sh\n', PartType.SCRIPT),
            'jinja': (
                '## template: jinja\n#cloud-config\n',
                PartType.JINJA,
            ),
            'boothook': ('#cloud-boothook\n', PartType.BOOTHOOK),
            'include': ('#include\nhttp://a\n', PartType.INCLUDE),
            'once': ('#include-once http://a\n', PartType.INCLUDE),
            'windows': ('#cloud-config\r\n{}', PartType.CLOUD_CONFIG),
            'bare': ('#cloud-config', PartType.CLOUD_CONFIG),
            'handler': ('#part-handler\n', PartType.PART_HANDLER),
        }
        for name, (text, _) in kinds.items():
            (self.directory / name).write_text(text, newline='')
        names = ''.join(f'\n  - {name}' for name in kinds)

        profile = self.get(f'user_data:{names}')

        self.assertEqual(
            [
                (str(self.directory / name), kind, text)
                for name, (text, kind) in kinds.items()
            ],
            [(part.path, part.type, part.text) for part in profile.user_data],
        )
        self.assertNotIn('http://a', repr(profile))

    def test_part_that_begins_alike(self) -> None:
        """What only begins like one of these is none of them."""
        for text in (
            '#cloud-config-archive\n[]',
            '#cloud-config-jsonp\n[]',
            '#includes\n',
            '## template: jinja3\n',
        ):
            (self.directory / 'x').write_text(text)
            with self.subTest(text=text):
                self.assertIn(
                    'x does not begin as a part of a user-data does',
                    self.error('profiles: {a: {user_data: [x]}}'),
                )

    def test_part_with_a_type(self) -> None:
        """The type that the profile names is the one."""
        (self.directory / 'x').write_text('#!/bin/sh\n')

        (part,) = self.get('user_data: [{path: x, type: boothook}]').user_data

        self.assertIs(PartType.BOOTHOOK, part.type)

    def test_part_that_is_no_text(self) -> None:
        """A part that is no text is an error, not a traceback."""
        for data, words in (
            (b'#!\xff', 'x is no text in UTF-8'),
            (b'#!/bin/sh\n\0', 'x has a NUL byte'),
            (b'\n', 'x is empty'),
        ):
            (self.directory / 'x').write_bytes(data)
            with self.subTest(words=words):
                self.assertIn(
                    words, self.error('profiles: {a: {user_data: [x]}}')
                )
