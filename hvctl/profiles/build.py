# SPDX-License-Identifier: Apache-2.0
"""Makes a profile of its merged values, which the schema has checked."""

from __future__ import annotations

import dataclasses
import pathlib
import typing

from hvctl.model import duration
from hvctl.model import profile as model
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
    Limits,
    LiveMigration,
    Profile,
    Sections,
    Subnetwork,
    TestGuest,
)
from hvctl.profiles import check
from hvctl.profiles import options
from hvctl.profiles import parts
from hvctl.profiles import tree

#: Keys whose values are taken as they are.
_PLAIN = (
    'image',
    'flavor',
    'network',
    'vnic_type',
    'subnet',
    'fixed_ip',
    'key_name',
    'domain',
    'compute_cloud',
    'availability_zone',
    'cpu_allocation_ratio',
    'ram_allocation_ratio',
    'disk_allocation_ratio',
    'reserved_host_memory_mb',
    'reserved_host_cpus',
    'reserved_host_disk_mb',
)


def build(
    name: str,
    value: tree.Value,
    path: pathlib.Path,
    secure_path: pathlib.Path,
) -> tuple[Profile | None, list[tree.Problem]]:
    """Make a profile.

    :param value: all that stands below its name, merged
    :param path: the profiles file; the user's parts are beside it
    :param secure_path: the file of secrets, to be named where one is missing
    :returns: the profile, and what is wrong with it
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

    def build(self) -> Profile | None:
        """Make the profile; None where too much is wrong for one."""
        value = self._value
        extends = value.get('extends')
        own_parts, wrong = parts.read(
            value.get('user_data'), f'{self._key}.user_data', self._path.parent
        )
        self.problems += wrong
        nova = self._sections('nova')
        neutron = self._sections('neutron')
        networking = self._networking()
        if networking is None:
            return None
        profile = Profile(
            name=self._name,
            extends=extends.text if extends else None,
            path=str(self._path),
            **_given(value, _PLAIN),
            subnetworks=tuple(
                Subnetwork(
                    **_given(
                        item,
                        ('network', 'subnet', 'segmentation_id', 'interface'),
                    ),
                    **_enum(item, 'address', Address),
                )
                for item in _items(value, 'subnetworks')
            ),
            expiry=_optional_seconds(value, 'expiry'),
            aggregates=_texts(value, 'aggregates'),
            traits=_texts(value, 'traits'),
            health_test=self._health_test(),
            networking=networking,
            nova=nova,
            neutron=neutron,
            live_migration=LiveMigration(
                **_given(
                    value.get('live_migration'),
                    _names(LiveMigration),
                )
            ),
            **_enum(value, 'family', Family),
            packages=self._packages(),
            user_data=own_parts,
            limits=self._limits(),
            secrets=self._reader.secrets,
        )
        self._check(profile)
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
        value = self._value.get(key)
        found = self._reader.sections(value, f'{self._key}.{key}')
        if 'host' in found.get('DEFAULT', {}):
            self._problem(
                f'{key}.DEFAULT.host',
                'is the name of the hypervisor, which hvctl sets; remove it',
            )
        return found

    def _networking(self) -> Networking | None:
        value = self._value.get('networking')
        if value is None:
            return NoNetworking()
        key = f'{self._key}.networking'
        wrong = list(check.networking(value, key))
        self.problems += wrong
        if wrong:
            return None
        kind = value.mapping['kind'].text
        if kind == 'ovs':
            return Ovs(
                **_switch(value),
                **_given(value, ('l2_population', 'firewall_driver')),
                tunnel_types=_texts(value, 'tunnel_types'),
            )
        if kind == 'sriov':
            return Sriov(
                devices=tuple(
                    Device(
                        **_given(
                            item,
                            (
                                'interface',
                                'physical_network',
                                'vfs',
                                'trusted',
                            ),
                        ),
                        **_enum(item, 'link', Link),
                        exclude=_texts(item, 'exclude'),
                    )
                    for item in _items(value, 'devices')
                )
            )
        if kind == 'ovn':
            return Ovn(
                **_switch(value),
                **_given(value, ('encap_type', 'metadata_host')),
                southbound=_texts(value, 'southbound'),
                metadata_proxy_shared_secret=self._reader.whole(
                    value.get('metadata_proxy_shared_secret'),
                    f'{key}.metadata_proxy_shared_secret',
                ),
            )
        return NoNetworking()

    def _health_test(self) -> TestGuest:
        value = self._value.get('health_test')
        timeout = _optional_seconds(value, 'timeout')
        return TestGuest(
            timeout=model.DEFAULT_TEST_TIMEOUT if timeout is None else timeout,
            **_given(
                value, ('enabled', 'flavor', 'image', 'network', 'vnic_type')
            ),
            **_enum(value, 'answer', Answer),
        )

    def _packages(self) -> dict[Family, tuple[str, ...]]:
        value = self._value.get('packages')
        if value is None:
            return {}
        if isinstance(value.content, list):  # the schema lets none but []
            return dict.fromkeys(Family, ())
        return {
            Family(family): _texts(value, family)
            for family in value.mapping
            if value.get(family) is not None
        }

    def _limits(self) -> Limits:
        value = self._value.get('timeouts')
        return Limits(
            **{
                name: seconds(found)
                for name in _names(Limits)
                if value and (found := value.get(name)) is not None
            }
        )

    def _check(self, profile: Profile) -> None:
        """Note what does not fit together."""
        test = profile.health_test
        if test.enabled and test.image is None:
            self._problem(
                'health_test', 'enabled, but the key image is missing'
            )
        if test.network is None and (
            test.vnic_type != 'normal' or test.answer is Answer.ADDRESS
        ):
            self._problem(
                'health_test',
                'a vnic_type or an answer of its address needs a network',
            )
        if profile.fixed_ip is not None and profile.network is None:
            self._problem('fixed_ip', 'needs a network')
        seen = set[str]()
        for number, sub in enumerate(profile.subnetworks):
            if sub.network in seen or sub.network == profile.network:
                self._problem(
                    'subnetworks',
                    f'{sub.network} (the entry {number + 1}) is there twice',
                )
            seen.add(sub.network)
        self._check_networking(profile)

    def _check_networking(self, profile: Profile) -> None:
        kind = profile.networking
        if isinstance(kind, Sriov):
            names = [device.interface for device in kind.devices]
            for name in sorted({n for n in names if names.count(n) > 1}):
                self._problem('networking.devices', f'{name} is there twice')
        if not isinstance(kind, Ovs | Ovn):
            return
        for bridge in kind.bridge_interfaces:
            if bridge not in kind.bridge_mappings.values():
                self._problem(
                    f'networking.bridge_interfaces.{bridge}',
                    'no physical network has this bridge in bridge_mappings',
                )
        if kind.tunnel_network and kind.tunnel_interface:
            self._problem(
                'networking.tunnel_interface',
                'there is a tunnel_network too; remove one of them',
            )
        subnetworks = {sub.network for sub in profile.subnetworks}
        if kind.tunnel_network and kind.tunnel_network not in {
            *subnetworks,
            profile.network,
        }:
            self._problem(
                'networking.tunnel_network',
                "is neither the profile's network nor one of its subnetworks",
            )
        if isinstance(kind, Ovn) and (
            (kind.metadata_host is None)
            != (kind.metadata_proxy_shared_secret is None)
        ):
            self._problem(
                'networking',
                'metadata_host and metadata_proxy_shared_secret need each '
                'other',
            )


def _names(of: type[typing.Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(of))


def _given(
    value: tree.Value | None, names: tuple[str, ...]
) -> dict[str, typing.Any]:
    """Give the scalars that are there; the others keep their defaults."""
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


def _switch(value: tree.Value) -> dict[str, typing.Any]:
    """Give what both kinds with Open vSwitch have."""
    return {
        **_given(value, ('tunnel_network', 'tunnel_interface')),
        'bridge_mappings': _mapping(value, 'bridge_mappings'),
        'bridge_interfaces': _mapping(value, 'bridge_interfaces'),
    }


def _optional_seconds(value: tree.Value | None, name: str) -> float | None:
    found = value.get(name) if value is not None else None
    return None if found is None else seconds(found)
