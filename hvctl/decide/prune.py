# SPDX-License-Identifier: Apache-2.0
"""Decides which hypervisors are to go since they have expired."""

from __future__ import annotations

from collections.abc import Iterable
import dataclasses
import datetime

from hvctl.model.disabled_reason import DisabledBy
from hvctl.model.hypervisor import Hypervisor


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who goes, and who would.

    :ivar due: what has expired long enough ago, or was being deleted as its
        server went
    :ivar protected: what has expired, and stays as long as it is protected
    :ivar soon: what is due soon, and when
    """

    due: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    soon: tuple[tuple[str, datetime.datetime], ...] = ()


def choose(
    hypervisors: Iterable[Hypervisor],
    now: datetime.datetime,
    grace: datetime.timedelta,
    ahead: datetime.timedelta,
) -> Choice:
    """Choose those that are to go, those that have expired first.

    :param now: the time of the cloud that has the servers
    :param grace: how long ago they must have expired
    :param ahead: what is due within that time is due soon
    """
    due, protected, soon = [], [], []
    for hv in sorted(hypervisors, key=lambda hv: hv.name):
        if is_left(hv):
            due.append((now, hv.name))
            continue
        at = hv.goes_at(grace)
        if at is None:
            continue
        if at > now:
            if at - now <= ahead:
                soon.append((hv.name, at))
        elif hv.protection(now) is not None:
            protected.append(hv.name)
        else:
            due.append((at, hv.name))
    return Choice(
        due=tuple(name for _, name in sorted(due)),
        protected=tuple(protected),
        soon=tuple(soon),
    )


def is_left(hv: Hypervisor) -> bool:
    """Return whether a delete of ours was stopped after its server went."""
    return (
        hv.server is None
        and not hv.elsewhere
        and hv.service is not None
        and hv.service.disabled.by is DisabledBy.HVCTL
    )
