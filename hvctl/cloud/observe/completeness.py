# SPDX-License-Identifier: Apache-2.0
"""Insists that a look lacks nothing of the hypervisors that it is about.

Nova leaves out of a list what is in a cell that does not answer, and says 200
(nova/compute/multi_cell_list.py).  Such a look has failed: it must be taken
again, and nothing may follow from it.
"""

from __future__ import annotations

from collections.abc import Iterable
import logging

from hvctl import exceptions
from hvctl.cloud import clouds
from hvctl.cloud import http
from hvctl.cloud.observe import bare_metal
from hvctl.cloud.observe import parse
from hvctl.model import host_name
from hvctl.model.records import PortUse
from hvctl.model.snapshot import Snapshot

LOG = logging.getLogger(__name__)


def insist(
    project: clouds.Project, look: Snapshot, names: frozenset[str]
) -> None:
    """Insist that a look lacks nothing of these hypervisors.

    :param project: where their servers are
    :raises CloudError: when it does
    """
    silent = [h for h in silent_hosts(look) if host_name.short(h) in names]
    if silent:
        raise _incomplete('list the compute services', _silence(silent))
    seen = {server.id for server in look.servers}
    for port in look.ports:
        if (
            port.name in names
            and port.use is PortUse.MACHINE
            and port.device_id
            and port.device_id not in seen
            and bare_metal.is_there(project, port.device_id, port.name)
        ):
            raise _incomplete(
                'list the servers',
                f'server {port.device_id} of {port.name} is not among them, '
                'and it is there',
            )


def insist_on_aggregates(
    nova: http.Service, look: Snapshot, ids: frozenset[int]
) -> None:
    """Insist that an aggregate which a look lacks is gone.

    :param nova: of the compute cloud
    :raises CloudError: when Nova has it, or cannot be asked
    """
    for number in sorted(ids - {a.id for a in look.aggregates}):
        request = http.Request(
            url=f'/os-aggregates/{number}',
            doing=f'see whether aggregate {number} is there',
            microversion=http.COMPUTE,
        )
        found = http.find(
            nova, request, lambda body: body.part('aggregate').number('id')
        )
        if found is not None:
            raise _incomplete(
                'list the aggregates',
                f'aggregate {number} is not among them, and it is there',
            )


def warn(look: Snapshot) -> None:
    """Say what a look may lack."""
    silent = silent_hosts(look)
    if silent:
        LOG.warning('%s; what is in that cell is not seen', _silence(silent))


def silent_hosts(look: Snapshot) -> list[str]:
    """Return the hosts of cells that do not answer."""
    return sorted(s.host for s in look.services if s.status == parse.UNKNOWN)


def _silence(hosts: Iterable[str]) -> str:
    return (
        'Nova does not know the state of the compute service of '
        f'{", ".join(hosts)}, whose cell does not answer'
    )


def _incomplete(doing: str, why: str) -> exceptions.CloudError:
    return exceptions.CloudError(f'could not {doing}: {why}', transient=True)
