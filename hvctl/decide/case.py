# SPDX-License-Identifier: Apache-2.0
"""Everything that a decision about one hypervisor may read."""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide.hypervisor import phases
from hvctl.model.hypervisor import Hypervisor, Status
from hvctl.model.ledger import Failure, Ledger
from hvctl.model.snapshot import Snapshot
from hvctl.model.steps import Step


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that a decision about one hypervisor may read.

    :ivar snapshot: the look that is decided upon
    :ivar hv: what the look has of the hypervisor
    :ivar status: the phase that follows from that
    :ivar ledger: what this run did and saw
    :ivar now: the time of the run, for limits: it is monotonic.  What is
        written down, or compared with the cloud's times, goes by
        :attr:`.Snapshot.taken_at` or :attr:`.Snapshot.compute_time`
    """

    snapshot: Snapshot
    hv: Hypervisor
    status: Status
    ledger: Ledger
    now: datetime.datetime

    @staticmethod
    def of(
        snapshot: Snapshot,
        hv: Hypervisor,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> Case:
        """Build the case of a hypervisor."""
        return Case(
            snapshot=snapshot,
            hv=hv,
            status=phases.status(hv),
            ledger=ledger,
            now=now,
        )

    @property
    def name(self) -> str:
        """The hypervisor's."""
        return self.hv.name

    @property
    def failure(self) -> Failure | None:
        """The step of the hypervisor's own lane that failed for good."""
        return self.ledger.failures.get(self.name)

    @property
    def changed(self) -> bool:
        """Whether this run changed anything for the hypervisor."""
        return self.ledger.changed(self.name)

    def times(self, kind: type[Step]) -> int:
        """Return how many steps of a kind this run finished for it."""
        return self.ledger.times(self.name, kind)

    def lasted(self, status: Status) -> float:
        """Return for how many seconds a status has been the same."""
        since = self.ledger.changed_at.get(self.name)
        if since is None or self.ledger.statuses.get(self.name) != status:
            return 0
        return (self.now - since).total_seconds()
