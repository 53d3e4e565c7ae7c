# SPDX-License-Identifier: Apache-2.0
"""Lets a machine's nova-compute come up, register, and fall silent."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import functools
import uuid

from hvctl.tests.fixtures import user_data
from hvctl.tests.simulation import population
from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world

_DISABLED = 'COMPUTE_STATUS_DISABLED'
#: nova/db/main/api.py, service_create.
_NEW = 'New compute service disabled due to config option.'
_TEST = 'CUSTOM_HVCTL_TEST'


class Registration:
    """The nova-computes of machines."""

    def __init__(self, of: world.World, kept: stock.Stock) -> None:
        self._world = of
        self._stock = kept

    def begin(self, server: records.Server) -> None:
        """Boot a machine."""
        written = user_data.files(server.user_data or '')
        chosen = user_data.compute_id(written)
        node_id = chosen or str(uuid.uuid5(uuid.UUID(server.id), 'compute'))
        pace = self._world.pace
        for seconds, call in (
            (pace.registered, self._register),
            (pace.inventory, self._report),
            (pace.mapped, self._map),
            (pace.agents, self._network),
        ):
            self._world.clock.after(
                seconds,
                functools.partial(
                    self._if_there, call, server.id, node_id, written
                ),
            )

    def stop(self, machine: str) -> None:
        """Let a machine's services fall silent."""
        host = self._world.host_name(machine)
        now = self._world.clock.now()
        found = self._world.services.find('host', host)
        if found is not None:
            self._world.services.put(
                found[0], dataclasses.replace(found[1], silent_since=now)
            )
        for number, agent in list(self._world.agents.having('host', host)):
            self._world.agents.put(
                number, dataclasses.replace(agent, silent_since=now)
            )

    def mark(self, of: records.ComputeService) -> None:
        """Let a nova-compute that is up mark its providers as it is.

        Nova calls it at once, unless it is down (nova/compute/api.py,
        _update_compute_provider_status).
        """
        if not self._world.is_up(of) or not of.mapped:
            return
        for _, node in self._world.compute_nodes.having('host', of.host):
            provider = self._stock.provider(node.uuid)
            if provider is None:
                continue
            now = _with_status(provider.traits, of)
            if now != provider.traits:
                self._stock.change(dataclasses.replace(provider, traits=now))

    def _if_there(
        self,
        call: Callable[[str, str, dict[str, str]], None],
        server_id: str,
        node_id: str,
        written: dict[str, str],
    ) -> None:
        found = self._world.servers.find('id', server_id)
        if found is not None and found[1].task_state != 'deleting':
            call(self._world.host_name(found[1].name), node_id, written)

    def _register(
        self, host: str, node_id: str, written: dict[str, str]
    ) -> None:
        table = self._world.services
        found = table.find('host', host)
        if found is not None:
            table.put(
                found[0], dataclasses.replace(found[1], silent_since=None)
            )
        else:
            disabled = not self._world.enable_new_services
            table.add(
                records.ComputeService(
                    id=self._world.first.services.id(table.next_number()),
                    host=host,
                    created_at=self._world.clock.now(),
                    disabled=disabled,
                    disabled_reason=_NEW if disabled else None,
                    mapped=False,
                )
            )
        if self._world.compute_nodes.find('uuid', node_id) is None:
            self._world.compute_nodes.add(
                records.ComputeNode(
                    uuid=node_id,
                    host=host,
                    hostname=host,
                    vcpus=64,
                    memory_mb=262144,
                    local_gb=2000,
                )
            )

    def _report(
        self, host: str, node_id: str, written: dict[str, str]
    ) -> None:
        """Write the inventory, and keep ratios that are there already."""
        provider = self._stock.provider(node_id)
        if provider is None:
            provider = records.Provider(uuid=node_id, name=host, root=node_id)
            try:
                self._stock.add(provider)
            except service.Refusal:
                # Another one has the name: it goes on without.
                return
        if provider.name != host:
            return
        ratios = {
            name: have.allocation_ratio
            for name, have in provider.inventories.items()
        }
        inventories = {
            name: have._replace(
                allocation_ratio=ratios.get(name, have.allocation_ratio)
            )
            for name, have in population.HOST_INVENTORIES.items()
        }
        traits = set(population.HOST_TRAITS)
        if user_data.names(written, population.EPHEMERAL):
            traits.add(population.EPHEMERAL)
        if user_data.names(written, _TEST):
            inventories[_TEST] = records.Inventory(1, max_unit=1)
        found = self._world.services.find('host', host)
        assert found is not None
        changed = self._stock.set_inventories(provider, inventories)
        self._stock.change(
            dataclasses.replace(
                changed,
                traits=_with_status(frozenset(traits), found[1]),
            )
        )

    def _map(self, host: str, node_id: str, written: dict[str, str]) -> None:
        found = self._world.services.find('host', host)
        if found is not None:
            self._world.services.put(
                found[0], dataclasses.replace(found[1], mapped=True)
            )

    def _network(
        self, host: str, node_id: str, written: dict[str, str]
    ) -> None:
        table = self._world.agents
        found = table.find('host', host)
        if found is not None:
            table.put(
                found[0], dataclasses.replace(found[1], silent_since=None)
            )
            return
        table.add(
            records.Agent(
                id=self._world.first.agents.id(table.next_number()),
                host=host,
                created_at=self._world.clock.now(),
            )
        )


def _with_status(
    traits: frozenset[str], of: records.ComputeService
) -> frozenset[str]:
    return traits | {_DISABLED} if of.disabled else traits - {_DISABLED}
