# SPDX-License-Identifier: Apache-2.0
"""Tests of guests that find no way to another host."""

from __future__ import annotations

import datetime
import unittest

from hvctl.decide.drain.moves import transports
from hvctl.decide.wording import rendering
from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import Guest
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.move import Treatment
from hvctl.model.reasons import Reason
from hvctl.tests.fixtures import clocks

SSH = (
    'Resize error: not able to execute ssh command: Unexpected error while '
    'running command. Command: ssh -o BatchMode=yes 10.0.0.2 mkdir -p '
    '/var/lib/nova/instances/g1 Exit code: 255 Stderr: {}'
)
NO_WORDS = Reason.of(
    GuestCode.NO_WORDS, migration_id=5, status='failed', host='hv1'
)
NO_WAY = Reason.of(GuestCode.NO_WAY, kind='host-key', message='no')
#: As Nova 34 has it, which is a record of 255 characters.
RECORDED = (
    'Resize error: not able to execute ssh command: Unexpected error while '
    'running command.\nCommand: ssh -o BatchMode=yes {} mkdir -p /var/lib/'
    'nova/instances/dbc3b80b-d7c5-4f92-a3f1-ab2dc1d520b3\nExit code: 255\n'
    "Stdout: ''\nStderr: {!r}"
)


def a_move(
    server_id: str,
    state: MoveState = MoveState.PLANNED,
    reason: Reason | None = None,
    method: Method = Method.COLD,
) -> Move:
    """Return the move of a guest."""
    return Move(
        hypervisor='hv1',
        source='hv1',
        guest=Guest(id=server_id),
        treatment=Treatment(method=method),
        state=state,
        reason=reason,
    )


def at(seconds: float) -> datetime.datetime:
    """Return a moment of a drain."""
    return clocks.START + datetime.timedelta(seconds=seconds)


class TestKind(unittest.TestCase):
    """What a host lacks."""

    def test_kinds(self) -> None:
        """It follows from the words of SSH and of libvirt."""
        for expected, words in (
            ('host-key', SSH.format('Host key verification failed.')),
            (
                'authentication',
                SSH.format('nova@10.0.0.2: Permission denied (publickey).'),
            ),
            (
                'name',
                SSH.format('ssh: Could not resolve hostname h2: Name or'),
            ),
            (
                'refused',
                SSH.format('ssh: connect to host h2: Connection refused'),
            ),
            ('refused', SSH.format('connect to host h2: No route to host')),
            ('unknown', SSH.format('')),
            (
                'refused',
                "unable to connect to server at '10.0.0.2:16514': Connection "
                'refused',
            ),
            (
                'certificate',
                'The server certificate is not trusted: no known issuer',
            ),
            ('certificate', 'Certificate does not match the hostname h2'),
            ('authentication', 'authentication failed: Failed to start SASL'),
        ):
            with self.subTest(words=words):
                self.assertEqual(expected, transports.kind(words))
                reason = Reason.of(
                    GuestCode.NO_WAY, kind=expected, message=words
                )
                self.assertIn('page on migrations', rendering.remedy(reason))

    def test_recorded(self) -> None:
        """It follows from the beginning of what SSH said."""
        for expected, words in (
            (
                'host-key',
                'No ED25519 host key is known for {} and you have requested '
                'strict checking.\r\nHost key verification failed.\r\n',
            ),
            ('host-key', '@' * 59),
            ('refused', 'ssh: connect to host {} port 22: No route to host'),
            ('authentication', 'nova@{}: Permission denied (publickey).\r\n'),
            ('name', 'ssh: Could not resolve hostname {}: Name or service'),
            ('unknown', 'Load key: error in libcrypto'),
        ):
            for address in ('10.0.0.2', '192.168.100.100'):
                with self.subTest(words=words, address=address):
                    stderr = words.format(address)
                    recorded = RECORDED.format(address, stderr)[:255]
                    self.assertEqual(expected, transports.kind(recorded))

    def test_others(self) -> None:
        """Other failures are of one guest, or of one host."""
        for words in (
            'No valid host was found. There are not enough hosts available.',
            "[Errno 13] Permission denied: '/var/lib/nova/instances/g1'",
            'Image signature certificate validation failed for certificate: 7',
            'Insufficient compute resources: Free memory 0.00 MB',
            'no disk',
        ):
            with self.subTest(words=words):
                self.assertIsNone(transports.kind(words))


class TestBlocked(unittest.TestCase):
    """By which method nobody goes any more."""

    def test_first(self) -> None:
        """The one whose guest found no way, tried again or not."""
        for state, reason in (
            (MoveState.FAILED, NO_WAY),
            (
                MoveState.PLANNED,
                Reason.of(GuestCode.TRIED_AGAIN, cause=NO_WAY),
            ),
        ):
            with self.subTest(state=state):
                moves = [
                    a_move('g1', state, reason),
                    a_move('g2'),
                    a_move('g3', method=Method.LIVE),
                ]

                found = transports.blocked(moves, ())

                self.assertEqual({Method.COLD}, found.keys())
                block = found[Method.COLD]
                self.assertEqual(
                    Reason.of(
                        GuestCode.NOT_SENT, server_id='g1', cause=NO_WAY
                    ),
                    transports.reason_of(moves[1], block),
                )
                self.assertEqual(NO_WAY, transports.reason_of(moves[0], block))

    def test_proven(self) -> None:
        """Where one has left by it, the other host may be at fault."""
        moves = [a_move('g1', MoveState.FAILED, NO_WAY)]
        for proven, expected in (
            ((), {Method.COLD}),
            ((Method.LIVE,), {Method.COLD}),
            ((Method.COLD,), set()),
        ):
            self.assertEqual(
                expected, transports.blocked(moves, proven).keys()
            )

    def test_in_a_row(self) -> None:
        """Four that failed since one has left by it are enough."""
        for failed, left_at, expected in (
            (4, None, {Method.COLD}),
            (3, None, set()),
            (4, 9, {Method.COLD}),
            (4, 11, set()),
            (4, 13, set()),
            (8, 13, {Method.COLD}),
        ):
            with self.subTest(failed=failed, left_at=left_at):
                moves = [
                    a_move(f'g{number}', MoveState.FAILED, NO_WAY).but(
                        tried_at=at(10 + number)
                    )
                    for number in range(failed)
                ]
                # Of these nobody was tried by this run, or by this method.
                moves += [a_move('g8', MoveState.FAILED, NO_WAY)] * 4
                moves += [a_move('g9', method=Method.LIVE)] * 4
                if left_at is not None:
                    left = a_move('g0', MoveState.MOVED)
                    moves.append(left.but(ended_at=at(left_at)))

                self.assertEqual(
                    expected,
                    transports.blocked(moves, {Method.COLD}).keys(),
                )

    def test_without_words(self) -> None:
        """One that nobody explains counts when it is not tried again."""
        for state, reason, counts in (
            (MoveState.FAILED, NO_WORDS, True),
            (
                MoveState.FAILED,
                Reason.of(GuestCode.BROKE_HERE, cause=NO_WORDS),
                True,
            ),
            (
                MoveState.PLANNED,
                Reason.of(GuestCode.TRIED_AGAIN, cause=NO_WORDS),
                False,
            ),
            (
                MoveState.MOVING,
                Reason.of(GuestCode.TRIED_AGAIN, cause=NO_WORDS),
                False,
            ),
        ):
            with self.subTest(state=state, reason=reason):
                move = a_move('g1', state, reason, Method.LIVE)

                self.assertEqual(
                    {Method.LIVE} if counts else set(),
                    transports.blocked([move], ()).keys(),
                )
                self.assertEqual(
                    state is MoveState.PLANNED,
                    transports.is_doubted(move.but(unexplained=True)),
                )
                self.assertFalse(transports.is_doubted(move))

    def test_others(self) -> None:
        """Another reason, or none, blocks nothing."""
        other = Reason.of(GuestCode.NOVA_SAYS, message='no disk')
        for reason in (
            None,
            other,
            Reason.of(GuestCode.TRIED_AGAIN, cause=other),
        ):
            move = a_move('g1', MoveState.FAILED, reason)
            self.assertEqual({}, transports.blocked([move], ()))
