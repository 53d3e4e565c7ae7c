# SPDX-License-Identifier: Apache-2.0
"""Decides what to say of a hypervisor that does not come up.

Each way to fail has words of its own, and a next step.
"""

from __future__ import annotations

from hvctl.decide.create import preflight
from hvctl.decide.hypervisor import ownership
from hvctl.decide.hypervisor import phases
from hvctl.decide.wording import text
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.records import Provider, Server
from hvctl.model.results import Explained
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import AskNode, CreateServer, Step

#: How Nova says that Placement had no candidate at all, and that its filters
#: refused those it had (nova/scheduler/manager.py).
_NO_CANDIDATE = 'No valid host was found.'
_FILTERED = 'There are not enough hosts available'

#: Where the packages of both families let it log, whatever its unit's name.
_LOG = '/var/log/nova/nova-compute.log'


def server_failed(
    hv: Hypervisor,
    snapshot: Snapshot,
    ledger: Ledger,
) -> str:
    """Why a bare-metal server is in ERROR."""
    assert hv.server is not None
    fault = text.fault(hv.server)
    tried = _tried(hv, snapshot, ledger)
    if _FILTERED in fault:
        return (
            f'no node for {hv.name}: nodes of the flavor are free, but '
            'Nova refused all of them; is the nova-compute that drives '
            f'Ironic up and enabled? (openstack compute service list){tried}'
        )
    if fault == _NO_CANDIDATE.rstrip('.'):
        return (
            f'no node for {hv.name}: none that the flavor asks for is free'
            f'{_stock(hv.server, snapshot)}; see openstack baremetal node '
            f'list{tried}'
        )
    return f'the deploy of {hv.name} failed: {fault}{tried}'


def _stock(server: Server, snapshot: Snapshot) -> str:
    """What the nodes that the flavor asks for are doing."""
    asked = [
        key.partition(':')[2]
        for key in server.extra_specs
        if key.startswith('resources:CUSTOM_')
    ]
    return preflight.stock(snapshot.nodes or (), next(iter(asked), None))


def questions(hv: Hypervisor, ledger: Ledger) -> tuple[Step, ...]:
    """What to ask Ironic before a failed deploy is explained."""
    return tuple(
        question
        for question in _questions(hv, ledger)
        if question not in ledger.done
    )


def _questions(hv: Hypervisor, ledger: Ledger) -> list[AskNode]:
    """One for each node that was tried, in whichever deploy of this run."""
    assert hv.server is not None
    # An earlier run may have made the server, and a later try this one.
    since = min(hv.server.created_at or ledger.started_at, ledger.started_at)
    return [
        AskNode(name=hv.name, node_id=node_id, since=since)
        for node_id in dict.fromkeys(ledger.nodes_tried.get(hv.name, ()))
    ]


def _tried(
    hv: Hypervisor,
    snapshot: Snapshot,
    ledger: Ledger,
) -> str:
    """Which nodes were tried, and what Ironic says of each."""
    names = {node.id: node.name for node in snapshot.nodes or ()}
    said = []
    for question in _questions(hv, ledger):
        label = names.get(question.node_id) or question.node_id
        error = ledger.answer(question, Explained)
        said.append(f'{label} ({error.text})' if error else label)
    if not said:
        return ''
    retried = ledger.times(hv.name, CreateServer) > 1
    by_nova = len(said) > 1 and not retried
    moved = ' (Nova moved on by itself)' if by_nova else ''
    return f'; tried on Ironic node {", ".join(said)}{moved}'


def other_id(hv: Hypervisor, snapshot: Snapshot) -> str | None:
    """What is wrong with a host that did not take the id chosen for it."""
    if hv.service is None or hv.compute_id is None:
        return None
    hosts = ownership.hosts(hv)
    for node in snapshot.compute_nodes:
        if node.hostname in hosts and node.id != hv.compute_id:
            return (
                f'nova-compute of {hv.name} took the id {node.id} instead of '
                f'{hv.compute_id}: it is older than 2023.1, or another '
                'compute_id lies on its disk'
            )
    return None


def overdue(
    hv: Hypervisor,
    status: Status,
    snapshot: Snapshot,
    seconds: float,
) -> str:
    """What to look at when nothing has changed for too long."""
    waited = f'nothing changed for {seconds:.0f} s'
    match status.phase:
        case Phase.BUILDING:
            words = (
                f'{hv.name} is not deployed, {waited}: {status.reason}; see '
                f'openstack baremetal node show {_node(hv)}'
            )
        case Phase.BOOTING:
            words = (
                f'the machine of {hv.name} is deployed and nova-compute '
                f'never registered as {phases.expected_hosts(hv)}, {waited}: '
                'it does not boot the image, or cloud-init failed; look at '
                f'its console (openstack baremetal node console show '
                f'{_node(hv)}), or on it{_addresses(hv)} at cloud-init '
                f'status --long and {_LOG}'
            )
        case Phase.DOWN:
            words = _down(hv, status, waited)
        case Phase.UNMAPPED:
            words = (
                f'host {hv.host} is registered but not mapped to a cell, '
                f'{waited}; on a controller run nova-manage cell_v2 '
                'discover_hosts, or set [scheduler] '
                'discover_hosts_in_cells_interval in its nova.conf'
            )
        case Phase.REGISTERED | Phase.NO_INVENTORY:
            words = _no_inventory(hv, snapshot, waited)
        case Phase.NO_AGENT:
            words = (
                f'{status.reason}, {waited}; {_other_host(hv, snapshot)}look '
                f"on {hv.host}{_addresses(hv)} at the agent's service and "
                "its log in /var/log/neutron/ (OVN's own: /var/log/ovn/)"
            )
        case _:
            words = f'{hv.name} is {status.phase}, {waited}: {status.reason}'
    return words


def _down(hv: Hypervisor, status: Status, waited: str) -> str:
    server = hv.server
    if server is not None and server.status != 'ACTIVE':
        return (
            f'the machine of {hv.name} is {server.status}, {waited}; '
            f'{status.hint}'
        )
    return (
        f'nova-compute on {hv.host} registered and then died, {waited}; look '
        f'on it{_addresses(hv)} at {_LOG}'
    )


def _other_host(hv: Hypervisor, snapshot: Snapshot) -> str:
    """Whether the agents call the host by its other name."""
    others = ownership.hosts(hv) - {hv.host}
    for agent in snapshot.agents or ():
        if agent.host in others:
            return (
                f'Nova knows it as {hv.host} and Neutron as {agent.host}: '
                'give both the same host in section [DEFAULT]; '
            )
    return ''


def _no_inventory(hv: Hypervisor, snapshot: Snapshot, waited: str) -> str:
    stale = stale_provider(hv, snapshot.providers)
    if stale is not None:
        return (
            f'{hv.host} has no inventory, {waited}: Placement has another '
            f'resource provider of that name, {stale.id}, left over from '
            'earlier; when it has no allocations, openstack resource '
            f'provider delete {stale.id}'
        )
    return (
        f'{hv.host} is registered and has no inventory in Placement, '
        f'{waited}; look on it{_addresses(hv)} at '
        f'{_LOG}: does the [placement] section of its nova.conf work?'
    )


def stale_provider(
    hv: Hypervisor, providers: tuple[Provider, ...]
) -> Provider | None:
    """A provider that has the host's name and another id."""
    chosen = hv.compute_id or (hv.compute_node and hv.compute_node.id)
    names = {hv.host}
    if hv.compute_node is not None:
        names.add(hv.compute_node.hostname)
    return next(
        (p for p in providers if p.name in names and p.id != chosen), None
    )


def _node(hv: Hypervisor) -> str:
    if hv.node is not None:
        return hv.node.name or hv.node.id
    return (hv.server and hv.server.node) or '<node>'


def _addresses(hv: Hypervisor) -> str:
    addresses = hv.server.addresses if hv.server else ()
    return f' ({", ".join(addresses)})' if addresses else ''
