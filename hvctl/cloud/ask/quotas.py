# SPDX-License-Identifier: Apache-2.0
"""Reads what is left of a project's quotas, by what they limit."""

from __future__ import annotations

from openstack import connection

from hvctl.cloud import answers
from hvctl.cloud import http
from hvctl.model.preflight import Quota, QuotaKind


def servers(conn: connection.Connection, where: str) -> dict[QuotaKind, Quota]:
    """Read Nova's quotas.

    :param where: words that follow what cannot be read
    :raises CloudError: when they cannot be read
    """
    request = http.Request(
        url='/limits',
        doing=f'read the quota of servers{where}',
        microversion=http.COMPUTE,
    )
    return http.ask(conn.compute, request, _limits)


def _limits(body: answers.Fields) -> dict[QuotaKind, Quota]:
    limits = body.part('limits').part('absolute')
    found = {
        what: _left(limits.number(most), limits.number(used))
        for what, most, used in (
            (QuotaKind.SERVERS, 'maxTotalInstances', 'totalInstancesUsed'),
            (QuotaKind.CORES, 'maxTotalCores', 'totalCoresUsed'),
            (QuotaKind.MEMORY, 'maxTotalRAMSize', 'totalRAMUsed'),
        )
    }
    items = limits.any_number('maxServerMeta')
    if items is not None:
        found[QuotaKind.METADATA] = _left(items, 0)
    return found


def ports(conn: connection.Connection, where: str) -> dict[QuotaKind, Quota]:
    """Read Neutron's quota.

    :param where: words that follow what cannot be read
    :raises CloudError: when it cannot be read
    """
    request = http.Request(
        url=f'/quotas/{conn.current_project_id}/details',
        doing=f'read the quota of ports{where}',
    )
    return {QuotaKind.PORTS: http.ask(conn.network, request, _ports)}


def _ports(body: answers.Fields) -> Quota:
    port = body.part('quota').part('port')
    used = port.number('used') + port.number('reserved')
    return _left(port.number('limit'), used)


def _left(most: int, used: int) -> Quota:
    return Quota(left=-1 if most < 0 else max(0, most - used))
