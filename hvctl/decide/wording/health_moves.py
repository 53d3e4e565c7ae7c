# SPDX-License-Identifier: Apache-2.0
"""The words for how the moves of a test guest ended."""

from __future__ import annotations

from hvctl.decide.wording import commands
from hvctl.decide.wording import transports
from hvctl.decide.wording.templates import Words
from hvctl.model.codes import Code, OutcomeCode
from hvctl.model.guest_codes import GuestCode
from hvctl.model.reasons import Facts
from hvctl.model.reasons import Reason


def _move_remedy(facts: Facts) -> str:
    """Return what to mend: what a host lacks, or what its log tells."""
    why = facts['why']
    if isinstance(why, Reason):
        if why.code is GuestCode.NO_WAY:
            return transports.way(why.facts)
        if why.code is GuestCode.NO_WORDS:
            return transports.look_into_log(why.facts)
    again = commands.CREATE.format(**facts)
    return f'when that is mended, {again} tries again'


WORDS: dict[Code, Words] = {
    OutcomeCode.TEST_MOVE_FAILED: Words(
        'the health test of {name} failed: its guest could not be moved '
        '({method}) from {source} to {destination}: {why}; it stays closed',
        _move_remedy,
        ('name', 'why'),
    ),
    OutcomeCode.TEST_MOVE_LATE: Words(
        'the test guest was {server_status} for {seconds} s: {status}'
    ),
    OutcomeCode.TEST_MOVE_NO_ROOM: Words(
        'for {seconds} s no other host had room for the test guest: there are '
        'others on {hosts}'
    ),
    OutcomeCode.TEST_NOT_MOVED: Words(
        'done; not tested whether guests can move: there is no other host in '
        'its zone that takes a test guest',
        'see the page on migrations, "Tried before anybody comes"',
    ),
}
