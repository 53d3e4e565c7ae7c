# SPDX-License-Identifier: Apache-2.0
"""Makes a profile of its merged values, which the schema has checked."""

from __future__ import annotations

from collections.abc import Iterable
import pathlib
import typing

from hvctl.model import duration
from hvctl.model.drain_options import Method
from hvctl.model.health import Answer
from hvctl.model.networking import (
    Address,
    Device,
    Link,
    Networking,
    NoNetworking,
    Ovn,
    Ovs,
    Sriov,
)
from hvctl.model.profile import (
    Family,
    LiveMigration,
    Profile,
    Sections,
    Subnetwork,
    TestGuest,
    Timeouts,
)
from hvctl.profiles import check
from hvctl.profiles import consistency
from hvctl.profiles import options
from hvctl.profiles import parts
from hvctl.profiles import transports
from hvctl.profiles import tree

#: What the schema calls a value that is taken as it is.
_SCALARS = ('string', 'integer', 'number', 'boolean')
#: The one of them that is a secret.
_SHARED = 'metadata_proxy_shared_secret'


def build(
    name: str,
    value: tree.Value,
    path: pathlib.Path,
    secure_path: pathlib.Path,
) -> tuple[Profile, list[tree.Problem]]:
    """Make a profile.

    :param value: all that stands below its name, merged
    :param path: the profiles file; the user's parts are beside it
    :param secure_path: the file of secrets, to be named where one is missing
    :returns: the profile, and what is wrong with it: with nothing else it
        can be used
    """
    builder = _Builder(name, value, path, secure_path)
    profile = builder.build()
    builder.problems.sort(key=lambda p: (p.place.path, p.place.line))
    return profile, builder.problems


def seconds(value: tree.Value) -> float:
    """Read a duration, which the schema has checked."""
    if isinstance(value.content, int):
        return float(value.content)  # written in any form that YAML has
    return duration.seconds(value.text)


class _Builder:
    def __init__(
        self,
        name: str,
        value: tree.Value,
        path: pathlib.Path,
        secure_path: pathlib.Path,
    ) -> None:
        self.problems: list[tree.Problem] = []
        self._name = name
        self._key = f'profiles.{name}'
        self._value = value
        self._path = path
        self._reader = options.Reader(
            value.get('secrets'), self._key, secure_path, self.problems
        )

    def build(self) -> Profile:
        """Make the profile, as far as that is possible."""
        value = self._value
        own_parts, wrong = parts.read(
            value.get('user_data'), f'{self._key}.user_data', self._path.parent
        )
        self.problems += wrong
        profile = Profile(
            **{
                **_scalars(value, check.schema()),
                **_enum(value, 'family', Family),
            },
            name=self._name,
            file=str(self._path),
            subnetworks=tuple(map(_subnetwork, _items(value, 'subnetworks'))),
            expiry=_optional_seconds(value, 'expiry'),
            aggregates=_texts(value, 'aggregates'),
            traits=_texts(value, 'traits'),
            health_test=_health_test(value.get('health_test')),
            nova=self._sections('nova'),
            neutron=self._sections('neutron'),
            networking=self._networking(),
            live_migration=LiveMigration(
                **_scalars(
                    value.get('live_migration'), _part('live_migration')
                )
            ),
            migration=transports.read(
                value.get('migration'),
                f'{self._key}.migration',
                self._path.parent,
                self._reader,
                self.problems,
            ),
            packages=_packages(value.get('packages')),
            user_data=own_parts,
            timeouts=_timeouts(value.get('timeouts')),
            secrets=self._reader.secrets,
        )
        for misfit in consistency.misfits(profile):
            self._problem(misfit.key, misfit.words)
        return profile

    def _problem(self, key: str, words: str) -> None:
        """Note what is wrong with a key, or with where it should be."""
        place = self._value.place
        found: tree.Value | None = self._value
        for step in key.split('.'):
            found = found.get(step) if found else None
            if found:
                place = found.place
        self.problems.append(
            tree.Problem(place=place, key=f'{self._key}.{key}', words=words)
        )

    def _sections(self, key: str) -> Sections:
        return self._reader.sections(
            self._value.get(key), f'{self._key}.{key}'
        )

    def _networking(self) -> Networking:
        value = self._value.get('networking')
        if value is None:
            return NoNetworking()
        key = f'{self._key}.networking'
        wrong = list(check.networking(value, key))
        self.problems += wrong
        if wrong:
            return NoNetworking()
        kind = value.mapping['kind'].text
        plain = _scalars(value, check.schema()['$defs'][kind])
        if kind == 'ovs':
            return Ovs(
                **plain,
                **_bridges(value),
                tunnel_types=_texts(value, 'tunnel_types'),
            )
        if kind == 'sriov':
            return Sriov(devices=tuple(map(_device, _items(value, 'devices'))))
        if kind == 'ovn':
            plain[_SHARED] = self._reader.whole(
                value.get(_SHARED), f'{key}.{_SHARED}'
            )
            return Ovn(
                **plain,
                **_bridges(value),
                southbound=_texts(value, 'southbound'),
            )
        return NoNetworking()


def _part(key: str) -> dict[str, typing.Any]:
    """Return what the schema says of what stands below a key."""
    part: dict[str, typing.Any] = check.schema()['properties'][key]
    return part


def _subnetwork(value: tree.Value) -> Subnetwork:
    return Subnetwork(
        **{
            **_scalars(value, _part('subnetworks')['items']),
            **_enum(value, 'address', Address),
        }
    )


def _device(value: tree.Value) -> Device:
    devices = check.schema()['$defs']['sriov']['properties']['devices']
    return Device(
        **{
            **_scalars(value, devices['items']),
            **_enum(value, 'link', Link),
        },
        exclude=_texts(value, 'exclude'),
    )


def _health_test(value: tree.Value | None) -> TestGuest:
    timeout = _optional_seconds(value, 'timeout')
    return TestGuest(
        **{
            **_scalars(value, _part('health_test')),
            **_enum(value, 'answer', Answer),
            **({} if timeout is None else {'timeout': timeout}),
        },
        move=tuple(map(Method, _texts(value, 'move') if value else ())),
    )


def _packages(value: tree.Value | None) -> dict[Family, tuple[str, ...]]:
    if value is None:
        return {}
    if isinstance(value.content, list):  # the schema lets none but []
        return dict.fromkeys(Family, ())
    return {
        Family(family): _texts(value, family)
        for family in value.mapping
        if value.get(family) is not None
    }


def _timeouts(value: tree.Value | None) -> Timeouts:
    return Timeouts(
        **{
            name: found
            for name in _part('timeouts')['properties']
            if (found := _optional_seconds(value, name)) is not None
        }
    )


def _scalars(
    value: tree.Value | None, part: dict[str, typing.Any]
) -> dict[str, typing.Any]:
    """Return the texts, numbers and booleans that are there.

    What is left out keeps the default of its class.

    :param part: what the schema says of them
    """
    names = [
        name
        for name, below in part['properties'].items()
        if 'enum' in below or below.get('type') in _SCALARS
    ]
    return _given(value, names)


def _given(
    value: tree.Value | None, names: Iterable[str]
) -> dict[str, typing.Any]:
    if value is None:
        return {}
    return {
        name: found.content
        for name in names
        if (found := value.get(name)) is not None
    }


def _enum(
    value: tree.Value | None, name: str, of: typing.Any
) -> dict[str, typing.Any]:
    return {
        key: of(content) for key, content in _given(value, (name,)).items()
    }


def _items(value: tree.Value, name: str) -> list[tree.Value]:
    found = value.get(name)
    return found.items if found is not None else []


def _texts(value: tree.Value, name: str) -> tuple[str, ...]:
    return tuple(item.text for item in _items(value, name))


def _mapping(value: tree.Value, name: str) -> dict[str, str]:
    found = value.get(name)
    if found is None:
        return {}
    return {
        key: below.text
        for key, below in found.mapping.items()
        if below.content is not None
    }


def _bridges(value: tree.Value) -> dict[str, typing.Any]:
    """Return what both kinds with Open vSwitch have of bridges."""
    return {
        name: _mapping(value, name)
        for name in ('bridge_mappings', 'bridge_interfaces')
    }


def _optional_seconds(value: tree.Value | None, name: str) -> float | None:
    found = value.get(name) if value is not None else None
    return None if found is None else seconds(found)
