# SPDX-License-Identifier: Apache-2.0
"""Decides whether a create may begin: every problem, not the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence

from hvctl.decide.create import trunk
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.networking import Address
from hvctl.model.preflight import (
    Answers,
    Check,
    Finding,
    Flavor,
    Quota,
    QuotaKind,
)
from hvctl.model.records import Node
from hvctl.model.request import ResolvedSubnetwork

#: States in which Ironic has a node between two tenants.
_CLEANING = frozenset({'cleaning', 'clean wait', 'clean hold', 'deleting'})

_FREE = 'free'


def checks(
    facts: Answers,
    hypervisors: Sequence[Hypervisor],
    nodes: Iterable[Node] | None,
    disabled: Container[str] = (),
    metadata: int = 0,
) -> list[Check]:
    """Look at everything that does not depend on one name.

    :param facts: what the clouds answered
    :param hypervisors: whose servers are to be made
    :param nodes: the Ironic nodes that may be read, None when none may
    :param disabled: ids of those whose nova-compute is disabled
    :param metadata: how many items a server is to have
    :returns: every check, whatever it found
    """
    found = [
        Check(verdict=Finding.FAILED, message=problem)
        for problem in facts.problems
    ]
    found += [
        Check(verdict=Finding.UNKNOWN, message=unanswered)
        for unanswered in facts.unknown
    ]
    if facts.flavor is not None:
        found.append(_flavor(facts.flavor))
        states = stock(nodes or (), bare_metal_class(facts.flavor), disabled)
        found += _stock(facts, facts.flavor, len(hypervisors), states)
        found += _quotas(facts, facts.flavor, hypervisors)
    found += _metadata(facts, metadata)
    found += _subnetworks(facts)
    if facts.test_flavor is not None:
        found.append(_test_flavor(facts.test_flavor))
    return found


def _test_flavor(flavor: Flavor) -> Check:
    asked = {name: n for name, n in flavor.resources.items() if n > 0}
    zeroed = all(
        flavor.resources.get(what) == 0
        for what in ('VCPU', 'MEMORY_MB', 'DISK_GB')
    )
    if asked == {identity.TEST_RESOURCE_CLASS: 1} and zeroed:
        return Check(
            verdict=Finding.OK,
            message=f'{flavor.name} gets into a closed host',
        )
    return Check(
        verdict=Finding.FAILED,
        message=f'flavor {flavor.name} does not get into a closed host: set '
        'its properties resources:VCPU=0 resources:MEMORY_MB=0 '
        f'resources:DISK_GB=0 resources:{identity.TEST_RESOURCE_CLASS}=1',
    )


def bare_metal_class(flavor: Flavor) -> str | None:
    """Return the custom resource class by which a flavor asks for a node."""
    return next(
        (
            name
            for name, amount in flavor.resources.items()
            if name.startswith('CUSTOM_') and amount > 0
        ),
        None,
    )


def _flavor(flavor: Flavor) -> Check:
    name = bare_metal_class(flavor)
    if name is None:
        return Check(
            verdict=Finding.FAILED,
            message=f'flavor {flavor.name} does not ask for bare metal: it '
            'has no property resources:CUSTOM_<class>=1',
        )
    # Nova asks Placement for what a flavor has, unless these say otherwise
    # (nova/scheduler/utils.py), and Ironic's providers have none of them.
    unset = [
        f'resources:{what}=0'
        for what, size in (
            ('VCPU', flavor.vcpus),
            ('MEMORY_MB', flavor.ram),
            ('DISK_GB', flavor.disk),
        )
        if flavor.resources.get(what, size)
    ]
    if unset:
        return Check(
            verdict=Finding.FAILED,
            message=f'flavor {flavor.name} asks for more than a node has in '
            'Placement: openstack flavor set '
            + ''.join(f'--property {one} ' for one in unset)
            + flavor.name,
        )
    return Check(
        verdict=Finding.OK,
        message=f'{flavor.name} asks for {name}',
    )


def _stock(
    facts: Answers,
    flavor: Flavor,
    number: int,
    states: Iterable[str],
) -> Iterable[Check]:
    if facts.candidates is None:
        return
    if facts.candidates >= number:
        yield Check(
            verdict=Finding.OK,
            message=f'{number} nodes are asked for, at least as many are free',
        )
        return
    listed = ', '.join(states)
    seen = f' (of the nodes that may be read: {listed})' if listed else ''
    remedy = 'see openstack baremetal node list'
    if facts.disabled:
        remedy = (
            f'{facts.disabled} more would be, but the nova-compute that '
            'drives them is disabled: see openstack compute service list, and '
            'openstack compute service set --enable <host> nova-compute'
        )
    yield Check(
        verdict=Finding.FAILED,
        message=f'{number} nodes for flavor {flavor.name} are asked for and '
        f'{facts.candidates} are free{seen}; {remedy}',
    )


def stock(
    nodes: Iterable[Node],
    resource_class: str | None,
    disabled: Container[str] = (),
) -> tuple[str, ...]:
    """Return what the nodes of a resource class are doing.

    :param nodes: those that may be read
    :param resource_class: Placement's name of the class
    :param disabled: ids of those whose nova-compute is disabled
    :returns: how many do what, as in ``2 in use``; nothing where no such
        node may be read
    """
    known = Counter(
        f'{_FREE} and disabled'
        if is_free(node) and node.id in disabled
        else _use(node)
        for node in nodes
        if node.placement_class == resource_class
    )
    return tuple(f'{count} {state}' for state, count in known.items())


def _use(node: Node) -> str:
    if node.maintenance:
        return 'in maintenance'
    if node.provision_state in _CLEANING:
        return 'cleaning'
    if node.instance_id is not None:
        return 'in use'
    if node.provision_state == 'available':
        return _FREE
    return node.provision_state


def is_free(node: Node) -> bool:
    """Return whether Ironic would deploy a node."""
    return _use(node) == _FREE


def _subnetworks(facts: Answers) -> Iterable[Check]:
    seen = {facts.network_id}
    for sub in facts.subnetworks:
        problem = _unfit(sub, facts)
        if sub.network_id in seen:
            problem = 'the machine would be in it twice'
        seen.add(sub.network_id)
        yield Check(
            verdict=Finding.FAILED if problem else Finding.OK,
            message=f'sub-network {sub.wish.network}: '
            + (problem or "can be a VLAN on the machine's port"),
        )


def _unfit(sub: ResolvedSubnetwork, facts: Answers) -> str | None:
    """Return why a network cannot be a VLAN on the machine's port.

    Neutron would refuse it as well (neutron/services/trunk/rules.py), but
    when the ports are made already.
    """
    wish = sub.wish
    if wish.subnet is not None and sub.subnet_id is None:
        return f'it has no subnet {wish.subnet}'
    if wish.address is Address.NEUTRON and not sub.prefixes:
        return (
            'it has no subnet to give an address; say address: dhcp or '
            'address: none'
        )
    if wish.segmentation_id is None and sub.network_type not in (None, 'vlan'):
        return (
            f'it is a {sub.network_type} network without a VLAN to take '
            'over; give it a segmentation_id'
        )
    if sub.mtu and facts.mtu and sub.mtu > facts.mtu:
        return (
            f"its MTU of {sub.mtu} is more than the {facts.mtu} of the "
            "machine's own network"
        )
    return None


def _quotas(
    facts: Answers,
    flavor: Flavor,
    hypervisors: Sequence[Hypervisor],
) -> list[Check]:
    number = len(hypervisors)
    ports = sum(trunk.unmade(hv, facts.subnetworks) for hv in hypervisors)
    machines = _needs(flavor, number, ports)
    unsure = _maybe_uncounted(flavor)
    test = facts.test_flavor
    if test is None:
        return _fit(machines, unsure, facts.quotas)
    # A test guest is there while its hypervisor is.
    tests = _needs(test, number, number if facts.test_network_id else 0)
    unsure_of_tests = _maybe_uncounted(test)
    if facts.compute_cloud is None:
        return _fit(machines + tests, unsure & unsure_of_tests, facts.quotas)
    return [
        *_fit(machines, unsure, facts.quotas),
        *_fit(tests, unsure_of_tests, facts.test_quotas, facts.compute_cloud),
    ]


def _metadata(facts: Answers, number: int) -> list[Check]:
    """Hold a server's metadata against its limit; Nova says it is a quota."""
    quota = facts.quotas.get(QuotaKind.METADATA)
    if quota is None or quota.allows(number):
        return []
    return [
        Check(
            verdict=Finding.FAILED,
            message=f"the project's quota has {quota.left} "
            f'{QuotaKind.METADATA}, and {number} are needed, of which hvctl '
            'notes some later; give less --property, or raise it with '
            'openstack quota set --properties',
        )
    ]


def _maybe_uncounted(flavor: Flavor) -> frozenset[QuotaKind]:
    """Return what of a flavor may count nothing.

    Nova's own driver counts the flavor's size; unified limits
    (nova/limit/placement.py) count what is asked of Placement, and some
    clouds have quotas of their own for bare metal.  Nova does not tell which.
    """
    return frozenset(
        kind
        for kind, what in (
            (QuotaKind.CORES, 'VCPU'),
            (QuotaKind.MEMORY, 'MEMORY_MB'),
        )
        if flavor.resources.get(what) == 0
    )


def _needs(flavor: Flavor, number: int, ports: int) -> Counter[QuotaKind]:
    return Counter(
        {
            QuotaKind.SERVERS: number,
            QuotaKind.CORES: number * flavor.vcpus,
            QuotaKind.MEMORY: number * flavor.ram,
            QuotaKind.PORTS: ports,
        }
    )


def _fit(
    needs: Counter[QuotaKind],
    unsure: frozenset[QuotaKind],
    quotas: Mapping[QuotaKind, Quota],
    cloud: str | None = None,
) -> list[Check]:
    """Hold what is needed against a project's quotas.

    :param unsure: what may not be counted
    :param cloud: the compute cloud, where the project is in that
    """
    where = f' in compute cloud {cloud}' if cloud else ''
    option = f'--os-cloud {cloud} ' if cloud else ''
    found = []
    # What is not needed is not worth a check.
    for what, needed in (+needs).items():
        quota = quotas.get(what)
        if quota is None:
            continue
        if quota.allows(needed):
            verdict = Finding.OK
            message = f'the quota of {what}{where} has room for {needed}'
        elif what in unsure:
            verdict = Finding.UNKNOWN
            message = (
                f"the project's quota{where} has {quota.left} {what} left; "
                f'whether the {needed} of bare metal count is not known'
            )
        else:
            verdict = Finding.FAILED
            message = (
                f"the project's quota{where} has {quota.left} {what} left and "
                f'{needed} are needed; raise it with openstack {option}quota '
                'set'
            )
        found.append(Check(verdict=verdict, message=message))
    return found
