# SPDX-License-Identifier: Apache-2.0
"""Chooses where a server goes, by what Placement has, as Nova does."""

from __future__ import annotations

from collections.abc import Iterator

from werkzeug import datastructures

from hvctl.tests.simulation import candidates
from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world
from hvctl.tests.simulation.nova import aggregates

_DISABLED = 'COMPUTE_STATUS_DISABLED'


class Scheduler:
    """Nova's scheduler."""

    def __init__(self, of: world.World, kept: stock.Stock) -> None:
        self._world = of
        self._stock = kept

    def place(
        self,
        server: records.Server,
        host: str | None = None,
        but: str | None = None,
    ) -> records.ComputeNode | None:
        """Choose a compute node, and claim what the server needs.

        :param host: the only one on which it may be
        :param but: one on which it may not be
        :returns: None when there is no valid host
        """
        for node, provider in self.fitting(server.flavor.resources, host, but):
            if not self._admits(node.host, server):
                continue
            try:
                self._claim(server, provider)
            except service.Refusal:
                continue
            return node
        return None

    def fitting(
        self,
        wanted: records.Resources,
        host: str | None = None,
        but: str | None = None,
    ) -> Iterator[tuple[records.ComputeNode, records.Provider]]:
        """Give the compute nodes that have room, with their providers.

        :param host: see :meth:`place`
        :param but: see there
        """
        query = datastructures.MultiDict(
            {
                'resources': ','.join(
                    f'{name}:{amount}' for name, amount in wanted.items()
                ),
                'required': f'!{_DISABLED}',
            }
        )
        providers = candidates.providers(self._world, self._stock, query)
        for provider in providers:
            node = self._node(provider, host, but)
            if node is not None:
                yield node, provider

    def _node(
        self, provider: records.Provider, host: str | None, but: str | None
    ) -> records.ComputeNode | None:
        """Return the node of a provider, if the server may go there."""
        found = self._world.compute_nodes.find('uuid', provider.uuid)
        if found is None:
            return None
        node = found[1]
        of = self._world.services.find('host', node.host)
        if of is None or not of[1].mapped or not self._world.is_up(of[1]):
            return None
        allowed = host in (None, node.host) and but != node.host
        return node if allowed else None

    def _admits(self, host: str, server: records.Server) -> bool:
        """Return whether a server may be on a host, as its aggregates are.

        Nova is configured so that they keep others than their tenants out
        (AggregateMultiTenancyIsolation), and those that do not ask for their
        traits (``enable_isolated_aggregate_filtering``).
        """
        zone = server.pinned_zone
        if zone not in (None, aggregates.zone_of(self._world, host)):
            return False
        for _, aggregate in self._world.aggregates.rising():
            if host not in aggregate.hosts:
                continue
            said = aggregate.metadata
            tenants = [
                value
                for key, value in said.items()
                if key.startswith('filter_tenant_id')
            ]
            traits = [key for key in said if key.startswith('trait:')]
            if tenants and server.project_id not in tenants:
                return False
            if any(key not in server.flavor.extra_specs for key in traits):
                return False
        return True

    def _claim(
        self, server: records.Server, provider: records.Provider
    ) -> None:
        self._stock.allocate(
            [
                records.Consumer(
                    uuid=server.id,
                    project_id=server.project_id,
                    user_id=server.user_id,
                    type='INSTANCE',
                    has={provider.uuid: server.flavor.resources},
                )
            ]
        )
