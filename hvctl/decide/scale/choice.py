# SPDX-License-Identifier: Apache-2.0
"""Decides what brings a profile to a number of hypervisors.

What takes guests goes last, and no more of that than the number allows.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum

from hvctl import exceptions
from hvctl.decide.hypervisor import phases
from hvctl.decide.scale.fleet import COUNTED
from hvctl.decide.scale.fleet import Fleet
from hvctl.decide.scale.fleet import Standing
from hvctl.model.hypervisor import Hypervisor, Phase


class Because(enum.StrEnum):
    """Why one goes rather than another; the first go first."""

    GOING = 'it is going already'
    FAILED = 'its deploy has failed'
    NOT_UP = 'it does not take guests'
    EXPIRED = 'it has expired'
    EMPTY = 'it is empty'
    CHEAPEST = 'it has the least memory to move'


_ORDER = tuple(Because)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """One that goes.

    :ivar memory: how much memory it has in use, in MiB
    """

    name: str
    because: Because
    memory: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is done to get to a number.

    :ivar back: those that a drain has closed and that take guests again
    :ivar finish: those that are on the way, and stay
    :ivar missing: how many more are made
    :ivar go: those that are emptied and deleted, the first first
    :ivar closed: those that do not count since somebody has closed them
    :ivar kept: those by whose protection the number is not reached
    """

    back: tuple[str, ...] = ()
    finish: tuple[str, ...] = ()
    missing: int = 0
    go: tuple[Victim, ...] = ()
    closed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def choose(fleet: Fleet, target: int, now: datetime.datetime) -> Choice:
    """Choose what comes, and what goes.

    :param fleet: of which nothing is unseen
    :param target: how many are wanted
    :param now: the time of the cloud that has the servers
    """
    lacking = max(0, target - fleet.count)
    closed = sorted(hv.name for hv in fleet.of(Standing.GOING) if _back(hv))
    back = closed[:lacking]
    surplus = _surplus(fleet, target, now)
    leaving = {hv.name for hv in surplus}
    going = leaving | {
        hv.name
        for hv in fleet.of(Standing.GOING, Standing.FAILED)
        if hv.name not in back and hv.protection(now) is None
    }

    def staying(*standings: Standing) -> tuple[str, ...]:
        names = {hv.name for hv in fleet.of(*standings)}
        return tuple(sorted(names - leaving))

    short = fleet.count - len(surplus) > target
    return Choice(
        back=(*staying(Standing.BACK), *back),
        finish=staying(Standing.COMING),
        missing=lacking - len(back),
        go=tuple(
            Victim(
                name=hv.name,
                because=_because(hv, how, now),
                memory=_memory(hv),
            )
            for hv, how in sorted(
                (each for each in fleet.members if each[0].name in going),
                key=lambda each: _key(each[0], each[1], now),
            )
        ),
        closed=staying(Standing.CLOSED),
        kept=tuple(
            sorted(
                hv.name
                for hv in fleet.of(*COUNTED)
                if short and hv.protection(now) is not None
            )
        ),
    )


def wanted(count: int, profile: str, to: int | None, by: int | None) -> int:
    """Return how many are wanted.

    :param count: how many there are
    :param to: how many, if that was said
    :param by: how many more, or fewer, if that was
    :raises InvalidRequest: when there are not so many
    """
    target = count + (by or 0) if to is None else to
    if target < 0:
        raise exceptions.InvalidRequest(
            f'--by {by}: there are only {count} of profile {profile}'
        )
    return target


def _surplus(
    fleet: Fleet, target: int, now: datetime.datetime
) -> list[Hypervisor]:
    """Return those of the counted that go."""
    spare = max(0, len(fleet.of(Standing.USABLE)) - target)
    counted = sorted(
        (each for each in fleet.members if each[1] in COUNTED),
        key=lambda each: _key(each[0], each[1], now),
    )
    chosen: list[Hypervisor] = []
    for hv, how in counted:
        if len(chosen) >= fleet.count - target:
            break
        if hv.protection(now) is not None:
            continue
        if how is Standing.USABLE:
            if not spare:
                break
            spare -= 1
        chosen.append(hv)
    return chosen


def _key(
    hv: Hypervisor, how: Standing, now: datetime.datetime
) -> tuple[int, int, float, str]:
    """Sort those first that go first: of equals the newest, then by name."""
    because = _because(hv, how, now)
    created = hv.server.created_at if hv.server is not None else None
    return (
        _ORDER.index(because),
        0 if because is Because.EMPTY else _memory(hv),
        -created.timestamp() if created is not None else 0.0,
        hv.name,
    )


def _because(hv: Hypervisor, how: Standing, now: datetime.datetime) -> Because:
    if how is Standing.GOING:
        return Because.GOING
    if how is Standing.FAILED:
        return Because.FAILED
    if how is not Standing.USABLE:
        return Because.NOT_UP
    if hv.has_expired(now):
        return Because.EXPIRED
    return Because.CHEAPEST if hv.guests_count != 0 else Because.EMPTY


def _memory(hv: Hypervisor) -> int:
    node = hv.compute_node
    return (node.memory_mb_used or 0) if node is not None else 0


def _back(hv: Hypervisor) -> bool:
    """Return whether one that a scale has closed can take guests again."""
    return (
        hv.opened
        and hv.service is not None
        and hv.service.up
        and hv.service.disabled.for_scale
        and phases.status(hv).phase in (Phase.DRAINING, Phase.DRAINED)
    )
