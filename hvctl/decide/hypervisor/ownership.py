# SPDX-License-Identifier: Apache-2.0
"""Decides who else holds a name, so that nothing foreign is touched."""

from __future__ import annotations

from collections.abc import Iterable
import typing

from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import phases
from hvctl.model import host_name
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.snapshot import Snapshot


class Holder(typing.NamedTuple):
    """Something that has a name and is not ours.

    :ivar words: what it is, as in ``compute service 7b3... (host hv1)``
    :ivar remedy: what removes it, should it be left over
    :ivar elsewhere: hvctl made it, in another compute cloud
    """

    words: str
    remedy: str | None
    elsewhere: bool = False


def holders(snapshot: Snapshot, hv: Hypervisor) -> list[Holder]:
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
        Holder(
            f'the ephemeral hypervisor {hv.name} of '
            + (f'compute cloud {cloud}' if cloud else 'the cloud itself'),
            f'{phases.COMMAND} delete {hv.name}',
            elsewhere=True,
        )
        for name, cloud in snapshot.elsewhere.items()
        if name == hv.name
    ]
    found += [
        Holder(
            f'server {server.id} (project {server.project_id})',
            f'openstack server delete {server.id}',
        )
        for server in snapshot.namesakes
        if server.name == hv.name
    ]
    found += [
        Holder(
            f'compute service {service.id} (host {service.host})',
            f'openstack compute service delete {service.id}',
        )
        for service in snapshot.services
        if service.host in taken and service.id not in ours
    ]
    found += [
        # It goes with its service.
        Holder(f'hypervisor {node.id} ({node.hostname})', None)
        for node in snapshot.compute_nodes
        if node.hostname in taken and node.id not in ours and not registered
    ]
    found += [
        Holder(
            f'resource provider {provider.id} ({provider.name})',
            f'openstack resource provider delete {provider.id}',
        )
        for provider in snapshot.providers
        if provider.name in taken
        and provider.id not in ours
        and not registered
    ]
    found += [
        Holder(
            f'network agent {agent.id} ({agent.agent_type} on {agent.host})',
            f'openstack network agent delete {agent.id}',
        )
        for agent in snapshot.agents or ()
        if agent.host in taken and agent.id not in ours and not hv.server
    ]
    found += [
        Holder(f'port {port_id}', f'openstack port delete {port_id}')
        for port_id, name in snapshot.namesake_ports.items()
        # A machine that is there may have been given one.
        if name == hv.name and hv.server is None
    ]
    return found


def hosts(hv: Hypervisor) -> frozenset[str]:
    """The host names under which a hypervisor may register."""
    return frozenset((hv.host, *host_name.host_names(hv.name, hv.domain)))


def listed(found: Iterable[Holder]) -> str:
    """Name everything that holds a name, and say whose it is not."""
    ours: list[str] = []
    others: list[str] = []
    for holder in found:
        (ours if holder.elsewhere else others).append(holder.words)
    made = ', which hvctl did not make in this project' if others else ''
    return ', '.join(ours + others) + made


def refusal(name: str, found: Iterable[Holder]) -> str:
    """Say that a name is taken, and what to type."""
    found = tuple(found)
    words = f'the name {name} is taken by {listed(found)}; choose another name'
    remedy = remedies(found)
    return f'{words}, or if that is left over: {remedy}' if remedy else words


def remedies(found: Iterable[Holder]) -> str:
    """What to type if all of it is left over; it may be nothing."""
    return ' && '.join(h.remedy for h in found if h.remedy is not None)


def owned(hv: Hypervisor) -> bool:
    """Whether something of a hypervisor carries our mark."""
    return bool(
        hv.server
        or hv.ports
        or hv.subports
        or hv.compute_id
        or hv.test_guests
        or hv.test_ports
        or (hv.service is not None and assemble.marked(hv.service))
    )
