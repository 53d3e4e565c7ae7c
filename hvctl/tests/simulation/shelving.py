# SPDX-License-Identifier: Apache-2.0
"""Shelves guests, and takes those that are shelved off their hosts."""

from __future__ import annotations

from collections.abc import Callable

from hvctl.tests.simulation import machines
from hvctl.tests.simulation import records
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world


class Shelving:
    """What becomes of guests that are shelved (nova/compute/manager.py)."""

    def __init__(
        self,
        of: world.World,
        kept: stock.Stock,
        all_machines: machines.Machines,
    ) -> None:
        self._world = of
        self._stock = kept
        self._machines = all_machines

    def shelve(self, server: records.Server) -> None:
        """Begin to shelve a guest."""
        self._machines.change(server.id, task_state='shelving')
        self._after(self._world.pace.shelved, server.id, self._shelved)

    def offload(self, server: records.Server) -> None:
        """Begin to take a shelved guest off its host."""
        self._machines.change(server.id, task_state='shelving_offloading')
        self._after(self._world.pace.ended, server.id, self._offloaded)

    def _shelved(self, server: records.Server) -> None:
        changed = self._machines.change(
            server.id, vm_state='shelved', task_state=None, power_state=4
        )
        if self._world.offload_shelved and changed is not None:
            self.offload(changed)

    def _offloaded(self, server: records.Server) -> None:
        """Save what the guest is now, before its host lets go of it."""
        self._machines.change(
            server.id, vm_state='shelved_offloaded', task_state=None
        )
        self._after(self._world.pace.let_go, server.id, self._let_go)

    def _let_go(self, server: records.Server) -> None:
        self._stock.release(server.id)
        self._machines.change(server.id, host=None, node=None)

    def _after(
        self,
        seconds: float,
        server_id: str,
        call: Callable[[records.Server], None],
    ) -> None:
        def due() -> None:
            found = self._world.servers.find('id', server_id)
            if found is not None and found[1].task_state != 'deleting':
                call(found[1])

        self._world.clock.after(seconds, due)
