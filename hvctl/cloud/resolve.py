# SPDX-License-Identifier: Apache-2.0
"""Finds what a create needs by name or id, all at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
import dataclasses
import typing

from keystoneauth1 import exceptions as ksa_exceptions
from openstack import connection
from openstack import exceptions as sdk_exceptions

from hvctl import exceptions
from hvctl.cloud import requests


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The ids of what a create needs."""

    image_id: str
    flavor_id: str
    network_id: str
    key_name: str | None


class Resolver:
    """Looks names up in the bare-metal cloud."""

    def __init__(self, conn: connection.Connection) -> None:
        self._conn = conn

    def resolve(
        self, *, image: str, flavor: str, network: str, key_name: str | None
    ) -> Resolved:
        """Look everything up, and name everything that is not there.

        :raises InvalidRequest: when something is missing, ambiguous, or the
            cloud has no bare metal
        :raises CloudError: when it could not be looked up
        """
        conn = self._conn
        looks: dict[str, Callable[[], typing.Any]] = {
            'bare-metal endpoint': self._endpoint,
            'image': lambda: conn.image.find_image(
                image, ignore_missing=False
            ),
            'flavor': lambda: conn.compute.find_flavor(
                flavor, ignore_missing=False
            ),
            'network': lambda: conn.network.find_network(
                network, ignore_missing=False
            ),
        }
        if key_name is not None:
            looks['keypair'] = lambda: conn.compute.find_keypair(
                key_name, ignore_missing=False
            )
        asked = {
            'image': image,
            'flavor': flavor,
            'network': network,
            'keypair': key_name,
        }
        found: dict[str, typing.Any] = {}
        problems: list[str] = []
        with futures.ThreadPoolExecutor(len(looks)) as pool:
            running = {kind: pool.submit(look) for kind, look in looks.items()}
        for kind, future in running.items():
            try:
                found[kind] = future.result()
            except sdk_exceptions.NotFoundException:
                problems.append(f'there is no {kind} {asked[kind]}')
            except sdk_exceptions.DuplicateResource:
                problems.append(
                    f'there is more than one {kind} {asked[kind]}: give its id'
                )
            except ksa_exceptions.EndpointNotFound:
                problems.append(
                    'the cloud has no bare-metal endpoint in its catalogue: '
                    'hypervisors are made of Ironic nodes'
                )
            except (
                ksa_exceptions.ClientException,
                sdk_exceptions.SDKException,
            ) as error:
                raise requests.explain(error, f'find the {kind}') from error
        if problems:
            raise exceptions.InvalidRequest('; '.join(problems))
        return Resolved(
            image_id=found['image'].id,
            flavor_id=found['flavor'].id,
            network_id=found['network'].id,
            key_name=key_name,
        )

    def _endpoint(self) -> str:
        endpoint = self._conn.baremetal.get_endpoint()
        if endpoint is None:
            raise ksa_exceptions.EndpointNotFound()
        return str(endpoint)
