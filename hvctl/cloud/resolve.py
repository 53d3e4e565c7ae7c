# SPDX-License-Identifier: Apache-2.0
"""Asks the clouds what a create must know first, everything at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
import typing

from keystoneauth1 import exceptions as ksa_exceptions
from openstack import connection
from openstack import exceptions as sdk_exceptions

from hvctl.cloud import requests
from hvctl.model import preflight

#: Requests at once; see hvctl.cloud.observe.
_WORKERS = 6


class Resolver:
    """Finds things by name, and what is left of them."""

    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn

    def ask(
        self,
        *,
        image: str,
        flavor: str,
        network: str,
        key_name: str | None,
        number: int,
    ) -> preflight.Facts:
        """Look everything up.

        :param number: servers to make
        :raises CloudError: when the cloud could not be asked
        """
        conn = self._conn
        looks: dict[str, Callable[[], typing.Any]] = {
            'bare-metal endpoint': self._endpoint,
            'image': lambda: conn.image.find_image(
                image, ignore_missing=False
            ),
            'flavor': lambda: self._flavor(flavor),
            'network': lambda: conn.network.find_network(
                network, ignore_missing=False
            ),
            'server quota': self._server_quotas,
            'port quota': self._port_quota,
        }
        asked: dict[str, str | None] = {
            'image': image,
            'flavor': flavor,
            'network': network,
        }
        if key_name is not None:
            asked['keypair'] = key_name
            looks['keypair'] = lambda: conn.compute.find_keypair(
                key_name, ignore_missing=False
            )
        found: dict[str, typing.Any] = {}
        problems: list[tuple[str, str]] = []
        with futures.ThreadPoolExecutor(_WORKERS) as pool:
            running = {kind: pool.submit(look) for kind, look in looks.items()}
        for kind, future in running.items():
            try:
                found[kind] = future.result()
            except (
                ksa_exceptions.ClientException,
                sdk_exceptions.SDKException,
            ) as error:
                problems.append((kind, _problem(error, kind, asked.get(kind))))
        wanted: preflight.Flavor | None = found.get('flavor')
        return preflight.Facts(
            image_id=found['image'].id if 'image' in found else '',
            flavor=wanted,
            network_id=found['network'].id if 'network' in found else '',
            problems=tuple(problems),
            candidates=self._candidates(wanted, number) if wanted else None,
            quotas={
                **found.get('server quota', {}),
                **found.get('port quota', {}),
            },
        )

    def _endpoint(self) -> str:
        endpoint = self._conn.baremetal.get_endpoint()
        if endpoint is None:
            raise ksa_exceptions.EndpointNotFound()
        return str(endpoint)

    def _flavor(self, name: str) -> preflight.Flavor:
        found = self._conn.compute.find_flavor(
            name, ignore_missing=False, get_extra_specs=True
        )
        specs: dict[str, str] = found.extra_specs or {}
        return preflight.Flavor(
            id=found.id,
            name=found.name,
            resources={
                key.partition(':')[2]: int(amount)
                for key, amount in specs.items()
                if key.startswith('resources:') and amount.isdigit()
            },
            required=tuple(
                key.partition(':')[2]
                for key, value in specs.items()
                if key.startswith('trait:') and value == 'required'
            ),
            vcpus=found.vcpus or 0,
            ram=found.ram or 0,
        )

    def _candidates(self, flavor: preflight.Flavor, number: int) -> int | None:
        """How many nodes are free for a flavor, the number at most."""
        asked = {
            name: amount
            for name, amount in flavor.resources.items()
            if amount > 0
        }
        if not asked or number == 0:
            return None
        params: dict[str, object] = {
            'resources': ','.join(f'{k}:{v}' for k, v in asked.items()),
            'limit': number,
        }
        if flavor.required:
            params['required'] = ','.join(flavor.required)
        body = requests.call(
            self._conn.placement,
            'GET',
            '/allocation_candidates',
            'ask Placement for free nodes',
            microversion=requests.PLACEMENT,
            params=params,
        ).json()
        return len(body['allocation_requests'])

    def _server_quotas(self) -> dict[str, preflight.Quota]:
        limits = requests.call(
            self._conn.compute,
            'GET',
            '/limits',
            'read the quota of servers',
            microversion=requests.COMPUTE,
        ).json()['limits']['absolute']
        return {
            what: _left(limits[most], limits[used])
            for what, most, used in (
                ('servers', 'maxTotalInstances', 'totalInstancesUsed'),
                ('cores', 'maxTotalCores', 'totalCoresUsed'),
                ('memory (MiB)', 'maxTotalRAMSize', 'totalRAMUsed'),
            )
        }

    def _port_quota(self) -> dict[str, preflight.Quota]:
        response = requests.call(
            self._conn.network,
            'GET',
            f'/quotas/{self._conn.current_project_id}/details',
            'read the quota of ports',
            # The extension quota_details may not be there.
            accept=frozenset({403, 404}),
        )
        if response.status_code != 200:
            return {}
        port = response.json()['quota']['port']
        used = int(port['used']) + int(port['reserved'])
        return {'ports': _left(port['limit'], used)}


def _left(most: int, used: int) -> preflight.Quota:
    return preflight.Quota(left=-1 if most < 0 else max(0, most - used))


def _problem(error: Exception, kind: str, asked: str | None) -> str:
    if isinstance(error, sdk_exceptions.NotFoundException):
        return f'there is no {kind} {asked}'
    if isinstance(error, sdk_exceptions.DuplicateResource):
        return f'there is more than one {kind} {asked}: give its id'
    if isinstance(error, ksa_exceptions.EndpointNotFound):
        return (
            'the cloud has no bare-metal endpoint in its catalogue: '
            'hypervisors are made of Ironic nodes'
        )
    raise requests.explain(error, f'look up the {kind}') from error
