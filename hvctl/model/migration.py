# SPDX-License-Identifier: Apache-2.0
"""A migration record of Nova, as one look found it."""

from __future__ import annotations

import dataclasses
import datetime
import enum


class MigrationType(enum.StrEnum):
    """What a migration record is about."""

    LIVE = 'live-migration'
    """The guest runs on, or stays paused."""
    COLD = 'migration'
    """It is off meanwhile."""
    RESIZE = 'resize'
    """As a cold one, and to another flavor."""
    EVACUATION = 'evacuation'
    """It is made anew, since its host is lost."""


class MigrationStatus(enum.StrEnum):
    """How a migration goes (nova/objects/migration.py has no list of them)."""

    QUEUED = 'queued'
    ACCEPTED = 'accepted'
    PREPARING = 'preparing'
    RUNNING = 'running'
    POST_COPY = 'running (post-copy)'
    PRE_MIGRATING = 'pre-migrating'
    MIGRATING = 'migrating'
    POST_MIGRATING = 'post-migrating'
    FINISHED = 'finished'
    CONFIRMING = 'confirming'
    REVERTING = 'reverting'
    CANCELLED = 'cancelled'
    COMPLETED = 'completed'
    CONFIRMED = 'confirmed'
    DONE = 'done'
    ERROR = 'error'
    FAILED = 'failed'
    REVERTED = 'reverted'


#: A migration record in one of these is over (nova/db/main/api.py,
#: migration_get_in_progress_by_host_and_node).
FINAL_STATUSES = frozenset(
    {
        MigrationStatus.CANCELLED,
        MigrationStatus.COMPLETED,
        MigrationStatus.CONFIRMED,
        MigrationStatus.DONE,
        MigrationStatus.ERROR,
        MigrationStatus.FAILED,
        MigrationStatus.REVERTED,
    }
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """A migration record of Nova (``os-migrations``).

    :ivar status: a :class:`MigrationStatus`, or what a newer Nova calls it
    :ivar migration_type: a :class:`MigrationType`
    :ivar user_id: who asked for it
    :ivar created_at: when it was asked for
    :ivar updated_at: when Nova wrote to it last: also while a guest is
        copied, as far as its hypervisor's driver tells how far that is
    """

    id: int
    uuid: str
    server_id: str
    status: str
    migration_type: str
    source: str | None = None
    destination: str | None = None
    user_id: str | None = None
    created_at: datetime.datetime | None = None
    updated_at: datetime.datetime | None = None

    @property
    def is_live(self) -> bool:
        """Whether the guest runs on, or stays paused."""
        return self.migration_type == MigrationType.LIVE

    @property
    def is_cold(self) -> bool:
        """Whether the guest is off meanwhile, and keeps its flavor."""
        return self.migration_type == MigrationType.COLD

    @property
    def is_confirmed_by_hand(self) -> bool:
        """Whether somebody has to confirm it, when it is finished."""
        return self.migration_type in (
            MigrationType.COLD,
            MigrationType.RESIZE,
        )

    @property
    def is_queued(self) -> bool:
        """Whether it waits for its turn on the source."""
        return self.status == MigrationStatus.QUEUED

    @property
    def can_be_dropped(self) -> bool:
        """Whether it is a live one that has not begun to copy.

        Nova can still drop it (nova/compute/api.py, live_migrate_abort).
        """
        return self.is_live and self.status in (
            MigrationStatus.QUEUED,
            MigrationStatus.PREPARING,
        )

    @property
    def runs(self) -> bool:
        """Whether it is a live one that may be halted."""
        return self.status == MigrationStatus.RUNNING

    @property
    def copying(self) -> bool:
        """Whether the guest is being copied alive."""
        return self.status in (
            MigrationStatus.RUNNING,
            MigrationStatus.POST_COPY,
        )

    @property
    def awaits_confirmation(self) -> bool:
        """Whether the guest is there, and somebody has to confirm that."""
        return self.status == MigrationStatus.FINISHED

    @property
    def done(self) -> bool:
        """Whether it is over, and the guest has moved."""
        return self.status in (
            MigrationStatus.COMPLETED,
            MigrationStatus.CONFIRMED,
        )

    @property
    def broke(self) -> bool:
        """Whether it failed."""
        return self.status in (MigrationStatus.ERROR, MigrationStatus.FAILED)

    @property
    def over(self) -> bool:
        """Whether it has ended, well or not; it does not change then."""
        return self.status in FINAL_STATUSES

    @property
    def took(self) -> float | None:
        """For how many seconds it was under way; None before it is over."""
        if not self.over or self.created_at is None or self.updated_at is None:
            return None
        return max(0.0, (self.updated_at - self.created_at).total_seconds())
