# SPDX-License-Identifier: Apache-2.0
"""Tests that a user-data can be made of every profile that is valid."""

from __future__ import annotations

from collections.abc import Iterator
import typing

import hypothesis
from hypothesis import strategies
import yaml

from hvctl import exceptions
from hvctl.model import machine_ports
from hvctl.model.profile import Profile
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.profiles import base
from hvctl.userdata.document import rendering

#: Names of interfaces that a kernel or a table minds, and some that are good.
INTERFACES = (
    'a;b',
    'eth0|x',
    'vlän1',
    '-x',
    '.',
    '..',
    '.x',
    'a b',
    'a/b',
    'a:b',
    'eth0\n',
    'eth0\x00',
    'eth0\u200b',
    'sixteen_letters_',
    'br-ex',
    'enp3s0f0np0',
    'p4p1.100',
    '_x',
)

#: Profiles with every key that gets to the machine.
PROFILES: tuple[dict[str, typing.Any], ...] = (
    {
        'network': 'n',
        'domain': 'example.org',
        'expiry': '45m',
        'traits': ['CUSTOM_A'],
        'subnetworks': [
            {'network': 'm', 'interface': 'storage', 'address': 'dhcp'}
        ],
        'networking': {
            'kind': 'ovs',
            'bridge_mappings': {'p': 'br-ex'},
            'bridge_interfaces': {'br-ex': 'eno1'},
            'tunnel_network': 'm',
            'tunnel_types': ['vxlan'],
            'firewall_driver': 'noop',
        },
        'nova': {'DEFAULT': {'o': 'x', 'l': ['x', 'y']}},
        'neutron': {'agent': {'o': 'x'}},
        'packages': {'debian': ['x'], 'rhel': ['y']},
    },
    {
        'networking': {
            'kind': 'ovn',
            'southbound': ['tcp:10.0.0.1:6642'],
            'bridge_mappings': {'p': 'br-ex'},
            'tunnel_interface': 'eno1',
            'metadata_host': '10.0.0.2',
            'metadata_proxy_shared_secret': 'x',
        },
        'timeouts': {'boot': '20m'},
    },
    {
        'networking': {
            'kind': 'sriov',
            'devices': [
                {
                    'interface': 'ens1f0',
                    'physical_network': 'p',
                    'vfs': 8,
                    'exclude': ['0000:3b:02.1'],
                }
            ],
        },
    },
)

#: Where a text stands: the keys and numbers above it.
Path = tuple[str | int, ...]


def leaves(value: typing.Any, path: Path = ()) -> Iterator[Path]:
    """Find every text of a profile, and every key that is a name."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from leaves(below, (*path, number))
    elif isinstance(value, str) and path[-1] != 'kind':
        yield path


def put(value: typing.Any, path: Path, new: typing.Any) -> typing.Any:
    """Return a profile with another value at a place."""
    if not path:
        return new
    if isinstance(value, dict):
        return {
            key: put(below, path[1:], new) if key == path[0] else below
            for key, below in value.items()
        }
    return [
        put(below, path[1:], new) if number == path[0] else below
        for number, below in enumerate(value)
    ]


#: Each profile with each of its texts.
PLACES = [
    (number, path)
    for number, profile in enumerate(PROFILES)
    for path in leaves(profile)
]
TEXTS = (
    strategies.text(max_size=20)
    | strategies.text('ab1-_.:;|$"\'\n\r\t \0\x85=[]', max_size=8)
    | strategies.sampled_from(INTERFACES)
)


def render(profile: Profile) -> str:
    """Write the user-data that create would check first."""
    return rendering.render(
        profile,
        name='hv1',
        compute_id=builders.a_compute_id(),
        ports=machine_ports.sketch(profile),
    ).encode()


class TestValid(base.ProfilesTestCase):
    """What ``profile validate`` passes, ``create`` takes."""

    def valid(self, profile: dict[str, typing.Any]) -> bool:
        """Tell whether a profile is valid; if so, it can be rendered."""
        library = self.load(
            yaml.safe_dump({'profiles': {'a': profile}}, allow_unicode=True)
        )
        problems = library.problems('a')
        if not problems:
            render(library.get('a'))
            return True
        for problem in problems:
            self.assertNotIn('\n', problem)
        with self.assertRaises(exceptions.InvalidRequest):
            library.get('a')
        return False

    def test_as_they_are(self) -> None:
        """The profiles of these tests are good."""
        for profile in PROFILES:
            self.assertTrue(self.valid(profile))

    def test_interfaces(self) -> None:
        """A name is good for an interface everywhere, or nowhere."""
        bridged, _, virtual = PROFILES
        for name in INTERFACES:
            with self.subTest(name=name):
                found = {
                    self.valid(put(profile, path, name))
                    for profile, path in (
                        (bridged, ('subnetworks', 0, 'interface')),
                        (
                            bridged,
                            ('networking', 'bridge_interfaces', 'br-ex'),
                        ),
                        (virtual, ('networking', 'devices', 0, 'interface')),
                    )
                }

                self.assertEqual({name in INTERFACES[-4:]}, found)

    def test_line_break(self) -> None:
        """A line break at the end of a text is a part of it."""
        cases: tuple[tuple[str, typing.Any], ...] = (
            ('domain', 'example.org\n'),
            ('traits', ['CUSTOM_A\n']),
            ('expiry', '45m\n'),
            ('packages', {'debian': ['x\n']}),
        )
        for key, value in cases:
            with self.subTest(key=key):
                self.assertFalse(self.valid({key: value}))

    def test_numbers(self) -> None:
        """A duration may be a number in any form that YAML has."""
        for text in ('0x10', '1_0', '020', '16'):
            with self.subTest(text=text):
                library = self.load(
                    f'profiles: {{a: {{expiry: {text}, '
                    f'timeouts: {{boot: {text}}}}}}}'
                )

                self.assertEqual((), library.problems('a'))
                self.assertIn(library.get('a').expiry, (16, 10))

    @hypothesis.settings(
        suppress_health_check=[
            hypothesis.HealthCheck.function_scoped_fixture,
            hypothesis.HealthCheck.differing_executors,
        ]
    )
    @hypothesis.given(strategies.sampled_from(PLACES), TEXTS)
    def test_any_text(self, place: tuple[int, Path], text: str) -> None:
        """Whatever stands in a profile, it is refused at once or good."""
        number, path = place
        valid = self.valid(put(PROFILES[number], path, text))

        hypothesis.event(f'valid: {valid}')
