# SPDX-License-Identifier: Apache-2.0
"""Decides who else holds a name, so that nothing foreign is touched."""

from __future__ import annotations

from collections.abc import Iterator

from hvctl.model.codes import HolderCode
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.reasons import Reason
from hvctl.model.snapshot import Snapshot


def holders(snapshot: Snapshot, hv: Hypervisor) -> list[Reason]:
    """Find everything that holds a hypervisor's name and is not ours.

    :param snapshot: a look whose scope had the name
    :param hv: the hypervisor of that name, put together from the look
    :returns: what was found; empty when the name is free or ours
    """
    return list(_holders(snapshot, hv))


def _holders(snapshot: Snapshot, hv: Hypervisor) -> Iterator[Reason]:
    taken = hv.hosts
    if hv.name in snapshot.other_clouds:
        cloud = snapshot.other_clouds[hv.name]
        yield Reason.of(HolderCode.OTHER_CLOUD, name=hv.name, cloud=cloud)
    for server in snapshot.namesakes:
        if server.name == hv.name:
            yield Reason.of(
                HolderCode.SERVER, id=server.id, project_id=server.project_id
            )
    for service in snapshot.services:
        if service.host in taken and service != hv.service:
            yield Reason.of(
                HolderCode.SERVICE,
                id=service.id,
                host=service.host,
                up=service.up,
            )
    # What our own machine registered is ours, even under a wrong id.
    if hv.server is None or hv.service is None:
        for node in snapshot.compute_nodes:
            if node.hostname in taken and node != hv.compute_node:
                yield Reason.of(
                    HolderCode.HYPERVISOR, id=node.id, host=node.hostname
                )
        for provider in snapshot.providers:
            if provider.name in taken and provider != hv.provider:
                yield Reason.of(
                    HolderCode.PROVIDER, id=provider.id, label=provider.name
                )
    # What a machine that is there has registered or been given is its own.
    if hv.server is None:
        agents = hv.agents or ()
        for agent in snapshot.agents or ():
            if agent.host in taken and agent not in agents:
                yield Reason.of(
                    HolderCode.AGENT,
                    id=agent.id,
                    agent_type=agent.agent_type,
                    host=agent.host,
                    alive=agent.alive,
                )
        for port_id, name in snapshot.namesake_ports.items():
            if name == hv.name:
                yield Reason.of(HolderCode.PORT, id=port_id)


def owned(hv: Hypervisor) -> bool:
    """Return whether something of a hypervisor carries our mark."""
    return bool(
        hv.server
        or hv.ports
        or hv.subports
        or hv.compute_id
        or hv.test_guests
        or hv.test_ports
        or (hv.service is not None and hv.service.disabled.is_ours)
    )


def may_be_elsewhere(hv: Hypervisor) -> bool:
    """Return whether nothing tells where the machine of a hypervisor is.

    It has registered, and what tells of its machine, the server or at least
    the port, is not in the bare-metal cloud that was looked at.
    """
    registered = hv.service or hv.compute_node or hv.agents or hv.reported
    return bool(registered) and not (hv.server or hv.ports or hv.subports)
