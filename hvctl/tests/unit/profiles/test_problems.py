# SPDX-License-Identifier: Apache-2.0
"""Tests of the sentences for what is wrong with profiles."""

from __future__ import annotations

from hvctl import exceptions
from hvctl.tests.unit.profiles import base

SECURE = f'profiles: {{a: {{secrets: {{x: {base.SECRET}}}}}}}'

#: what stands below profiles.a, in the lines from 3: line, key, words
BAD = (
    ('imgae: x', 3, 'imgae', 'unknown key; did you mean image?'),
    ('zzz: x', 3, 'zzz', 'unknown key; known here: aggregates, '),
    ('image: 12', 3, 'image', 'must be text; put it in quotes'),
    ('image: yes', 3, 'image', 'must be text; put it in quotes'),
    ('image: ""', 3, 'image', 'must not be empty'),
    ('image: [x]', 3, 'image', 'must be text'),
    ('aggregates: x', 3, 'aggregates', 'must be a list'),
    ('aggregates:\n  - x\n  - 3', 5, 'aggregates[1]', 'must be text;'),
    ('aggregates: [~]', 3, 'aggregates[0]', 'must be text'),
    ('traits: [GPU]', 3, 'traits[0]', 'must be a custom trait'),
    ('vnic_type: direct', 3, 'vnic_type', 'must be one of baremetal, normal'),
    ('domain: Example.org', 3, 'domain', 'must be a domain in lower case'),
    ('fixed_ip: 10.0.0.256', 3, 'fixed_ip', 'must be an IP address'),
    ('fixed_ip: 10.0.0.2', 3, 'fixed_ip', 'needs a network'),
    ('expiry: soon', 3, 'expiry', 'must be a duration'),
    ('expiry: 1.5', 3, 'expiry', 'must be a duration'),
    ('expiry: 0', 3, 'expiry', 'must be 1 or more'),
    ('cpu_allocation_ratio: 0', 3, 'cpu_allocation_ratio', 'must be above 0'),
    ('reserved_host_cpus: -1', 3, 'reserved_host_cpus', 'must be 0 or more'),
    ('packages: [x]', 3, 'packages', 'must be an empty list, or lists by'),
    ('packages: {suse: []}', 3, 'packages.suse', 'unknown key; known here'),
    (
        'live_migration:\n  max_concurent: 1',
        4,
        'live_migration.max_concurent',
        'unknown key; did you mean max_concurrent?',
    ),
    (
        'live_migration: {permit_post_copy: 1}',
        3,
        'live_migration.permit_post_copy',
        'must be true or false',
    ),
    ('subnetworks: [{}]', 3, 'subnetworks[0]', 'the key network is missing'),
    (
        'subnetworks: [{network: n, segmentation_id: 4095}]',
        3,
        'subnetworks[0].segmentation_id',
        'must be 4094 or less',
    ),
    (
        'subnetworks: [{network: n}, {network: n}]',
        3,
        'subnetworks',
        'n (the entry 2) is there twice',
    ),
    (
        'subnetworks: [{network: n, interface: much-too-long-a-name}]',
        3,
        'subnetworks[0].interface',
        'must be the name of a network interface',
    ),
    ('networking: {}', 3, 'networking', 'the key kind is missing: none, ovs'),
    ('networking: ovs', 3, 'networking', 'must be a mapping'),
    (
        'networking: {kind: linuxbridge}',
        3,
        'networking.kind',
        'must be one of none, ovs, sriov, ovn',
    ),
    (
        'networking:\n  kind: none\n  devices: []',
        5,
        'networking.devices',
        'unknown key; known here: kind',
    ),
    (
        'networking: {kind: sriov}',
        3,
        'networking',
        'the key devices is missing',
    ),
    (
        'networking: {kind: sriov, devices: []}',
        3,
        'networking.devices',
        'must not be empty',
    ),
    (
        'networking:\n  kind: sriov\n  devices:\n'
        '    - {interface: a, physical_network: b, vfs: 0}',
        6,
        'networking.devices[0].vfs',
        'must be 1 or more',
    ),
    (
        'networking:\n  kind: sriov\n  devices:\n'
        '    - {interface: a, physical_network: b, vfs: 1}\n'
        '    - {interface: a, physical_network: c, vfs: 1}',
        5,
        'networking.devices',
        'a is there twice',
    ),
    (
        'networking: {kind: ovn, southbound: [10.0.0.1]}',
        3,
        'networking.southbound[0]',
        'must be a connection, as in tcp:10.0.0.1:6642',
    ),
    (
        'networking: {kind: ovn, southbound: ["tcp:a:1"], metadata_host: m}',
        3,
        'networking',
        'metadata_host and metadata_proxy_shared_secret need each other',
    ),
    (
        'networking: {kind: ovs, bridge_interfaces: {br-ex: eth1}}',
        3,
        'networking.bridge_interfaces.br-ex',
        'no physical network has this bridge in bridge_mappings',
    ),
    (
        'networking: {kind: ovs, bridge_mappings: {"a b": br-ex}}',
        3,
        'networking.bridge_mappings.a b',
        'must be a name of letters',
    ),
    (
        'networking: {kind: ovs, tunnel_network: x}',
        3,
        'networking.tunnel_network',
        "is neither the profile's network nor one of its subnetworks",
    ),
    (
        'network: x\n'
        'networking: {kind: ovs, tunnel_network: x, tunnel_interface: e}',
        4,
        'networking.tunnel_interface',
        'there is a tunnel_network too; remove one of them',
    ),
    ('nova: {DEFAULT: x}', 3, 'nova.DEFAULT', 'must be a mapping'),
    ('nova: {"a]": {}}', 3, 'nova.a]', 'must be the name of a section'),
    (
        'nova: {DEFAULT: {"a = b": c}}',
        3,
        'nova.DEFAULT.a = b',
        'must be the name of an option',
    ),
    (
        'nova: {DEFAULT: {a: {b: c}}}',
        3,
        'nova.DEFAULT.a',
        'must be text or a number or true or false or a list',
    ),
    (
        'nova: {DEFAULT: {a: "b\\nc"}}',
        3,
        'nova.DEFAULT.a',
        'must be one line',
    ),
    (
        'nova:\n  DEFAULT:\n    host: x',
        5,
        'nova.DEFAULT.host',
        'is the name of the hypervisor, which hvctl sets; remove it',
    ),
    (
        'nova: {DEFAULT: {a: "<secret:y>"}}',
        3,
        'nova.DEFAULT.a',
        'the secret y is missing; add profiles.a.secrets.y to '
        'hvctl-secure.yaml',
    ),
    (
        'secrets: {x: Hunter2}',
        3,
        'secrets',
        'belongs in hvctl-secure.yaml, which only you read',
    ),
    (
        'health_test: {enabled: true}',
        3,
        'health_test',
        'enabled, but the key image is missing',
    ),
    (
        'health_test: {vnic_type: direct}',
        3,
        'health_test',
        'a vnic_type or an answer of its address needs a network',
    ),
    (
        'health_test: {move: live}',
        3,
        'health_test.move',
        'must be a list of live and cold, each at most once, as in [live, c',
    ),
    (
        'health_test: {move: [live, live]}',
        3,
        'health_test.move',
        'must be a list of live and cold, each at most once, as in [live, c',
    ),
    (
        'health_test: {move: [cold, warm]}',
        3,
        'health_test.move[1]',
        'must be one of live, cold',
    ),
    ('health_test: {move: [~]}', 3, 'health_test.move[0]', 'must be one of'),
    ('user_data: [gone]', 3, 'user_data[0]', 'gone cannot be read: No such'),
    ('user_data: [{}]', 3, 'user_data[0]', 'the key path is missing'),
    ('user_data: [{path: 3}]', 3, 'user_data[0].path', 'must be text'),
    (
        'user_data: [hvctl.yaml]',
        3,
        'user_data[0]',
        'hvctl.yaml does not begin as a part of a user-data does',
    ),
    ('extends: b', 3, 'extends', "there is no profile 'b'; there are: a"),
    ('extends: a', 3, 'extends', 'a loop: a -> a'),
    ('extends: [a]', 3, 'extends', 'must be text'),
)


class TestBad(base.ProfilesTestCase):
    """One clear sentence with file, line and key."""

    def test_profiles(self) -> None:
        """Everything that can be wrong with a profile has its words."""
        for text, line, key, words in BAD:
            with self.subTest(text=text):
                body = text.replace('\n', '\n    ')
                error = self.error(f'profiles:\n  a:\n    {body}\n', SECURE)

                wanted = f'hvctl.yaml, line {line}: profiles.a.{key}: {words}'
                self.assertEqual(wanted, error[: len(wanted)])

    def test_files(self) -> None:
        """So has what is wrong above the profiles."""
        for main, words in {
            '': "no profile 'a' in hvctl.yaml; there are: none at all",
            'profiles: {ab: {}}': (
                "no profile 'a' in hvctl.yaml; did you mean ab?"
            ),
            'profile: {}': 'hvctl.yaml, line 1: profile: unknown key; the',
            'profiles: []': 'hvctl.yaml, line 1: profiles: must be a mapping',
            'profiles: {a: []}': (
                'hvctl.yaml, line 1: profiles.a: must be a mapping'
            ),
        }.items():
            with self.subTest(main=main):
                self.assertEqual(words, self.error(main)[: len(words)])

    def test_secrets(self) -> None:
        """Nor does what is wrong with the secrets show one."""
        for secure, words in {
            f'profiles: {{b: {{secrets: {{x: {base.SECRET}}}}}}}': (
                'profiles.b: there is no such profile in hvctl.yaml'
            ),
            f'profiles: {{a: {{image: {base.SECRET}}}}}': (
                'profiles.a.image: no secret; it belongs in hvctl.yaml'
            ),
            f'profiles: {{a: {{secrets: [{base.SECRET}]}}}}': (
                'profiles.a.secrets: must be a mapping'
            ),
            f'profiles: {{a: {{secrets: {{x: [{base.SECRET}]}}}}}}': (
                'profiles.a.secrets.x: must be text or a number'
            ),
            f'profiles: {{a: {{nova: {base.SECRET}}}}}': (
                'profiles.a.nova: must be a mapping'
            ),
            f'profiles: {{a: *{base.SECRET}}}': 'an unknown alias',
            f'profiles: "{base.SECRET}': 'no YAML',
        }.items():
            with self.subTest(secure=secure):
                error = self.error('profiles: {a: {}}', secure)

                self.assertIn(f'hvctl-secure.yaml, line 1: {words}', error)

    def test_secret_of_several_lines(self) -> None:
        """A secret cannot add options of its own."""
        error = self.error(
            'profiles: {a: {nova: {s: {o: "<secret:x>"}}}}',
            f'profiles: {{a: {{secrets: {{x: "{base.SECRET}\\nhost = x"}}}}}}',
        )

        self.assertIn('profiles.a.nova.s.o: the secret x must be one', error)

    def test_loop(self) -> None:
        """A loop is told with all that is in it."""
        error = self.error(
            """
            profiles:
              a: {extends: b}
              b: {extends: c}
              c: {extends: b}
            """
        )

        self.assertEqual(
            'hvctl.yaml, line 5: profiles.c.extends: a loop: b -> c -> b',
            error,
        )

    def test_all_at_once(self) -> None:
        """All problems are told, those of what is extended too."""
        library = self.load(
            """
            profiles:
              a:
                extends: b
                image: 3
              b: {flavour: x}
            """
        )

        self.assertEqual(
            [
                f'{self.main}, line 5: profiles.a.image: must be text; put '
                'it in quotes',
                f'{self.main}, line 6: profiles.b.flavour: unknown key; did '
                'you mean flavor?',
            ],
            list(library.problems('a')),
        )

    def test_others_are_not_harmed(self) -> None:
        """A profile that is wrong does not keep another from being used."""
        library = self.load('profiles: {a: {image: x}, b: {image: []}}')

        self.assertEqual('x', library.get('a').image)
        with self.assertRaises(exceptions.InvalidRequest):
            library.get('b')
