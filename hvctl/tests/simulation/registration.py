# SPDX-License-Identifier: Apache-2.0
"""Lets a machine's nova-compute come up, register, and fall silent."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import functools
import uuid

from hvctl.model import identity
from hvctl.tests.fixtures import user_data
from hvctl.tests.simulation import population
from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world

_DISABLED = 'COMPUTE_STATUS_DISABLED'
#: nova/db/main/api.py, service_create.
_NEW = 'New compute service disabled due to config option.'


class Registration:
    """The nova-computes of machines."""

    def __init__(self, of: world.World, kept: stock.Stock) -> None:
        self._world = of
        self._stock = kept

    def begin(self, server: records.Server) -> None:
        """Boot a machine."""
        written = user_data.files(server.user_data or '')
        chosen = user_data.compute_id(written)
        if self._world.ignored_ids:
            chosen = None
        node_id = chosen or str(uuid.uuid5(uuid.UUID(server.id), 'compute'))
        pace = self._world.pace
        for seconds, call in (
            (pace.registered, self._register),
            (pace.mapped, self._map),
            (pace.agents, self._network),
        ):
            self._world.clock.after(
                seconds,
                functools.partial(
                    self._if_there, call, server.id, node_id, written
                ),
            )
        self._world.clock.after(
            pace.inventory,
            functools.partial(self._report_again, server.id, node_id, written),
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

    def tell(self, of: records.ComputeService) -> None:
        """Tell a nova-compute that is up whether it is enabled.

        Nova calls it at once, unless it is down (nova/compute/api.py,
        _update_compute_provider_status).
        """
        if self._world.is_up(of) and of.mapped:
            seconds = self._world.pace.marked
            if seconds:
                self._world.clock.after(seconds, lambda: self._mark(of.host))
            else:
                self._mark(of.host)

    def _mark(self, host: str) -> None:
        """Let a nova-compute mark its providers as it is."""
        found = self._world.services.find('host', host)
        if found is None:
            return
        of = found[1]
        for _, node in self._world.compute_nodes.having('host', of.host):
            provider = self._stock.provider(node.uuid)
            if provider is None:
                continue
            now = _with_status(provider.traits, of)
            if now != provider.traits:
                self._stock.change(dataclasses.replace(provider, traits=now))

    def _report_again(
        self, server_id: str, node_id: str, written: dict[str, str]
    ) -> None:
        """Let a nova-compute report to Placement, now and in its time."""
        if self._world.servers.find('id', server_id) is None:
            return
        self._if_there(self._report, server_id, node_id, written)
        self._world.clock.after(
            self._world.pace.refresh,
            functools.partial(self._report_again, server_id, node_id, written),
        )

    def _if_there(
        self,
        call: Callable[[str, str, dict[str, str]], None],
        server_id: str,
        node_id: str,
        written: dict[str, str],
    ) -> None:
        found = self._world.servers.find('id', server_id)
        if found is not None and found[1].task_state != 'deleting':
            call(found[1].name, node_id, written)

    def _register(
        self, machine: str, node_id: str, written: dict[str, str]
    ) -> None:
        host = self._world.host_name(machine)
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
                    hostname=self._world.label(machine),
                    vcpus=64,
                    memory_mb=262144,
                    local_gb=2000,
                )
            )

    def _report(
        self, machine: str, node_id: str, written: dict[str, str]
    ) -> None:
        """Write the inventory, and keep ratios that are there already.

        One that has another name than its own a nova-compute does not find,
        and writes nothing.  What others have made of it meanwhile it sees
        when it reads all anew (nova/scheduler/client/report.py,
        _refresh_associations and _ensure_resource_provider).
        """
        label = self._world.label(machine)
        provider = self._stock.provider(node_id)
        if provider is None:
            provider = records.Provider(uuid=node_id, name=label, root=node_id)
            try:
                self._stock.add(provider)
            except service.Refusal:
                # Another one has the name: it goes on without.
                return
        if provider.name != label:
            return
        traits = population.HOST_TRAITS | self._world.image_traits
        if user_data.names(written, population.EPHEMERAL):
            traits |= {population.EPHEMERAL}
        found = self._world.services.find(
            'host', self._world.host_name(machine)
        )
        if found is None or found[1].silent_since is not None:
            return
        inventories = self._inventories(provider, written)
        if inventories != provider.inventories:
            provider = self._stock.set_inventories(provider, inventories)
        now = _with_status(provider.traits | traits, found[1])
        if now != provider.traits:
            self._stock.change(dataclasses.replace(provider, traits=now))

    def _inventories(
        self, provider: records.Provider, written: dict[str, str]
    ) -> dict[str, records.Inventory]:
        """Return what a machine has, with the ratios that are there."""
        ratios = {
            name: have.allocation_ratio
            for name, have in provider.inventories.items()
        }
        if self._world.ram_ratio is not None:
            ratios['MEMORY_MB'] = self._world.ram_ratio
        found = {
            name: have._replace(
                allocation_ratio=ratios.get(name, have.allocation_ratio)
            )
            for name, have in population.HOST_INVENTORIES.items()
        }
        places = self._world.test_places
        if user_data.names(written, identity.TEST_RESOURCE_CLASS):
            places = 1
        if places:
            found[identity.TEST_RESOURCE_CLASS] = records.Inventory(
                places, max_unit=places
            )
        return found

    def _map(
        self, machine: str, node_id: str, written: dict[str, str]
    ) -> None:
        host = self._world.host_name(machine)
        found = self._world.services.find('host', host)
        if found is not None:
            self._world.services.put(
                found[0], dataclasses.replace(found[1], mapped=True)
            )

    def _network(
        self, machine: str, node_id: str, written: dict[str, str]
    ) -> None:
        host = self._world.host_name(machine)
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
