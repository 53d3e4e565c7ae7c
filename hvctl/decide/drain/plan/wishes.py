# SPDX-License-Identifier: Apache-2.0
"""Reads what the owner of a guest wants, in its metadata and its tags."""

from __future__ import annotations

import typing

from hvctl.model.drain_options import Wish
from hvctl.model.guest_codes import GuestCode
from hvctl.model.reasons import Reason
from hvctl.model.records import Server

#: Metadata with which the owner of a guest says what is to become of it ...
WISH_KEY = 'hvctl:drain'
#: ... and when: greater numbers first.
PRIORITY_KEY = 'hvctl:drain-priority'


class Wishes(typing.NamedTuple):
    """What the owner of a guest said.

    :ivar wish: what is to become of it; None where nothing is known
    :ivar remarks: every wish and priority, followed or not
    :ivar tagged: it is said by a tag
    """

    wish: Wish | None
    remarks: tuple[Reason, ...]
    tagged: bool


def of(guest: Server) -> Wishes:
    """Return what the owner of a guest said: by metadata, else by a tag."""
    tagged = (
        tag.removeprefix(f'{WISH_KEY}=')
        for tag in sorted(guest.tags)
        if tag.startswith(f'{WISH_KEY}=')
    )
    in_metadata = guest.metadata.get(WISH_KEY)
    said = in_metadata or next(tagged, '')
    wish = next((each for each in Wish if each == said), None)
    remarks = []
    if said and wish is not Wish.STAY:
        code = GuestCode.WISH_UNKNOWN if wish is None else GuestCode.WISH
        remarks.append(Reason.of(code, key=WISH_KEY, wish=shown(said)))
    first = guest.metadata.get(PRIORITY_KEY)
    if first is not None:
        known = _number(first) is not None
        code = GuestCode.PRIORITY if known else GuestCode.PRIORITY_UNKNOWN
        remarks.append(
            Reason.of(code, key=PRIORITY_KEY, priority=shown(first))
        )
    return Wishes(wish, tuple(remarks), not in_metadata)


def priority(guest: Server) -> int:
    """Return how early its owner wants a guest moved; 0 by default."""
    return _number(guest.metadata.get(PRIORITY_KEY, '')) or 0


def shown(text: str) -> str:
    """Return what a tenant wrote, without what a terminal would obey."""
    return text if text.isprintable() else repr(text)


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
