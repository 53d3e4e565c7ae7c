# SPDX-License-Identifier: Apache-2.0
"""Takes a look at the cloud: a few lists, whatever the number of hosts."""

from __future__ import annotations

from concurrent import futures
import dataclasses
import threading

from hvctl.cloud import clouds
from hvctl.cloud import parallel
from hvctl.cloud.observe import amounts
from hvctl.cloud.observe import bare_metal
from hvctl.cloud.observe import completeness
from hvctl.cloud.observe import discovery
from hvctl.cloud.observe import gaps
from hvctl.cloud.observe import host_parts
from hvctl.cloud.observe import named
from hvctl.cloud.observe import own
from hvctl.cloud.observe import parts
from hvctl.model import renewing
from hvctl.model.snapshot import (
    AmountsLook,
    EVERY_PART,
    GuestsLook,
    MachinesLook,
    OwnLook,
    Part,
    Scope,
    Snapshot,
    WholeLook,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Observer:
    """Takes looks.

    :ivar port_marks: the descriptions of ports of ours
    :ivar said: what a look has warned of that it is missing
    :ivar warned: whether one has looked for cells that do not answer
    """

    pair: clouds.Pair
    port_marks: tuple[str, ...]
    said: set[Part] = dataclasses.field(default_factory=set)
    warned: threading.Event = dataclasses.field(
        default_factory=threading.Event
    )

    def whereabouts(self, names: frozenset[str]) -> dict[str, str | None]:
        """Find the compute clouds of hypervisors, by name; two lists.

        :param names: of those that are asked for; there may be others among
            what is found
        """
        # One request for each name, as many as are sent at once.
        only = names if len(names) <= parallel.WORKERS else None
        with parallel.readers() as pool:
            servers = pool.submit(bare_metal.servers, self.pair.metal, only)
            ports = pool.submit(
                bare_metal.ports, self.pair.metal, self.port_marks, only
            )
            # A port tells it only of what has no server any more.
            missing = gaps.Gaps(frozenset({Part.PORTS}), self.said)
            found = missing.read(ports, Part.PORTS)
            return bare_metal.whereabouts(
                servers.result(), found or (), self.pair.metal.cloud
            )

    def observe(self, scope: Scope) -> Snapshot:
        """Take one look.

        :param scope: how far it reaches
        :raises CloudError: when a list could not be read
        """
        look = self._observe(scope)
        return dataclasses.replace(
            look,
            taken_at=self.pair.metal.time.now(),
            compute_time=self.pair.compute.time.now(),
        )

    def _observe(self, scope: Scope) -> Snapshot:
        with parallel.readers() as pool:
            match scope:
                case GuestsLook(last=last, hosts=names):
                    read = host_parts.guests(
                        pool, self.pair, names, last, renew=False
                    )
                    look = read(Snapshot())
                    return renewing.renew_guests(
                        last, look.guests, look.migrations
                    )
                case MachinesLook(last=last, names=names):
                    # Nova tells how a deploy ends.
                    begin = self._begin(pool, frozenset({Part.NODES}))
                    look = named.machines(begin, last, names)
                    return renewing.renew_machines(last, look, names)
                case OwnLook(name=name):
                    return self._own(pool, name)
                case AmountsLook():
                    return amounts.look(pool, self.pair, scope)
                case WholeLook():
                    return self._whole(pool, scope)

    def _begin(
        self, pool: futures.Executor, optional: frozenset[Part]
    ) -> parts.Parts:
        """Return what begins to read the parts of a look.

        :param optional: what may be missing
        """
        return parts.Parts(
            pool=pool,
            pair=self.pair,
            port_marks=self.port_marks,
            missing=gaps.Gaps(optional, self.said),
        )

    def _own(self, pool: futures.Executor, name: str | None) -> Snapshot:
        """Look at one hypervisor of ours, or at every one."""
        begin = self._begin(pool, EVERY_PART)
        if name is None:
            look = own.every(begin)
            self._warn(look)
            return look
        return own.one(begin, name) or self._whole(
            pool,
            WholeLook(
                names=frozenset({name}), aggregates=True, optional=EVERY_PART
            ),
        )

    def _whole(self, pool: futures.Executor, scope: WholeLook) -> Snapshot:
        """Read what a scope reaches; each part may use those before it."""
        if scope.rest is not None:
            return self._without_rest(pool, scope, scope.rest)
        look = None
        if scope.known is not None:
            begin = self._begin(pool, scope.optional)
            look = named.again(begin, scope, scope.known)
        if look is None and scope.names and not scope.all_hosts:
            begin = self._begin(pool, scope.optional)
            look = discovery.discover(begin, scope)
        if look is None:
            look = self._everything(pool, scope)
        if scope.optional >= EVERY_PART:
            self._warn(look)
            return look
        completeness.insist(self.pair.metal, look, scope.names)
        completeness.insist_on_aggregates(
            self.pair.compute.compute, look, scope.aggregate_ids
        )
        return look

    def _everything(
        self, pool: futures.Executor, scope: WholeLook
    ) -> Snapshot:
        """Read the lists of the cloud."""
        servers = pool.submit(bare_metal.servers, self.pair.metal)
        begin = self._begin(pool, scope.optional)
        return begin.look(
            [
                begin.machines(servers),
                begin.namesakes(servers, scope.server_names),
                begin.ports(),
                begin.services(),
                begin.compute_nodes(scope.sizes),
                begin.agents(),
                begin.providers(),
                *host_parts.begin(pool, self.pair, scope),
            ]
        )

    def _warn(self, look: Snapshot) -> None:
        """Say once what the looks may lack."""
        if not self.warned.is_set():
            self.warned.set()
            completeness.warn(look)

    def _without_rest(
        self, pool: futures.Executor, scope: WholeLook, rest: Snapshot
    ) -> Snapshot:
        """Read all but what is taken from an earlier look."""
        begin = self._begin(pool, scope.optional)
        servers = pool.submit(
            named.servers_of, begin, scope.names, len(rest.servers)
        )
        readings = [
            begin.servers(servers, scope.names),
            begin.services(scope.services_of),
        ]
        if scope.sizes:
            readings += [begin.compute_nodes(True), begin.disabled()]
        readings += host_parts.begin(pool, self.pair, scope)
        return renewing.with_rest(
            begin.look(readings),
            rest,
            names=scope.names,
            sizes=scope.sizes,
            services_of=scope.services_of,
        )
