# SPDX-License-Identifier: Apache-2.0
"""The page of recovery has a row for each state that a person can meet."""

from __future__ import annotations

import re
import unittest

import drawings

from hvctl.decide.wording import rendering
from hvctl.model.codes import Code, OutcomeCode, StatusCode
from hvctl.model.guest_codes import GuestCode
from hvctl.model.hypervisor import Phase

PAGE = drawings.PAGES / 'user' / 'recovery.rst'

#: Codes of what goes well, passes by itself or is only part of another
#: reason: there is nothing to do about any of them.
NOTHING_TO_DO: frozenset[Code] = frozenset(
    {
        StatusCode.ENABLED,
        StatusCode.MAKING,
        StatusCode.PORT_DIFFERS,
        StatusCode.OTHERS_TURN,
        StatusCode.DEPLOYING_ANEW,
        StatusCode.HOLD_UNKNOWN,
        StatusCode.TRAIT_LEFT,
        StatusCode.RENAMING,
        StatusCode.JOINING,
        StatusCode.TEST_GUEST_BOOTS,
        StatusCode.TEST_GUEST_AWAITED,
        StatusCode.TEST_GUEST_MOVES,
        StatusCode.TEST_GUEST_RETURNS,
        StatusCode.TEST_GUEST_GOES,
        StatusCode.TEST_PORT_GOES,
        StatusCode.TEST_ENDED,
        StatusCode.CELL_AWAITED,
        StatusCode.SERVICE_STILL_UP,
        StatusCode.MACHINE_SOUGHT,
        StatusCode.MACHINE_RUNS,
        StatusCode.AGENTS_ALIVE,
        StatusCode.TEARING_DOWN,
        StatusCode.CLEARING,
        StatusCode.GUESTS_PLANNED,
        StatusCode.GUESTS_MOVED,
        StatusCode.EMPTYING,
        StatusCode.COLD_MIGRATIONS_OPEN,
        StatusCode.LIVE_MIGRATIONS_OPEN,
        OutcomeCode.DONE,
        OutcomeCode.NOTED,
        OutcomeCode.ALREADY_ENABLED,
        OutcomeCode.REQUESTED,
        OutcomeCode.REMOVED,
        OutcomeCode.ALREADY_GONE,
        OutcomeCode.WOULD_LEAVE,
        OutcomeCode.UNDER_WAY,
        OutcomeCode.LEFT_AS_ASKED,
        OutcomeCode.HAD_NO_GUESTS,
        OutcomeCode.WAS_NOT_DRAINED,
        GuestCode.MAY_STAY,
        GuestCode.LIVE_INSTEAD,
        GuestCode.COLD_INSTEAD,
        GuestCode.IS_SUSPENDED,
        GuestCode.IS_SHELVED,
        GuestCode.VTPM_OF_OWNER,
        GuestCode.VTPM_OF_HOST,
        GuestCode.VTPM_OF_NOVA,
        GuestCode.ENCRYPTED_VOLUMES,
        GuestCode.ENCRYPTION_UNKNOWN,
        GuestCode.MEMORY_ENCRYPTED,
        GuestCode.PCI_DEVICE,
        GuestCode.WISH,
        GuestCode.WISH_UNKNOWN,
        GuestCode.PRIORITY,
        GuestCode.PRIORITY_UNKNOWN,
        GuestCode.TRIES_OUT,
        GuestCode.LOCKED,
        GuestCode.HAS_PORT,
        GuestCode.HAS_PCI_DEVICE,
        GuestCode.HAS_VIRTUAL_GPU,
        GuestCode.HAS_VTPM,
        GuestCode.HAS_CONFIG_DRIVE,
        GuestCode.HAS_VOLUMES,
        GuestCode.BOOTS_FROM_VOLUME,
        GuestCode.ROOM_DOUBTFUL,
        GuestCode.ROOM_UNKNOWN,
        GuestCode.HOSTS_WITH_ROOM,
        GuestCode.AWAITS_TURN,
        GuestCode.AWAITS_FIRST,
        GuestCode.HELD_BACK,
        GuestCode.ASKED_FOR,
        GuestCode.REFUSED_NOW,
        GuestCode.TRIED_AGAIN,
        GuestCode.IS_DELETED,
        GuestCode.SHELVED_BY_DRAIN,
        GuestCode.SHELVED_BY_OTHERS,
        GuestCode.IS_BACK,
        GuestCode.MOVED_BY_OTHERS,
    }
)

#: What has a name is listed within ``name-taken`` and its like.
MET: tuple[Code, ...] = (*StatusCode, *OutcomeCode, *GuestCode)


def rows() -> list[list[str]]:
    """Return the cells of each row of the page's tables."""
    found: list[list[str]] = []
    for line in PAGE.read_text().splitlines():
        if line.startswith('   * - '):
            found.append([line[7:]])
        elif line.startswith('     - '):
            found[-1].append(line[7:])
        elif line.startswith('       '):
            found[-1][-1] += line[6:]
    return found


def named(cell: str) -> set[str]:
    """Return what stands between double backticks."""
    return set(re.findall(r'``([a-z][a-z -]*)``', cell))


class TestRecovery(unittest.TestCase):
    """What a person can meet, and what is to be done then."""

    def test_codes(self) -> None:
        """Each code has a row, or there is nothing to do about it."""
        told = set()
        for row in rows():
            told |= named(' '.join(row[:2]))

        self.assertEqual(
            [],
            [
                str(code)
                for code in MET
                if code not in NOTHING_TO_DO and str(code) not in told
            ],
        )

    def test_nothing_to_do(self) -> None:
        """Where there is nothing to do, no words say what to type."""
        self.assertEqual(
            [],
            [c for c in NOTHING_TO_DO if rendering.WORDS[c].remedy],
        )

    def test_phases(self) -> None:
        """Each phase has a row of its own."""
        told = set()
        for row in rows():
            told |= named(row[0])

        self.assertLessEqual({*Phase}, told)

    def test_known(self) -> None:
        """What stands first in a row is a code or a phase that there is."""
        known = {str(each) for each in (*MET, *Phase)}

        for row in rows():
            with self.subTest(row=row[0]):
                codes = row[0].partition(' after ')[0]
                self.assertLessEqual(named(codes), known)

    def test_whole(self) -> None:
        """Each row says what is so, and what to do."""
        for row in rows():
            with self.subTest(row=row[0]):
                self.assertEqual(3, len(row))
                self.assertTrue(all(cell.strip() for cell in row))
