# SPDX-License-Identifier: Apache-2.0
"""Reads the availability zone from which machines are to be taken."""

from __future__ import annotations

from openstack import connection

from hvctl.cloud import answers
from hvctl.cloud import http
from hvctl.cloud.observe import compute_cloud


def problems(conn: connection.Connection, zone: str) -> tuple[str, ...]:
    """Return why Nova would refuse a zone.

    :raises CloudError: when the zones cannot be read
    """
    request = http.Request(
        url='/os-availability-zone',
        doing='list the availability zones',
        microversion=http.COMPUTE,
    )
    known = http.ask(conn.compute, request, _zones)
    if zone not in known:
        listed = ', '.join(sorted(known)) or 'none'
        return (f'there is no availability zone {zone}; there are: {listed}',)
    if not known[zone]:
        return (f'no service in availability zone {zone} is enabled',)
    return ()


def _zones(body: answers.Fields) -> dict[str, bool]:
    """Return whether each zone has a service that is enabled."""
    return {
        zone.text('zoneName'): zone.part('zoneState').any_flag('available')
        for zone in body.parts('availabilityZoneInfo')
    }


def aggregates(conn: connection.Connection, zone: str) -> tuple[str, ...]:
    """Return the uuids of the aggregates that make a zone.

    The default zone is that of hosts in none of them.

    :raises CloudError: when they cannot be read
    """
    return tuple(
        aggregate.uuid
        for aggregate in compute_cloud.aggregates(conn.compute)
        if aggregate.availability_zone == zone
    )
