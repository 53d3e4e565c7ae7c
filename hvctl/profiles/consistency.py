# SPDX-License-Identifier: Apache-2.0
"""Decides whether the values of a profile fit together."""

from __future__ import annotations

from collections.abc import Iterator
import typing

from hvctl.model.health import Answer
from hvctl.model.networking import Address, Ovn, Ovs, Sriov
from hvctl.model.profile import Profile
from hvctl.model.secret import Secret
from hvctl.model.transport import (
    ByImage,
    Cold,
    ColdSsh,
    DEFAULT_USER,
    LiveSsh,
    LiveTcp,
    LiveTls,
    NOVA_OPTIONS,
    TCP_MECHANISM,
    TLS_MECHANISM,
)

#: How the mechanisms of SASL begin that do not encrypt.
_BARE = ('ANONYMOUS', 'CRAM-', 'LOGIN', 'PLAIN', 'SCRAM-')


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
    yield from _migration_network(profile)
    yield from _live(profile)
    yield from _cold(profile)
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


def _migration_network(profile: Profile) -> Iterator[Misfit]:
    network = profile.migration.network
    if network is None or network == profile.network:
        return
    for sub in profile.subnetworks:
        if sub.network == network:
            if sub.address is not Address.NEUTRON:
                yield Misfit(
                    'migration.network',
                    'is a sub-network whose address is not known before the '
                    'machine boots; other hosts are told it, so it needs '
                    'address: neutron',
                )
            return
    yield Misfit(
        'migration.network',
        "is neither the profile's network nor one of its subnetworks",
    )


def _live(profile: Profile) -> Iterator[Misfit]:
    live = profile.migration.live
    if live is None or isinstance(live, ByImage):
        return
    for option in NOVA_OPTIONS:
        if option in profile.nova.get('libvirt', {}):
            yield Misfit(
                f'nova.libvirt.{option}',
                'is what migration.live decides; remove one of them',
            )
    if isinstance(live, LiveSsh):
        yield from _live_ssh(profile.migration.cold)
    if isinstance(live, LiveTcp) and live.mechanism.startswith(_BARE):
        yield Misfit(
            'migration.live.mechanism',
            f'{live.mechanism} does not encrypt, and libvirt takes over TCP '
            f'only what does, as {TCP_MECHANISM}; leave it out',
        )
    if not isinstance(live, LiveTls):
        return
    yield from _one_key(
        'migration.live', live.issue, live.private_key, 'issue'
    )
    if (live.certificate is None) != (live.private_key is None):
        yield Misfit(
            'migration.live',
            'certificate and private_key need each other',
        )
    if live.password is None and (live.user, live.mechanism) != (
        DEFAULT_USER,
        TLS_MECHANISM,
    ):
        yield Misfit(
            'migration.live',
            'a user or a mechanism of SASL needs a password',
        )
    if profile.live_migration.permit_post_copy:
        yield Misfit(
            'live_migration.permit_post_copy',
            'does not go with the TLS of migration.live: QEMU copies disks '
            'over TLS in no post-copy; remove it',
        )


def _live_ssh(cold: Cold | None) -> Iterator[Misfit]:
    """Tell what SSH needs for libvirt, which connects as root."""
    if not isinstance(cold, ColdSsh):
        yield Misfit(
            'migration.live.transport',
            'takes the keys of migration.cold; give it the transport ssh, too',
        )
    elif cold.accept_new_hosts and not cold.knows_hosts:
        yield Misfit(
            'migration.cold.accept_new_hosts',
            'is for the user of cold migrations only; for live ones give '
            'known_hosts or issue_host',
        )


def _cold(profile: Profile) -> Iterator[Misfit]:
    cold = profile.migration.cold
    if isinstance(cold, ColdSsh):
        yield from _one_key(
            'migration.cold', cold.issue_user, cold.private_key, 'issue_user'
        )


def _one_key(
    key: str, issued: Secret | None, shared: Secret | None, name: str
) -> Iterator[Misfit]:
    if issued is not None and shared is not None:
        yield Misfit(
            f'{key}.private_key',
            f'a host has the shared key or, by {name}, one of its own; '
            'remove one of them',
        )
