# SPDX-License-Identifier: Apache-2.0
"""Asks the clouds what a create must know first, everything at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent import futures
import functools
import ipaddress
import typing

from keystoneauth1 import exceptions as ksa_exceptions
from openstack import connection
from openstack import exceptions as sdk_exceptions

from hvctl import exceptions
from hvctl.cloud import clouds
from hvctl.cloud import http
from hvctl.cloud.ask import quotas
from hvctl.cloud.observe import compute_cloud
from hvctl.model.preflight import Answers, Flavor, Lookup, Quota
from hvctl.model.profile import Subnetwork
from hvctl.model.records import Aggregate
from hvctl.model.request import ResolvedSubnetwork

#: The name or id that is looked up, and how.
_Look = tuple[str | None, Callable[[], typing.Any]]

#: What becomes of a look-up that fails.
_ERRORS = (
    exceptions.CloudError,
    ksa_exceptions.ClientException,
    sdk_exceptions.SDKException,
)

#: Requests at once; see hvctl.cloud.observe.observer.
_WORKERS = 6


class Resolver:
    """Finds things by name, and what is left of them."""

    def __init__(
        self, metal: connection.Connection, compute: connection.Connection
    ) -> None:
        self._conn = metal
        self._compute = compute
        self._compute_cloud = (
            clouds.name(compute) if compute is not metal else None
        )

    def ask(self, names: Lookup, number: int) -> Answers:
        """Look everything up.

        :param number: servers to make
        """
        looks = self._looks(names)
        found: dict[str, typing.Any] = {}
        problems: list[tuple[str, str]] = []
        with futures.ThreadPoolExecutor(_WORKERS) as pool:
            running = {
                kind: pool.submit(look) for kind, (_, look) in looks.items()
            }
        for kind, future in running.items():
            try:
                found[kind] = future.result()
            except _ERRORS as error:
                asked = looks[kind][0]
                problems.append((kind, _problem(error, kind, asked)))
        aggregates, missing = _aggregates(names, found.get('aggregates', ()))
        wanted: Flavor | None = found.get('flavor')
        subnet_id, wrong = found.get('subnet', (None, ()))
        candidates = None
        try:
            if wanted is not None:
                candidates = self._candidates(wanted, number)
        except exceptions.CloudError as error:
            problems.append(('nodes', str(error)))
        return Answers(
            image_id=_id(found, 'image') or '',
            flavor=wanted,
            network_id=_id(found, 'network') or '',
            mtu=found['network'].mtu if 'network' in found else None,
            subnet_id=subnet_id,
            subnetworks=tuple(
                found[kind]
                for kind in map(_kind, names.subnetworks)
                if kind in found
            ),
            aggregates=aggregates,
            test_flavor=found.get('test flavor'),
            test_image_id=_id(found, 'test image') or '',
            test_network_id=_id(found, 'test network'),
            problems=(*problems, *wrong, *missing),
            candidates=candidates,
            quotas=_quotas(found, ''),
            compute_cloud=self._compute_cloud,
            test_quotas=_quotas(found, 'test '),
        )

    def _looks(self, names: Lookup) -> dict[str, _Look]:
        """What to look up: the name or id, and how."""
        conn = self._conn
        image = _finder(conn.image.find_image)
        network = _finder(conn.network.find_network)
        looks: dict[str, _Look] = {
            'bare-metal endpoint': (None, self._endpoint),
        }
        if names.image is not None:
            looks['image'] = image(names.image)
        if names.flavor is not None:
            looks['flavor'] = _flavor_look(conn, names.flavor)
        if names.network is not None:
            looks['network'] = network(names.network)
            if names.subnet is not None or names.fixed_ip is not None:
                looks['subnet'] = (
                    None,
                    functools.partial(self._subnet, names.network, names),
                )
        looks |= _quota_looks('', conn, '')
        if names.key_name is not None:
            keypair = _finder(conn.compute.find_keypair)
            looks['keypair'] = keypair(names.key_name)
        for wish in names.subnetworks:
            looks['trunk service'] = None, self._trunks
            looks[_kind(wish)] = (
                None,
                functools.partial(self._subnetwork, wish),
            )
        if names.aggregates or names.availability_zone:
            looks['aggregates'] = (
                None,
                functools.partial(compute_cloud.aggregates, self._compute.compute),
            )
        if names.test_flavor is not None:
            looks['test flavor'] = _flavor_look(
                self._compute, names.test_flavor
            )
            if self._compute_cloud is not None:
                where = f' in compute cloud {self._compute_cloud}'
                looks |= _quota_looks('test ', self._compute, where)
        if names.test_image is not None:
            find = _finder(self._compute.image.find_image)
            looks['test image'] = find(names.test_image)
        if names.test_network is not None:
            find = _finder(self._compute.network.find_network)
            looks['test network'] = find(names.test_network)
        return looks

    def _subnet(
        self, network_name: str, names: Lookup
    ) -> tuple[str | None, list[tuple[str, str]]]:
        """The subnet of the machine's address, and what is wrong with both."""
        try:
            network = self._conn.network.find_network(
                network_name, ignore_missing=False
            )
        except (
            sdk_exceptions.NotFoundException,
            sdk_exceptions.DuplicateResource,
        ):
            return None, []  # which is said of the network
        subnets = list(self._conn.network.subnets(network_id=network.id))
        if names.subnet is not None:
            subnets = [s for s in subnets if names.subnet in (s.id, s.name)]
            if not subnets:
                words = f'network {network_name} has no subnet {names.subnet}'
                return None, [('subnet', words)]
            if len(subnets) > 1 and names.fixed_ip is None:
                words = (
                    f'there is more than one subnet {names.subnet}: give its '
                    'id'
                )
                return None, [('subnet', words)]
        if names.fixed_ip is None:
            return subnets[0].id, []
        address = ipaddress.ip_address(names.fixed_ip)
        fitting = [
            s for s in subnets if address in ipaddress.ip_network(s.cidr)
        ]
        if not fitting:
            words = (
                f'the fixed IP {address} is in no subnet of network '
                f'{network_name}'
            )
            if names.subnet is not None:
                words += f' that is called {names.subnet}'
            return None, [('fixed_ip', words)]
        taken = self._conn.network.ports(
            network_id=network.id, fixed_ips=f'ip_address={address}'
        )
        return fitting[0].id if names.subnet else None, [
            (
                'fixed_ip',
                f'the fixed IP {address} is in use by port {port.id} '
                f'({port.name or "without a name"})',
            )
            for port in taken
        ]

    def _trunks(self) -> None:
        self._conn.network.find_extension('trunk', ignore_missing=False)

    def _subnetwork(self, wish: Subnetwork) -> ResolvedSubnetwork:
        network = self._conn.network.find_network(
            wish.network, ignore_missing=False
        )
        subnets = list(self._conn.network.subnets(network_id=network.id))
        return ResolvedSubnetwork(
            wish=wish,
            network_id=network.id,
            subnet_id=next(
                (s.id for s in subnets if wish.subnet in (s.id, s.name)), None
            ),
            network_type=network.provider_network_type,
            mtu=network.mtu,
            prefixes={
                subnet.id: ipaddress.ip_network(subnet.cidr).prefixlen
                for subnet in subnets
            },
        )

    def _endpoint(self) -> str:
        endpoint = self._conn.baremetal.get_endpoint()
        if endpoint is None:
            raise ksa_exceptions.EndpointNotFound()
        return str(endpoint)

    def _candidates(self, flavor: Flavor, number: int) -> int | None:
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
        body = http.call(
            self._conn.placement,
            'GET',
            '/allocation_candidates',
            'ask Placement for free nodes',
            microversion=http.PLACEMENT,
            params=params,
        ).json()
        return len(body['allocation_requests'])


def _kind(wish: Subnetwork) -> str:
    return f'sub-network {wish.network}'


def _finder(
    find: Callable[..., typing.Any],
) -> Callable[[str], _Look]:
    def look(name: str) -> _Look:
        return name, lambda: find(name, ignore_missing=False)

    return look


def _quota_looks(
    prefix: str, conn: connection.Connection, where: str
) -> dict[str, _Look]:
    return {
        f'{prefix}server quota': (None, lambda: quotas.servers(conn, where)),
        f'{prefix}port quota': (None, lambda: quotas.ports(conn, where)),
    }


def _quotas(found: Mapping[str, typing.Any], prefix: str) -> dict[str, Quota]:
    return {
        **found.get(f'{prefix}server quota', {}),
        **found.get(f'{prefix}port quota', {}),
    }


def _flavor_look(conn: connection.Connection, name: str) -> _Look:
    return name, lambda: _flavor(conn, name)


def _flavor(conn: connection.Connection, name: str) -> Flavor:
    found = conn.compute.find_flavor(
        name, ignore_missing=False, get_extra_specs=True
    )
    specs: dict[str, str] = found.extra_specs or {}
    return Flavor(
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


def _id(found: Mapping[str, typing.Any], kind: str) -> str | None:
    return str(found[kind].id) if kind in found else None


def _aggregates(
    names: Lookup, known: Iterable[Aggregate]
) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """The aggregates to join, by uuid, and what is wrong with them."""
    by_name = {aggregate.name: aggregate for aggregate in known}
    problems = [
        ('aggregate', f'there is no aggregate {name}')
        for name in names.aggregates
        if name not in by_name
    ]
    wanted = [by_name[name] for name in names.aggregates if name in by_name]
    zone = names.availability_zone
    if zone and all(a.availability_zone != zone for a in wanted):
        # A zone is nothing but what an aggregate says of its hosts.
        of_zone = [a for a in by_name.values() if a.availability_zone == zone]
        if len(of_zone) == 1:
            wanted += of_zone
        else:
            listed = ', '.join(a.name for a in of_zone) or 'none'
            problems.append(
                (
                    'availability zone',
                    f'not just one aggregate makes availability zone {zone}: '
                    f'{listed}; name the aggregate to join',
                )
            )
    if len({a.availability_zone for a in wanted} - {None}) > 1:
        listed = ', '.join(
            f'{a.name} ({a.availability_zone})'
            for a in wanted
            if a.availability_zone
        )
        problems.append(
            (
                'availability zone',
                f'the aggregates make several availability zones: {listed}; '
                'Nova lets a host be in one only: name aggregates of one zone',
            )
        )
    return {a.uuid: a.id for a in wanted}, problems


def _problem(error: Exception, kind: str, asked: str | None) -> str:
    thing = f'{kind} {asked}' if asked else kind
    if isinstance(error, sdk_exceptions.NotFoundException):
        return f'there is no {thing}'
    if isinstance(error, sdk_exceptions.DuplicateResource):
        return f'there is more than one {thing}: give its id'
    if isinstance(error, http.NO_SERVICE):
        return (
            'the cloud has no bare-metal endpoint in its catalogue: '
            'hypervisors are made of Ironic nodes'
        )
    if isinstance(error, exceptions.CloudError):
        return str(error)
    return str(http.explain(error, f'look up the {kind}'))
