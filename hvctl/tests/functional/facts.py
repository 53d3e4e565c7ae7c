# SPDX-License-Identifier: Apache-2.0
"""Asks the embedded cloud what is so, without hvctl."""

from __future__ import annotations

from collections.abc import Callable
import functools
import json
import pathlib
import time
import typing

import openstack

from hvctl_lab import paths
from hvctl_lab.metal import disk
from hvctl_lab.metal import power

_INTERVAL = 0.3


@functools.cache
def connection(cloud: str = 'lab') -> typing.Any:
    """Connect to the embedded cloud as somebody of its clouds.yaml."""
    return openstack.connect(cloud=cloud)


def wait(
    fact: Callable[[], typing.Any], what: str, timeout: float = 120
) -> typing.Any:
    """Wait until something is so.

    :param fact: looks; what it gives is given back when it is true
    :param what: what is waited for, for the error
    :param timeout: seconds between looks, those that looks take not counted:
        a cloud that is slow to do things is as slow to answer
    :raises TimeoutError: when it does not come true
    """
    began = time.monotonic()
    for _ in range(int(timeout / _INTERVAL)):
        if found := fact():
            return found
        time.sleep(_INTERVAL)
    raise TimeoutError(f'waited {time.monotonic() - began:.0f} s for {what}')


def get(
    service: str, url: str, microversion: str | None = None
) -> dict[str, typing.Any]:
    """Read something of an API, as the administrator."""
    cloud = 'lab-system' if service == 'baremetal' else 'lab'
    proxy = getattr(connection(cloud), service)
    response = proxy.get(url, microversion=microversion)
    response.raise_for_status()
    return typing.cast(dict[str, typing.Any], response.json())


def services() -> list[dict[str, typing.Any]]:
    """List the compute services."""
    listed = get('compute', '/os-services?binary=nova-compute', '2.53')
    return list(listed['services'])


def service(host: str) -> dict[str, typing.Any] | None:
    """Find the compute service of a host."""
    return next((s for s in services() if s['host'] == host), None)


def servers(*, soft_deleted: bool = False) -> list[dict[str, typing.Any]]:
    """List the servers of all projects, bare metal and guests.

    :param soft_deleted: those as well that may still be restored
    """
    url = '/servers/detail?all_tenants=1'
    if soft_deleted:
        url += '&soft_deleted=True'
    listed = get('compute', url, '2.79')
    return list(listed['servers'])


def server(server_id: str) -> dict[str, typing.Any]:
    """Read a server as it is now."""
    found = get('compute', f'/servers/{server_id}', '2.79')['server']
    return typing.cast(dict[str, typing.Any], found)


def migrations(server_id: str) -> list[dict[str, typing.Any]]:
    """List the migration records of a server."""
    url = f'/os-migrations?instance_uuid={server_id}'
    return list(get('compute', url, '2.80')['migrations'])


def ports() -> list[dict[str, typing.Any]]:
    """List the ports of all projects."""
    return list(get('network', '/ports')['ports'])


def trunks() -> list[dict[str, typing.Any]]:
    """List the trunks of all projects."""
    return list(get('network', '/trunks')['trunks'])


def providers() -> list[dict[str, typing.Any]]:
    """List the resource providers."""
    return list(
        get('placement', '/resource_providers', '1.20')['resource_providers']
    )


def consumers(provider_id: str) -> set[str]:
    """Name who has allocations of a resource provider."""
    url = f'/resource_providers/{provider_id}/allocations'
    return set(get('placement', url, '1.20')['allocations'])


def nodes() -> list[dict[str, typing.Any]]:
    """List the Ironic nodes."""
    return list(get('baremetal', '/nodes/detail', '1.80')['nodes'])


def free_nodes() -> int:
    """Count the nodes that Nova would give to a server now."""
    url = '/allocation_candidates?resources=CUSTOM_BAREMETAL:1'
    return len(get('placement', url, '1.20')['allocation_requests'])


def node_of(server_id: str) -> dict[str, typing.Any]:
    """Find the Ironic node of a bare-metal server."""
    return next(n for n in nodes() if n['instance_uuid'] == server_id)


def on_disk(server_id: str, path: str) -> str:
    """Read a file that a bare-metal server has written.

    :returns: its text; nothing where there is no such file
    """
    lab = paths.Lab.from_environment()
    root = disk.written(lab, node_of(server_id)['name'])
    file = root / path.lstrip('/')
    return file.read_text() if file.exists() else ''


def processes(host: str, command: str) -> list[int]:
    """Find the processes of a machine that have something in their command.

    :param host: the machine's host name
    """
    found = []
    for directory in pathlib.Path('/proc').glob('[0-9]*'):
        try:
            words = (directory / 'cmdline').read_text()
            name = (directory / 'root/etc/hostname').read_text().strip()
        except OSError:
            continue
        if command in words and name == host:
            found.append(int(directory.name))
    return found


def machine_runs(node_name: str) -> bool:
    """Whether the machine of a node is switched on."""
    return power.is_on(paths.Lab.from_environment(), node_name)


def census() -> list[str]:
    """Write down everything of the cloud in which a host can leave a trace.

    :returns: a line for each thing, with all that its API tells of it
    """
    everything: dict[str, list[dict[str, typing.Any]]] = {
        'server': servers(),
        'compute service': get('compute', '/os-services', '2.53')['services'],
        'hypervisor': get('compute', '/os-hypervisors/detail', '2.87')[
            'hypervisors'
        ],
        'aggregate': get('compute', '/os-aggregates')['aggregates'],
        'port': ports(),
        'trunk': trunks(),
        'network agent': get('network', '/agents')['agents'],
        'node': nodes(),
        'resource provider': [
            {**provider, 'consumers': sorted(consumers(provider['uuid']))}
            for provider in providers()
        ],
    }
    return [
        f'{kind} {json.dumps(thing, sort_keys=True)}'
        for kind, things in everything.items()
        for thing in things
    ]


def traces(*words: str) -> list[str]:
    """Find what still speaks of something that should be gone.

    :param words: its name and ids
    """
    return [line for line in census() if any(word in line for word in words)]


def ours(name: str) -> dict[str, list[str]]:
    """Count what there is of one name: its servers, ports and providers."""
    return {
        'servers': [s['id'] for s in servers() if s['name'] == name],
        'ports': [p['id'] for p in ports() if p['name'] == name],
        'providers': [p['uuid'] for p in providers() if p['name'] == name],
    }


def stable() -> list[typing.Any]:
    """Write down what must not change."""
    return [
        sorted((s['id'], s['name'], s['status']) for s in servers()),
        sorted(p['id'] for p in ports()),
        sorted((p['uuid'], p['name']) for p in providers()),
        sorted(a['id'] for a in get('network', '/agents')['agents']),
        sorted(
            (s['id'], s['status'], str(s['disabled_reason']))
            for s in services()
        ),
    ]
