# SPDX-License-Identifier: Apache-2.0
"""Reads a flavor, and how many nodes are free for it."""

from __future__ import annotations

from openstack import connection

from hvctl.cloud import http
from hvctl.model.preflight import Flavor


def find(conn: connection.Connection, name: str) -> Flavor:
    """Find a flavor by its name or id."""
    found = conn.compute.find_flavor(
        name, ignore_missing=False, get_extra_specs=True
    )
    specs: dict[str, str] = found.extra_specs or {}
    return Flavor(
        id=found.id,
        name=found.name,
        resources={
            key.partition(':')[2]: int(amount)
            for key, amount in specs.items()
            if key.startswith('resources:') and amount.isdigit()
        },
        required=tuple(
            key.partition(':')[2]
            for key, value in specs.items()
            if key.startswith('trait:') and value == 'required'
        ),
        vcpus=found.vcpus or 0,
        ram=found.ram or 0,
        disk=(found.disk or 0) + (found.ephemeral or 0) + (found.swap or 0),
    )


def candidates(
    conn: connection.Connection, flavor: Flavor, number: int
) -> int | None:
    """Count the nodes that are free for a flavor.

    :param number: at which to stop
    :returns: None when there was nothing to ask Placement for
    :raises CloudError: when it could not be asked
    """
    asked = {
        name: amount for name, amount in flavor.resources.items() if amount > 0
    }
    if not asked or number == 0:
        return None
    params: dict[str, object] = {
        'resources': ','.join(f'{k}:{v}' for k, v in asked.items()),
        'limit': number,
    }
    if flavor.required:
        params['required'] = ','.join(flavor.required)
    request = http.Request(
        url='/allocation_candidates',
        doing='ask Placement for free nodes',
        microversion=http.PLACEMENT,
        params=params,
    )
    return http.ask(
        conn.placement,
        request,
        lambda body: len(body.parts('allocation_requests')),
    )
