# SPDX-License-Identifier: Apache-2.0
"""What Nova counts of a project, and what it refuses then.

It is Nova's own counting (``nova.quota.DbQuotaDriver``): by the sizes of the
flavors, whatever of them Placement has.
"""

from __future__ import annotations

from collections.abc import Collection

from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import world
from hvctl.tests.simulation.nova import silence


def used(of: world.World, project_id: str) -> records.Usage:
    """Count what a project has, in the cells that answer.

    What is deleted softly does not count (nova/objects/instance.py,
    _get_counts_in_db).
    """
    counted = [
        server.flavor
        for _, server in of.servers.having('project', project_id)
        if server.vm_state != 'soft-delete' and not silence.hides(of, server)
    ]
    return records.Usage(
        instances=len(counted),
        cores=sum(flavor.vcpus for flavor in counted),
        ram=sum(flavor.ram for flavor in counted),
    )


def insist(of: world.World, project_id: str, flavor: records.Flavor) -> None:
    """Insist that one more server fits (nova/compute/utils.py).

    :raises Refusal: which names all that is exceeded
    """
    quota, now = of.quota(project_id), used(of, project_id)
    wanted = records.Usage(instances=1, cores=flavor.vcpus, ram=flavor.ram)
    over = [
        name
        for name in ('cores', 'instances', 'ram')
        if 0 <= getattr(quota, name) < getattr(now + wanted, name)
    ]
    if over:
        names, asked, have, allowed = (
            ', '.join(each)
            for each in (
                over,
                [str(getattr(wanted, name)) for name in over],
                [str(getattr(now, name)) for name in over],
                [str(getattr(quota, name)) for name in over],
            )
        )
        raise service.Refusal(
            403,
            f'Quota exceeded for {names}: Requested {asked}, but already used '
            f'{have} of {allowed} {names}',
        )


def insist_on_metadata(
    of: world.World, project_id: str, metadata: Collection[str]
) -> None:
    """Insist that a server has no more metadata than it may have.

    :raises Refusal: when it would have
    """
    most = of.quota(project_id).metadata_items
    if 0 <= most < len(metadata):
        raise service.Refusal(
            403, f'Maximum number of metadata items exceeds {most}'
        )
