# SPDX-License-Identifier: Apache-2.0
"""The figures of a fleet of hypervisors."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import datetime

from hvctl.model.records import Amount


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """How the hypervisors of a project are, all together.

    :ivar at: when the first look was taken, by the clock of the cloud
    :ivar phases: how many hypervisors are in each phase
    :ivar guests: how many guests they have
    :ivar hosts: how many can have some
    :ivar statuses: how many guests have each status; None where only their
        number is known
    :ivar amounts: by resource class, of all that are registered
    :ivar metal: how many Ironic nodes are in each use; None where Ironic
        cannot be read
    :ivar seats: how many more guests of each flavor find room on those that
        are enabled
    """

    at: datetime.datetime
    phases: Mapping[str, int]
    guests: int
    hosts: int
    statuses: Mapping[str, int] | None
    amounts: Mapping[str, Amount]
    metal: Mapping[str, int] | None
    seats: Mapping[str, int]

    @property
    def density(self) -> float | None:
        """How many guests a host has; None where there is no host."""
        return round(self.guests / self.hosts, 1) if self.hosts else None
