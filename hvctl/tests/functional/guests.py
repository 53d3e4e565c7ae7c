# SPDX-License-Identifier: Apache-2.0
"""Boots guests, as a tenant does or on a host that the administrator names."""

from __future__ import annotations

from collections.abc import Mapping
import functools
import secrets
import typing

from hvctl.tests.functional import facts

_PREFIX = 'fnguest-'

#: Names the host, and still asks the scheduler.
_WITH_HOST = '2.74'


def boot(
    *,
    host: str | None = None,
    cloud: str = 'lab-demo',
    metadata: Mapping[str, str] | None = None,
    image_name: str = 'guest',
    flavor_name: str = 'm1.tiny',
    network_name: str = 'tenant-vxlan',
    port_id: str | None = None,
    availability_zone: str | None = None,
    group: str | None = None,
    config_drive: bool = False,
) -> str:
    """Ask for a guest.

    :param host: where it must land; the administrator alone may say so
    :param cloud: who asks
    :param metadata: see lab/hvctl_lab/host/migrations.py
    :param group: the server group that it belongs to
    :param config_drive: whether it gets its metadata from a drive
    :param network_name: where it gets its port
    :param port_id: its port, instead
    :returns: its id
    """
    body: dict[str, typing.Any] = {
        'name': _PREFIX + secrets.token_hex(3),
        'imageRef': _id('image', 'images', image_name),
        'flavorRef': _id('compute', 'flavors', flavor_name),
        'networks': [
            {'port': port_id}
            if port_id is not None
            else {'uuid': _id('network', 'networks', network_name)}
        ],
        'metadata': dict(metadata or {}),
        'config_drive': config_drive,
    }
    if host is not None:
        body['host'] = host
        cloud = 'lab'
    if availability_zone is not None:
        body['availability_zone'] = availability_zone
    hints = {} if group is None else {'group': group}
    response = facts.connection(cloud).compute.post(
        '/servers',
        json={'server': body, 'os:scheduler_hints': hints},
        microversion=_WITH_HOST,
    )
    response.raise_for_status()
    return str(response.json()['server']['id'])


@functools.cache
def _id(service: str, kind: str, name: str) -> str:
    found = getattr(getattr(facts.connection(), service), kind)()
    return str(next(each.id for each in found if each.name == name))


def port(network: str, vnic_type: str) -> str:
    """Make a port that delete_all finds.

    :returns: its id
    """
    made = facts.connection().network.create_port(
        name=_PREFIX + secrets.token_hex(3),
        network_id=_id('network', 'networks', network),
        binding_vnic_type=vnic_type,
    )
    return str(made.id)


def delete_port(port_id: str) -> None:
    """Delete a port that port() has made."""
    facts.connection().network.delete_port(port_id)


def flavor(name: str) -> str:
    """Find the id of a flavor."""
    return _id('compute', 'flavors', name)


def wait(
    server_id: str, *statuses: str, timeout: float = 90
) -> dict[str, typing.Any]:
    """Wait until a guest has one of these statuses and nothing to do."""

    def settled() -> dict[str, typing.Any] | None:
        found = facts.server(server_id)
        busy = found['OS-EXT-STS:task_state'] is not None
        return found if found['status'] in statuses and not busy else None

    return typing.cast(
        dict[str, typing.Any],
        facts.wait(settled, f'guest {server_id} to be {statuses}', timeout),
    )


def act(server_id: str, action: str, **arguments: object) -> None:
    """Do something to a guest, as the administrator."""
    facts.connection().compute.post(
        f'/servers/{server_id}/action',
        json={action: arguments or None},
        microversion='2.79',
    ).raise_for_status()


def host(server_id: str) -> str | None:
    """Say where a guest is."""
    found = facts.server(server_id)['OS-EXT-SRV-ATTR:host']
    return None if found is None else str(found)


def delete(*server_ids: str) -> None:
    """Delete guests, and wait until they are gone."""
    compute = facts.connection().compute
    for server_id in server_ids:
        # For good, even where deletes are put off.
        compute.post(
            f'/servers/{server_id}/action',
            json={'forceDelete': None},
            microversion='2.79',
        )
    left = set(server_ids)
    facts.wait(
        lambda: not left & {server['id'] for server in facts.servers()},
        'guests to be gone',
    )


def delete_all() -> None:
    """Delete every guest that tests have booted, and their ports."""
    delete(
        *(
            server['id']
            for server in facts.servers(soft_deleted=True)
            if server['name'].startswith(_PREFIX)
        )
    )
    for left in facts.ports():
        if left['name'].startswith(_PREFIX):
            delete_port(left['id'])
