# SPDX-License-Identifier: Apache-2.0
"""Decides whether the values of a profile fit together."""

from __future__ import annotations

from collections.abc import Iterator
import typing

from hvctl.model.health import Answer
from hvctl.model.networking import Ovn, Ovs, Sriov
from hvctl.model.profile import Profile


class Misfit(typing.NamedTuple):
    """Something that does not fit to the rest.

    :ivar key: the key of the profile, with those above it
    :ivar words: what is wrong, and what to do
    """

    key: str
    words: str


def misfits(profile: Profile) -> Iterator[Misfit]:
    """Find what does not fit together.

    :param profile: as it is in the file, or with options laid over it
    """
    for key, sections in (
        ('nova', profile.nova),
        ('neutron', profile.neutron),
    ):
        if 'host' in sections.get('DEFAULT', {}):
            yield Misfit(
                f'{key}.DEFAULT.host',
                'is the name of the hypervisor, which hvctl sets; remove it',
            )
    yield from _health_test(profile)
    yield from _networks(profile)
    match profile.networking:
        case Sriov() as wiring:
            yield from _devices(wiring)
        case Ovs() as wiring:
            yield from _switch(profile, wiring)
        case Ovn() as wiring:
            yield from _switch(profile, wiring)
            yield from _metadata(wiring)


def _health_test(profile: Profile) -> Iterator[Misfit]:
    test = profile.health_test
    if test.enabled and test.image is None:
        yield Misfit('health_test', 'enabled, but the key image is missing')
    if test.network is None and (
        test.vnic_type != 'normal' or test.answer is Answer.ADDRESS
    ):
        yield Misfit(
            'health_test',
            'a vnic_type or an answer of its address needs a network',
        )


def _networks(profile: Profile) -> Iterator[Misfit]:
    if profile.fixed_ip is not None and profile.network is None:
        yield Misfit('fixed_ip', 'needs a network')
    seen = {profile.network}
    for number, sub in enumerate(profile.subnetworks, start=1):
        if sub.network in seen:
            yield Misfit(
                'subnetworks',
                f'{sub.network} (the entry {number}) is there twice',
            )
        seen.add(sub.network)


def _devices(wiring: Sriov) -> Iterator[Misfit]:
    names = [device.interface for device in wiring.devices]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Misfit('networking.devices', f'{name} is there twice')


def _switch(profile: Profile, wiring: Ovs | Ovn) -> Iterator[Misfit]:
    for bridge in wiring.bridge_interfaces:
        if bridge not in wiring.bridge_mappings.values():
            yield Misfit(
                f'networking.bridge_interfaces.{bridge}',
                'no physical network has this bridge in bridge_mappings',
            )
    if not wiring.tunnel_network:
        return
    if wiring.tunnel_interface:
        yield Misfit(
            'networking.tunnel_interface',
            'there is a tunnel_network too; remove one of them',
        )
    subnetworks = {sub.network for sub in profile.subnetworks}
    if wiring.tunnel_network not in {*subnetworks, profile.network}:
        yield Misfit(
            'networking.tunnel_network',
            "is neither the profile's network nor one of its subnetworks",
        )


def _metadata(wiring: Ovn) -> Iterator[Misfit]:
    if (wiring.metadata_host is None) != (
        wiring.metadata_proxy_shared_secret is None
    ):
        yield Misfit(
            'networking',
            'metadata_host and metadata_proxy_shared_secret need each other',
        )
