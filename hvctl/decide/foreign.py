# SPDX-License-Identifier: Apache-2.0
"""Decides who else holds a name, so that nothing foreign is touched."""

from __future__ import annotations

from hvctl.decide import assemble
from hvctl.model import hypervisor
from hvctl.model import snapshot as snapshot_model


def holders(
    snapshot: snapshot_model.Snapshot, hv: hypervisor.Hypervisor
) -> list[str]:
    """Name everything that holds a hypervisor's name and is not ours.

    :param snapshot: a look whose scope had the name
    :param hv: the hypervisor of that name, put together from the look
    :returns: words such as ``compute service 7b3... (host hv1)``; empty when
        the name is free or ours
    """
    hosts = {hv.name}
    if hv.domain:
        hosts.add(f'{hv.name}.{hv.domain}')
    ours = {
        thing.id
        for thing in (hv.server, hv.service, hv.compute_node, hv.provider)
        if thing is not None
    }
    ours |= {server.id for server in hv.duplicates}
    ours |= {agent.id for agent in hv.agents or ()}
    found = [
        f'server {server.id} (project {server.project_id})'
        for server in snapshot.namesakes
        if server.name == hv.name
    ]
    found += [
        f'compute service {service.id} (host {service.host})'
        for service in snapshot.services
        if service.host in hosts and service.id not in ours
    ]
    found += [
        f'hypervisor {node.id} ({node.hostname})'
        for node in snapshot.compute_nodes
        if node.hostname in hosts and node.id not in ours
    ]
    found += [
        f'resource provider {provider.id} ({provider.name})'
        for provider in snapshot.providers
        if provider.name in hosts and provider.id not in ours
    ]
    found += [
        f'network agent {agent.id} ({agent.agent_type} on {agent.host})'
        for agent in snapshot.agents or ()
        if agent.host in hosts and agent.id not in ours
    ]
    return found


def owned(hv: hypervisor.Hypervisor) -> bool:
    """Whether something of a hypervisor carries our mark."""
    return bool(
        hv.server
        or hv.ports
        or hv.compute_id
        or hv.test_guests
        or (hv.service is not None and assemble.marked(hv.service))
    )
