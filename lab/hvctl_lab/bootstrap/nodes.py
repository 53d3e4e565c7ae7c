# SPDX-License-Identifier: Apache-2.0
"""Enrols the bare-metal nodes and makes them available."""

from __future__ import annotations

from collections.abc import Iterable
import typing

from hvctl_lab import errors
from hvctl_lab import paths
from hvctl_lab import waiting
from hvctl_lab.bootstrap import connection
from hvctl_lab.metal import network
from hvctl_lab.metal import power
from hvctl_lab.services import ironic
from hvctl_lab.services import neutron
from hvctl_lab.services import nova

RESOURCE_CLASS = 'baremetal'

#: What to do with a node that Nova cannot use, by its provision state.
_WAY = {
    'enroll': 'manage',
    'manageable': 'provide',
    'clean failed': 'manage',
}

_TIMEOUT = 120


def enrol(
    cloud: connection.Cloud, names: Iterable[str], owner: str | None = None
) -> None:
    """Enrol what is missing of these nodes, with a port each.

    :param cloud: the connection of the whole system
    :param names: the nodes that there should be
    :param owner: the id of a project that is to own new ones
    """
    owned = {'owner': owner} if owner else {}
    known = {node.name: node for node in cloud.baremetal.nodes()}
    with_port = {port.node_id for port in cloud.baremetal.ports(details=True)}
    for name in names:
        node = known.get(name) or cloud.baremetal.create_node(
            name=name,
            driver=ironic.HARDWARE_TYPE,
            resource_class=RESOURCE_CLASS,
            properties={
                'cpus': 8,
                'memory_mb': 16384,
                'local_gb': 100,
                'cpu_arch': 'x86_64',
            },
            provision_state='enroll',
            **owned,
        )
        if node.id not in with_port:
            cloud.baremetal.create_port(
                node_id=node.id,
                address=network.address(name),
                physical_network=neutron.PHYSICAL_NETWORK,
                local_link_connection={
                    'switch_id': '00:00:5e:00:53:01',
                    'switch_info': 'switch-0',
                    'port_id': f'port-{network.index(name)}',
                },
            )


def provide(cloud: connection.Cloud, names: Iterable[str]) -> None:
    """Bring newly enrolled nodes to where Nova can use them.

    Nodes that are anywhere else, in use or broken, are left alone.

    :param cloud: the connection of the whole system
    :param names: the nodes to look at
    :raises LabError: when one does not get there
    """
    pending: dict[str, typing.Any] = dict.fromkeys(names)

    def advance() -> bool:
        for node in cloud.baremetal.nodes(details=True):
            if node.name not in pending:
                continue
            pending[node.name] = node
            action = _WAY.get(node.provision_state)
            if action:
                cloud.baremetal.set_node_provision_state(node, action)
            elif not node.target_provision_state:
                del pending[node.name]
        return not pending

    try:
        waiting.until(
            advance, timeout=_TIMEOUT, what='the nodes', interval=0.5
        )
    except waiting.Timeout as error:
        raise errors.LabError(
            '\n'.join(
                f'{name} is still in {node.provision_state}: {node.last_error}'
                for name, node in pending.items()
                if node
            )
        ) from error


def power_on(cloud: connection.Cloud, lab: paths.Lab) -> None:
    """Switch on the machines that were on when the lab went down.

    Ironic would do it as well, but only when it next compares power states.

    :param cloud: the connection of the whole system
    :param lab: the lab, supervisord up
    """
    for node in cloud.baremetal.nodes(details=True):
        if node.power_state == 'power on':
            power.switch_on(lab, node.name)


def wait_for_nova(
    admin: connection.Cloud,
    system: connection.Cloud,
    names: Iterable[str],
) -> None:
    """Wait until servers can be scheduled to the available nodes.

    :param admin: the administrator's connection
    :param system: the connection of the whole system
    :param names: the nodes to wait for
    :raises LabError: when that does not come true
    """
    resource = f'CUSTOM_{RESOURCE_CLASS.upper()}'
    pending = {
        node.id
        for node in system.baremetal.nodes(provision_state='available')
        if node.name in set(names)
    }

    def known() -> bool:
        mapped = {found.id for found in admin.compute.hypervisors()}
        for node in pending & mapped:
            inventory = admin.placement.resource_provider_inventories(node)
            if any(
                found.resource_class == resource and not found.reserved
                for found in inventory
            ):
                pending.remove(node)
        return not pending and _computing(admin)

    waiting.until(
        known,
        timeout=90,
        what='Nova to take over the nodes',
        interval=0.5,
    )


def _computing(admin: connection.Cloud) -> bool:
    return any(
        service.state == 'up'
        for service in admin.compute.services(
            binary='nova-compute', host=nova.IRONIC_HOST
        )
    )
