# SPDX-License-Identifier: Apache-2.0
"""Tests of the schema: what it says more than once is said alike."""

from __future__ import annotations

from collections.abc import Iterator
import dataclasses
import json
import pathlib
import typing
import unittest

import jsonschema

import hvctl
from hvctl.model import duration
from hvctl.model import host_name
from hvctl.model import ini
from hvctl.model.health import Answer
from hvctl.model.networking import (
    Address,
    INTERFACE,
    Link,
    NoNetworking,
    Ovn,
    Ovs,
    Sriov,
)
from hvctl.model.profile import Family, Profile, WORD
from hvctl.model.secret import Secret
from hvctl.model.transport import Cold, ColdSsh, Live, LiveTcp, LiveTls, Peer
from hvctl.profiles import check
from hvctl.profiles import options

#: The patterns of the code by how a form is called in the schema.
FORMS = {
    'the name of a network interface': INTERFACE,
    'a domain': host_name.DOMAIN,
    'a duration': duration.FORM,
    'the name of a section': ini.SECTION,
    'the name of an option': ini.OPTION,
    'a name of letters, digits and _.-': options.NAME,
    'one word': WORD,
}


def parts(value: typing.Any) -> Iterator[dict[str, typing.Any]]:
    """Find every part of a schema that has a pattern."""
    if isinstance(value, dict):
        if isinstance(value.get('pattern'), str):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for below in value:
            yield from parts(below)


class TestSchema(unittest.TestCase):
    """The schema that ships with the package."""

    def test_is_one(self) -> None:
        """It is a schema, and every key in it is described."""
        schema = check.schema()
        jsonschema.Draft202012Validator.check_schema(schema)

        for part in (schema, *schema['$defs'].values()):
            for key, below in part['properties'].items():
                with self.subTest(key=key):
                    self.assertTrue(below['description'].endswith('.'))

    def test_defaults(self) -> None:
        """Its defaults are those of the profile."""
        profile = Profile(name='a')
        for part, found in (
            (check.schema(), profile),
            (self.below('live_migration'), profile.live_migration),
            (self.below('timeouts'), profile.timeouts),
            (self.below('health_test'), profile.health_test),
            (check.schema()['$defs']['ovs'], Ovs()),
            (
                check.schema()['$defs']['ovn'],
                Ovn(southbound=('tcp:a:1',)),
            ),
            (check.schema()['$defs']['live_tls'], LiveTls()),
            (
                check.schema()['$defs']['live_tcp'],
                LiveTcp(password=Secret('a')),
            ),
            (check.schema()['$defs']['cold_ssh'], ColdSsh()),
        ):
            for key, below in part['properties'].items():
                if 'default' in below:
                    with self.subTest(key=key):
                        self.assertEqual(below['default'], getattr(found, key))

    def test_keys(self) -> None:
        """What a profile has can be written into the file."""
        fields = {field.name for field in dataclasses.fields(Profile)}

        self.assertEqual(
            fields - {'name', 'file'},
            set(check.schema()['properties']),
        )

    def test_longest_duration(self) -> None:
        """Written as a number, a duration has the bound of its text."""
        durations = [
            part
            for part in parts(check.schema())
            if part.get('x-form', '').startswith('a duration')
        ]

        self.assertNotEqual([], durations)
        for part in durations:
            self.assertEqual(duration.LONGEST, part['maximum'])

    def test_forms(self) -> None:
        """Its patterns are those by which the rest of hvctl checks."""
        patterns = {
            form: {
                part['pattern']
                for part in parts(check.schema())
                if part.get('x-form', '').startswith(form)
            }
            for form in FORMS
        }

        self.assertEqual(
            {form: {f'^{pattern}$'} for form, pattern in FORMS.items()},
            patterns,
        )

    def test_enumerations(self) -> None:
        """Its choices are those of the profile's classes."""
        definitions = check.schema()['$defs']
        device = definitions['sriov']['properties']['devices']['items']
        for choices, kind in (
            (self.below('family')['enum'], Family),
            (self.below('packages')['properties'], Family),
            (
                self.below('subnetworks')['items']['properties']['address'][
                    'enum'
                ],
                Address,
            ),
            (device['properties']['link']['enum'], Link),
            (
                self.below('health_test')['properties']['answer']['enum'],
                Answer,
            ),
            (definitions['live_tls']['properties']['name']['enum'], Peer),
        ):
            with self.subTest(kind=kind):
                self.assertEqual(list(map(str, kind)), list(choices))
        kinds = [kind.kind for kind in (NoNetworking, Ovs, Sriov, Ovn)]
        self.assertEqual(
            kinds, self.below('networking')['properties']['kind']['enum']
        )
        ways = {
            way: [kind.transport for kind in typing.get_args(kinds)]
            for way, kinds in (('live', Live), ('cold', Cold))
        }
        for way, transports in ways.items():
            found = self.below('migration')['properties'][way]['properties']
            self.assertEqual(transports, found['transport']['enum'])
        self.assertEqual(
            [
                *kinds,
                *(
                    f'{way}_{transport}'
                    for way, transports in ways.items()
                    for transport in transports
                ),
            ],
            list(definitions),
        )

    def test_is_shipped(self) -> None:
        """It is a file of the package."""
        file = pathlib.Path(hvctl.__file__).parent / 'profiles/schema.json'

        self.assertIsInstance(json.loads(file.read_text()), dict)

    def below(self, key: str) -> dict[str, typing.Any]:
        """Return what the schema says of a key."""
        found: dict[str, typing.Any] = check.schema()['properties'][key]
        return found
