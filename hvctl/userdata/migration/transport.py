# SPDX-License-Identifier: Apache-2.0
"""Puts together what both ways of migrations bring to a host."""

from __future__ import annotations

from hvctl.model.credentials import Credentials
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.profile import Family, Profile
from hvctl.userdata.configuration import options
from hvctl.userdata.migration import cold
from hvctl.userdata.migration import live
from hvctl.userdata.migration import reach
from hvctl.userdata.migration import setup


def contribute(
    profile: Profile,
    name: str,
    ports: MachinePorts,
    credentials: Credentials,
    *,
    reveal: bool,
) -> setup.Setup:
    """Build what a profile's transports bring; they are libvirt's.

    :param credentials: what was issued to the host
    :param reveal: write keys too, instead of a mask
    :raises InvalidRequest: when the host has no address to be reached by
    """
    if not profile.uses_libvirt:
        return setup.Setup()
    address = reach.address(profile, ports)
    inbound = {}
    if address is not None:
        inbound['libvirt'] = options.single(
            live_migration_inbound_addr=address,
            migration_inbound_addr=address,
        )
    by = address or ports.address
    ways = (
        cold.contribute(profile, by, credentials, reveal=reveal),
        live.contribute(profile, name, by, credentials, reveal=reveal),
    )
    return setup.Setup(
        nova=options.merge(inbound, *(way.nova for way in ways)),
        before=tuple(line for way in ways for line in way.before),
        files=tuple(file for way in ways for file in way.files),
        after=tuple(line for way in ways for line in way.after),
        proofs=tuple(line for way in ways for line in way.proofs),
        packages={
            family: tuple(
                package
                for way in ways
                for package in way.packages.get(family, ())
            )
            for family in Family
        },
        ssh_keys=ways[0].ssh_keys,
    )
