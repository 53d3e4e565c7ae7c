# SPDX-License-Identifier: Apache-2.0
"""Gives servers their ports, and takes them away, as Nova does."""

from __future__ import annotations

from collections.abc import Iterable
import dataclasses

from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import population
from hvctl.tests.simulation import records
from hvctl.tests.simulation import world


class Wiring:
    """The ports of servers; those that Nova has made go with the server."""

    def __init__(self, of: world.World) -> None:
        self._world = of
        self._made: set[str] = set()

    def bind(
        self,
        port_id: str,
        server: records.Server,
        node: records.ComputeNode,
    ) -> bool:
        """Give a server its port; return whether it is free."""
        found = self._world.ports.find('id', port_id)
        if found is None or found[1].device_id not in ('', server.id):
            return False
        metal = node.host == numbers.IRONIC
        self._world.ports.put(
            found[0],
            dataclasses.replace(
                found[1],
                device_id=server.id,
                device_owner='compute:nova',
                host=node.uuid if metal else node.host,
                revision=found[1].revision + 2,
                updated_at=self._world.clock.now(),
            ),
        )
        return True

    def make_ports(
        self,
        networks: Iterable[str],
        server: records.Server,
        node: records.ComputeNode,
    ) -> list[str]:
        """Make a server a port in each network, and return their ids."""
        table, now = self._world.ports, self._world.clock.now()
        made = []
        for network_id in networks:
            number = table.next_number()
            port = records.Port(
                id=self._world.first.ports.id(number),
                network_id=network_id,
                project_id=server.project_id,
                mac_address=(b'\xfa\x16' + number.to_bytes(4)).hex(':'),
                subnet_id=self._world.subnet_id(network_id),
                ip_address=population.address(11, number),
                device_id=server.id,
                device_owner='compute:nova',
                host=node.host,
                created_at=now,
                updated_at=now,
            )
            table.add(port)
            made.append(port.id)
        self._made.update(made)
        return made

    def clean_up(self, port_ids: Iterable[str]) -> None:
        """Take from whoever has them the ports that a build was to have.

        Nova unbinds what was asked for (nova/network/neutron.py,
        deallocate_for_instance), also where that is why the build failed.
        """
        for port_id in port_ids:
            found = self._world.ports.find('id', port_id)
            if found is not None:
                self._free(*found)

    def unbind(self, server: records.Server) -> None:
        """Take its ports from a server; those it was given stay."""
        having = self._world.ports.having('device', server.id)
        for number, port in list(having):
            if port.id in self._made:
                self._world.ports.remove(number)
            else:
                self._free(number, port)

    def _free(self, number: int, port: records.Port) -> None:
        self._world.ports.put(
            number,
            dataclasses.replace(
                port,
                device_id='',
                device_owner='',
                host='',
                revision=port.revision + 1,
                updated_at=self._world.clock.now(),
            ),
        )
