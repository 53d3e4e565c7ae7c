# SPDX-License-Identifier: Apache-2.0
"""Decides what to be told of a profile that is used all the same."""

from __future__ import annotations

from collections.abc import Iterator

from hvctl.model.profile import Profile
from hvctl.model.transport import ColdSsh, LiveTcp, LiveTls, NOVA_OPTIONS

_CONNECTIONS = 'live_migration_parallel_connections'
_NATIVE_TLS = 'live_migration_with_native_tls'
#: What oslo.config takes for false.
_FALSE = frozenset({'false', 'no', 'off', '0'})

_SAY = 'say transport: image where the image brings it'


def cautions(profile: Profile) -> Iterator[str]:
    """Return sentences that name the profile, what is so, and what to do."""
    if not profile.uses_libvirt:
        return
    for words in (
        *_stay(profile),
        *_shared(profile),
        *_open(profile),
        *_broken(profile),
        *_unlimited(profile),
    ):
        yield f'profile {profile.name}: {words}'


def _stay(profile: Profile) -> Iterator[str]:
    """Tell of guests that cannot leave, so that no drain gets to its end."""
    # A part of the user's may bring what hosts need.
    if profile.user_data:
        return
    migration = profile.migration
    live = migration.live is not None or not profile.nova.get(
        'libvirt', {}
    ).keys().isdisjoint(NOVA_OPTIONS)
    if migration.cold is not None and live:
        return
    if not live and migration.cold is None:
        yield (
            'no guest can leave its hypervisors, since nothing sets up how '
            'hosts reach each other, so a drain would move nothing; add '
            f'migration.live and migration.cold, or {_SAY}'
        )
    elif not live:
        yield (
            'no guest that runs can leave its hypervisors, since nothing '
            'sets up how libvirt reaches other hosts; add migration.live, or '
            f'{_SAY}'
        )
    else:
        yield (
            'no guest that is switched off can leave its hypervisors: for '
            'that Nova needs SSH from host to host, also with shared '
            f'storage; add migration.cold, or {_SAY}'
        )


def _shared(profile: Profile) -> Iterator[str]:
    """Tell of keys that open more than one host."""
    live, cold = profile.migration.live, profile.migration.cold
    shared = []
    if isinstance(live, LiveTls) and live.private_key is not None:
        shared.append('migration.live.private_key')
    if isinstance(live, LiveTcp):
        shared.append('migration.live.password')
    if isinstance(cold, ColdSsh) and cold.private_key is not None:
        shared.append('migration.cold.private_key')
    if shared:
        yield (
            'all hosts have the same '
            f'{" and ".join(shared)}, and it stands in the user-data, which '
            'administrators and the metadata service give away: who has it '
            'may enter every hypervisor of the cloud; let create issue keys '
            "of each host's own, or bring it by the image"
        )


def _open(profile: Profile) -> Iterator[str]:
    """Tell of what anybody between two hosts could read, or pretend."""
    live, cold = profile.migration.live, profile.migration.cold
    if isinstance(live, LiveTcp):
        yield (
            'migration.live.transport tcp encrypts neither the memory of '
            'guests nor their disks on the way'
        )
    if not isinstance(cold, ColdSsh):
        return
    if cold.accept_new_hosts:
        yield (
            'migration.cold.accept_new_hosts lets whoever answers at the '
            'address of another host have the disks of guests'
        )
    elif (cold.issue_user or cold.private_key) and not cold.knows_hosts:
        yield (
            'migration.cold says nothing by which other hosts prove who they '
            'are, so SSH refuses them unless the image does; add known_hosts '
            'or issue_host'
        )


def _unlimited(profile: Profile) -> Iterator[str]:
    """Tell of a number that Nova takes for another one."""
    if profile.live_migration.max_concurrent == 0:
        yield (
            'live_migration.max_concurrent is 0, which is no limit any more: '
            'since 2026.1 Nova takes it for 5 where it runs native threads, '
            'and is to refuse it; say how many'
        )


def _broken(profile: Profile) -> Iterator[str]:
    """Tell of what was seen to fail, and may do so elsewhere."""
    options = profile.nova.get('libvirt', {})
    connections = options.get(_CONNECTIONS, ('1',))[-1]
    plain = options.get(_NATIVE_TLS, ('true',))[-1]
    if (
        isinstance(profile.migration.live, LiveTls)
        and str(connections) != '1'
        and str(plain).lower() not in _FALSE
    ):
        yield (
            f'nova.libvirt.{_CONNECTIONS} is {connections}: with TLS for the '
            'data libvirt 9.0 copies no disk so, and Nova leaves the guest in '
            'ERROR; leave it out, or move one guest with a disk of its own '
            'first'
        )
