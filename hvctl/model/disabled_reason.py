# SPDX-License-Identifier: Apache-2.0
"""Reads why a compute service is disabled: its ``disabled_reason``."""

from __future__ import annotations

import enum
import re
import typing

from hvctl.model import identity

#: The disabled_reason that Nova itself gives a new service where
#: ``[DEFAULT] enable_new_services`` is false (nova/db/main/api.py).
NOVA_DISABLED_NEW = 'New compute service disabled due to config option.'

_AFTER = re.compile(r'.* after migration (\d+)')


class DisabledBy(enum.Enum):
    """What has disabled a compute service."""

    NOTHING = enum.auto()
    """No reason is given."""
    NOVA = enum.auto()
    """Nova disables every new service here."""
    CREATE = enum.auto()
    """A create, since it is not yet known to be good."""
    DRAIN = enum.auto()
    """A drain."""
    HVCTL = enum.auto()
    """hvctl, for something else: it is deleted."""
    OTHERS = enum.auto()
    """Somebody, for a reason of their own."""


class DisabledReason(typing.NamedTuple):
    """Why a compute service is disabled.

    :ivar by: what has disabled it
    :ivar after_migration: the newest migration record before a drain; None
        where that is not told
    :ivar undone: the drain is being taken back, and sends no guest away
    :ivar for_scale: the drain is of a scale, which deletes it then
    """

    by: DisabledBy
    after_migration: int | None = None
    undone: bool = False
    for_scale: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether hvctl has disabled it."""
        return self.by in (
            DisabledBy.CREATE,
            DisabledBy.DRAIN,
            DisabledBy.HVCTL,
        )


def of_drain(newest_migration: int, *, for_scale: bool = False) -> str:
    """Return the disabled_reason that a drain writes.

    A run that takes over another's work can tell by the number which cold
    migrations belong to the drain and are to be confirmed.
    """
    drain = identity.REASON_SCALE if for_scale else identity.REASON_DRAIN
    return f'{drain} after migration {newest_migration}'


def of_undo(newest_migration: int | None) -> str:
    """Return the disabled_reason that takes a drain back.

    A run of that drain, wherever it is, reads it and sends nobody away.

    :param newest_migration: as the drain has written it
    """
    if newest_migration is None:
        return identity.REASON_UNDO
    return f'{identity.REASON_UNDO} after migration {newest_migration}'


def parse(text: str | None) -> DisabledReason:
    """Read a disabled_reason."""
    if not text:
        return DisabledReason(DisabledBy.NOTHING)
    if text == NOVA_DISABLED_NEW:
        return DisabledReason(DisabledBy.NOVA)
    if text == identity.REASON_CREATE:
        return DisabledReason(DisabledBy.CREATE)
    undone = text.startswith(identity.REASON_UNDO)
    if undone or text.startswith(identity.REASON_DRAIN):
        found = _AFTER.match(text)
        after = None if found is None else int(found[1])
        return DisabledReason(
            DisabledBy.DRAIN,
            after,
            undone,
            text.startswith(identity.REASON_SCALE),
        )
    if text.startswith(identity.REASON_PREFIX):
        return DisabledReason(DisabledBy.HVCTL)
    return DisabledReason(DisabledBy.OTHERS)
