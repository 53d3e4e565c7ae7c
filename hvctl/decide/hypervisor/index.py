# SPDX-License-Identifier: Apache-2.0
"""Finds what a look has of one host, without going through it for each.

A cloud may have thousands of hosts, and thousands of them may be ours, so
each list is gone through once, whatever the number of names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
import dataclasses
import typing

from hvctl.model import identity
from hvctl.model.records import (
    Agent,
    Aggregate,
    ComputeNode,
    Node,
    Port,
    Provider,
    Server,
    Service,
)
from hvctl.model.snapshot import Snapshot

_T = typing.TypeVar('_T')


class Table(typing.Generic[_T]):
    """The entries of a list, by what they are known by.

    :param entries: the list
    :param keys: what an entry is known by; None is nothing
    """

    def __init__(
        self,
        entries: Iterable[_T],
        keys: Callable[[_T], Iterable[str | None]],
    ) -> None:
        self._found: dict[str, list[tuple[int, _T]]] = {}
        for position, entry in enumerate(entries):
            for key in keys(entry):
                if key is not None:
                    self._found.setdefault(key, []).append((position, entry))

    def all(self, keys: Iterable[str | None]) -> tuple[_T, ...]:
        """Return what is known by any of some keys, in the list's order."""
        found = {
            position: entry
            for key in keys
            if key is not None
            for position, entry in self._found.get(key, ())
        }
        return tuple(found[position] for position in sorted(found))

    def first(self, keys: Iterable[str | None]) -> _T | None:
        """Return the first of them in the list, if there is one."""
        return next(iter(self.all(keys)), None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The lists of a look, by what links them to a hypervisor.

    :ivar servers: by name
    :ivar ports: by name
    :ivar test_guests: by the name of the hypervisor that they try out
    :ivar tests: the ids of these
    :ivar services: by host; those that we disabled also by what is before
        each dot of it, with the dot: see :func:`in_any_domain`
    :ivar compute_nodes: by the host that each is of
    :ivar compute_nodes_by_id: by id
    :ivar providers: by name
    :ivar providers_by_id: by id
    :ivar agents: by host; None when the network service has no agents
    :ivar aggregates: by the hosts in them
    :ivar nodes: by id and by the server that is on each
    """

    servers: Table[Server]
    ports: Table[Port]
    test_guests: Table[Server]
    tests: frozenset[str]
    services: Table[Service]
    compute_nodes: Table[ComputeNode]
    compute_nodes_by_id: Table[ComputeNode]
    providers: Table[Provider]
    providers_by_id: Table[Provider]
    agents: Table[Agent] | None
    aggregates: Table[Aggregate]
    nodes: Table[Node]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Index:
        """Go through the lists of a look."""
        return cls(
            servers=_table('servers', snapshot.servers, lambda s: (s.name,)),
            ports=_table('ports', snapshot.ports, lambda p: (p.name,)),
            test_guests=_table(
                'test guests',
                snapshot.test_guests,
                lambda s: (s.metadata.get(identity.TEST_KEY),),
            ),
            tests=frozenset(guest.id for guest in snapshot.test_guests),
            services=_table('services', snapshot.services, _service_keys),
            compute_nodes=_table(
                'compute nodes', snapshot.compute_nodes, lambda n: (n.host,)
            ),
            compute_nodes_by_id=_table(
                'compute node ids', snapshot.compute_nodes, lambda n: (n.id,)
            ),
            providers=_table(
                'providers', snapshot.providers, lambda p: (p.name,)
            ),
            providers_by_id=_table(
                'provider ids', snapshot.providers, lambda p: (p.id,)
            ),
            agents=None
            if snapshot.agents is None
            else _table('agents', snapshot.agents, lambda a: (a.host,)),
            aggregates=_table(
                'aggregates', snapshot.aggregates, lambda a: a.hosts
            ),
            nodes=_table(
                'nodes',
                snapshot.nodes or (),
                lambda n: (n.id, n.instance_id),
            ),
        )


#: The last table of each kind, and the list that it is of.
_kept: dict[str, tuple[object, Table[typing.Any]]] = {}


def _table(
    kind: str,
    entries: tuple[_T, ...],
    keys: Callable[[_T], Iterable[str | None]],
) -> Table[_T]:
    """Return the table of a list.

    A look that took a list over from the one before has the same one.
    """
    of, table = _kept.get(kind, (None, None))
    if of is not entries or table is None:
        table = Table(entries, keys)
        _kept[kind] = entries, table
    return table


def in_any_domain(name: str) -> str:
    """Return the key of services that we disabled, in whatever domain."""
    return f'{name}.'


def _service_keys(service: Service) -> Iterator[str]:
    yield service.host
    if service.disabled.is_ours:
        labels = service.host.split('.')
        for number in range(1, len(labels)):
            yield in_any_domain('.'.join(labels[:number]))
