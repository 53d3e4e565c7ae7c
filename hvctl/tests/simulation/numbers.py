# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of what is in a simulated cloud at first.

Machines and guests are servers: the machines come first, and then the guests
of the first host, and so on.  Ports and Placement's consumers have the numbers
of their servers; compute nodes and providers begin with the Ironic nodes.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib

from hvctl.model import identity
from hvctl.tests.simulation import ids

#: The host of the nova-compute that has the Ironic nodes.
IRONIC = 'ironic'

#: Projects that have guests.
_TENANTS = 100


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a cloud is at first.

    :ivar hosts: hosts of guests, ours among them
    :ivar ours: ephemeral hypervisors
    :ivar guests: on each host
    :ivar free_nodes: Ironic nodes without a server
    """

    hosts: int = 0
    ours: int = 0
    guests: int = 0
    free_nodes: int = 0

    @property
    def nodes(self) -> int:
        """Return the number of Ironic nodes."""
        return self.ours + self.free_nodes

    @property
    def servers(self) -> int:
        """Return the number of servers, machines among them."""
        return self.ours + self.hosts * self.guests


class Numbers:
    """Knows the number, the name and the id of each thing from another."""

    def __init__(self, seed: int, size: Size) -> None:
        self.size = size
        self._seed = seed
        self.projects = ids.Ids.of(seed, 'project')
        self.users = ids.Ids.of(seed, 'user')
        self.servers = ids.Ids.of(seed, 'server')
        self.ports = ids.Ids.of(seed, 'port')
        self.services = ids.Ids.of(seed, 'compute service')
        self.nodes = ids.Ids.of(seed, 'compute node')
        self.agents = ids.Ids.of(seed, 'agent')
        self._things = things = ids.Ids.of(seed, 'thing')
        self.network_id, self.subnet_id, self.image_id = map(
            things.id, range(3)
        )
        self.guests_network_id, self.guests_subnet_id = map(
            things.id, range(3, 5)
        )
        self.admin_id = self.project(0)

    def further_network_id(self, number: int) -> str:
        """Return the id of a network that was not there at first."""
        return self._things.id(5 + number)

    def project(self, number: int) -> str:
        """Return the id of a project; the first is ``admin``'s."""
        return self.projects.id(number).replace('-', '')

    def user(self, number: int) -> str:
        """Return the id of a user."""
        return self.users.id(number).replace('-', '')

    def host_name(self, host: int) -> str:
        """Return the name of a host."""
        kind = 'hv' if host < self.size.ours else 'host'
        return f'{kind}{host + 1:05}'

    def compute_id(self, host: int) -> str:
        """Return the compute node id of a host."""
        if host >= self.size.ours:
            return self.nodes.id(self.size.nodes + host)
        name = self.host_name(host)
        nonce = hashlib.sha256(f'{self._seed} {name}'.encode()).digest()[:6]
        return identity.new_compute_id(name, nonce, self.admin_id)

    def host_of(self, server: int) -> int:
        """Return the host of a guest; a negative number for a machine."""
        if server < self.size.ours:
            return -1
        return (server - self.size.ours) // self.size.guests

    def project_of(self, server: int) -> str:
        if server < self.size.ours:
            return self.admin_id
        return self.project(2 + server % _TENANTS)

    @functools.cached_property
    def _hosts_by_id(self) -> dict[str, int]:
        """The numbers of the hosts whose ids hvctl has chosen."""
        return {self.compute_id(h): h for h in range(self.size.ours)}

    # The numbers of what is there at first and has a value, for the indexes.

    def servers_on(self, host: str) -> range:
        """Return the servers on a host."""
        if host == IRONIC:
            return range(self.size.ours)
        number = self._host(host)
        if number is None:
            return range(0)
        first = self.size.ours + number * self.size.guests
        return range(first, first + self.size.guests)

    def servers_of(self, project: str) -> range:
        """Return the servers of a project."""
        if project == self.admin_id:
            return range(self.size.ours)
        number = self.projects.number(_dashed(project))
        if number is None or not 2 <= number < 2 + _TENANTS:
            return range(0)
        ours = self.size.ours
        first = ours + (number - 2 - ours) % _TENANTS
        return range(first, self.size.servers, _TENANTS)

    def compute_nodes_with(self, uuid: str) -> range:
        """Return the compute nodes, and the providers, of an id."""
        host = self._hosts_by_id.get(uuid)
        if host is not None:
            return _one(self.size.nodes + host)
        number = self.nodes.number(uuid)
        limit = self.size.nodes + self.size.hosts
        if number is None or number >= limit:
            return range(0)
        ours = range(self.size.nodes, self.size.nodes + self.size.ours)
        return range(0) if number in ours else _one(number)

    def compute_nodes_of(self, host: str) -> range:
        """Return the compute nodes of a service's host."""
        if host == IRONIC:
            return range(self.size.nodes)
        number = self._host(host)
        return range(0) if number is None else _one(self.size.nodes + number)

    def providers_called(self, name: str) -> range:
        """Return the providers of a name."""
        number = self._host(name)
        if number is not None:
            return _one(self.size.nodes + number)
        number = self.nodes.number(name)
        known = number is not None and number < self.size.nodes
        return _one(number or 0) if known else range(0)

    def consumers_of(self, provider: str) -> range:
        """Return who uses a provider."""
        found = self.compute_nodes_with(provider)
        if not found:
            return range(0)
        number = found[0]
        if number < self.size.nodes:
            return _one(number) if number < self.size.ours else range(0)
        return self.servers_on(self.host_name(number - self.size.nodes))

    def services_of(self, host: str) -> range:
        """Return the compute services of a host."""
        if host == IRONIC:
            return _one(0)
        number = self._host(host)
        return range(0) if number is None else _one(number + 1)

    def agents_of(self, host: str) -> range:
        """Return the agents of a host."""
        number = self._host(host)
        return range(0) if number is None else _one(number)

    def ports_called(self, name: str) -> range:
        """Return the ports of a name."""
        number = self._host(name)
        known = number is not None and number < self.size.ours
        return _one(number or 0) if known else range(0)

    def ports_on(self, host: str) -> range:
        """Return the ports that are bound to a host."""
        number = self.nodes.number(host)
        if number is not None and number < self.size.ours:
            return _one(number)
        return range(0) if host == IRONIC else self.servers_on(host)

    def _host(self, name: str) -> int | None:
        """Return the number of a host's name."""
        digits = name.removeprefix('hv').removeprefix('host')
        if not digits.isdecimal():
            return None
        host = int(digits) - 1
        known = 0 <= host < self.size.hosts
        return host if known and self.host_name(host) == name else None


def _one(number: int) -> range:
    return range(number, number + 1)


def _dashed(project: str) -> str:
    """Return the UUID that a project's id is, without its dashes."""
    parts = (project[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20)))
    return '-'.join([*parts, project[20:]])
