# SPDX-License-Identifier: Apache-2.0
"""Decides who else holds a name, so that nothing foreign is touched."""

from __future__ import annotations

from hvctl.model import host_name
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
    taken = hosts(hv)
    # What our own machine registered is ours, even under a wrong id.
    registered = hv.server is not None and hv.service is not None
    ours = {
        thing.id
        for thing in (hv.server, hv.service, hv.compute_node, hv.provider)
        if thing is not None
    }
    ours |= {server.id for server in hv.duplicates}
    ours |= {agent.id for agent in hv.agents or ()}
    found = [
        Reason.of(HolderCode.OTHER_CLOUD, name=hv.name, cloud=cloud)
        for name, cloud in snapshot.other_clouds.items()
        if name == hv.name
    ]
    found += [
        Reason.of(
            HolderCode.SERVER, id=server.id, project_id=server.project_id
        )
        for server in snapshot.namesakes
        if server.name == hv.name
    ]
    found += [
        Reason.of(
            HolderCode.SERVICE,
            id=service.id,
            host=service.host,
            up=service.up,
        )
        for service in snapshot.services
        if service.host in taken and service.id not in ours
    ]
    found += [
        Reason.of(HolderCode.HYPERVISOR, id=node.id, host=node.hostname)
        for node in snapshot.compute_nodes
        if node.hostname in taken and node.id not in ours and not registered
    ]
    found += [
        Reason.of(HolderCode.PROVIDER, id=provider.id, label=provider.name)
        for provider in snapshot.providers
        if provider.name in taken
        and provider.id not in ours
        and not registered
    ]
    found += [
        Reason.of(
            HolderCode.AGENT,
            id=agent.id,
            agent_type=agent.agent_type,
            host=agent.host,
            alive=agent.alive,
        )
        for agent in snapshot.agents or ()
        if agent.host in taken and agent.id not in ours and not hv.server
    ]
    found += [
        Reason.of(HolderCode.PORT, id=port_id)
        for port_id, name in snapshot.namesake_ports.items()
        # A machine that is there may have been given one.
        if name == hv.name and hv.server is None
    ]
    return found


def hosts(hv: Hypervisor) -> frozenset[str]:
    """Return the host names under which a hypervisor may register."""
    return frozenset((hv.host, *host_name.host_names(hv.name, hv.domain)))


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
