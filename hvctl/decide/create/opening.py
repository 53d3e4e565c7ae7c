# SPDX-License-Identifier: Apache-2.0
"""Decides what a good but closed hypervisor does before guests may come.

Each may say that there is something to do or to wait for.
"""

from __future__ import annotations

from collections.abc import Mapping

from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import JoinAggregate, RenameProvider
from hvctl.model.verdict import Verdict


def rename(hv: Hypervisor) -> Verdict | None:
    """See that the provider has the name of the hypervisor.

    Nova finds it by its id, but brings it into aggregates by its name.

    :returns: None when it has
    """
    if hv.provider is None or hv.compute_node is None:
        return None
    if hv.provider.name == hv.compute_node.hostname:
        return None
    return Verdict(
        status=_ready('renaming the resource provider'),
        steps=(
            RenameProvider(
                name=hv.name,
                provider_id=hv.provider.id,
                provider_name=hv.compute_node.hostname,
            ),
        ),
    )


def join(
    hv: Hypervisor,
    snapshot: Snapshot,
    aggregates: Mapping[str, int],
) -> Verdict | None:
    """Bring a host into its aggregates, in Nova and in Placement.

    Nova answers 200 although Placement did not take the host
    (nova/compute/api.py, add_host_to_aggregate), so both are looked at.

    :param aggregates: ids by uuid
    :returns: None when it is in all of them
    """
    assert hv.provider is not None
    known = {aggregate.uuid: aggregate for aggregate in snapshot.aggregates}
    gone = [uuid for uuid in aggregates if uuid not in known]
    if gone:
        listed = ', '.join(f'{aggregates[uuid]} ({uuid})' for uuid in gone)
        return Verdict.failed(
            _ready('an aggregate that it is to join is deleted'),
            f'aggregate {listed} is deleted, and {hv.name} is to join it; it '
            'stays closed; see openstack aggregate list, and run create again '
            'with another one',
        )
    todo = [
        JoinAggregate(name=hv.name, aggregate_id=number, host=hv.host)
        for uuid, number in aggregates.items()
        if hv.host not in known[uuid].hosts
    ]
    if todo:
        return Verdict(
            status=_ready('joining its aggregates'), steps=tuple(todo)
        )
    waiting = [
        known[uuid].name
        for uuid in aggregates
        if hv.provider.id not in snapshot.members.get(uuid, frozenset())
    ]
    if waiting:
        return Verdict(
            status=_ready(
                'waiting until Placement has it in aggregate '
                f'{", ".join(waiting)} (nova-manage placement '
                'sync_aggregates mends what Nova could not write)'
            )
        )
    return None


def _ready(reason: str) -> Status:
    return Status(phase=Phase.READY, reason=reason)
