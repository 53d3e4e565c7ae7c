# SPDX-License-Identifier: Apache-2.0
"""Everything that a decision about draining one hypervisor may read."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import datetime

from hvctl.decide.case import Case
from hvctl.decide.hypervisor import phases
from hvctl.model.drain_options import DrainOptions
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.ledger import Ledger
from hvctl.model.migration import Migration
from hvctl.model.records import Server
from hvctl.model.snapshot import Snapshot


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DrainCase(Case):
    """Everything that a decision about draining one hypervisor may read.

    :ivar options: what the user wants
    :ivar names: all that are to be drained
    :ivar here: the guests that are on the host, by id
    :ivar newest: the newest migration record of each guest, by its id
    """

    options: DrainOptions
    names: tuple[str, ...]
    here: Mapping[str, Server]
    newest: Mapping[str, Migration]

    @staticmethod
    def build(
        snapshot: Snapshot,
        hv: Hypervisor,
        ledger: Ledger,
        now: datetime.datetime,
        options: DrainOptions,
        names: tuple[str, ...],
    ) -> DrainCase:
        """Build the case of a hypervisor."""
        return DrainCase(
            snapshot=snapshot,
            hv=hv,
            status=phases.status(hv),
            ledger=ledger,
            now=now,
            options=options,
            names=names,
            here={guest.id: guest for guest in hv.guests or ()},
            newest=hv.newest_migrations,
        )
