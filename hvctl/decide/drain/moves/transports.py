# SPDX-License-Identifier: Apache-2.0
"""Decides what becomes of a drain whose guests find no way to other hosts.

What a host lacks to reach others it lacks for every guest: a trusted
authority, a key, an open port.  So the first that fails for that, before any
has left by the same method, is the last.  Where one has left, it may be the
other host that is at fault, or a certificate that has ended since: some in a
row are the last then.

It goes by the words of SSH, of which Nova hands on the beginning from a cold
migration (255 characters with the command, nova/compute/utils.py), and of
libvirt, where Nova does so.  nova-compute keeps those of a live migration that
it has begun to its log (nova/compute/manager.py, ``_do_live_migration``): the
instance action has no event for that, and the guest no fault.  What fails
before, at the conductor or at the destination, has both.  So one without words
counts too, once the same guest has used up its tries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
import re

from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.guest_codes import Lack
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.model.reasons import Reason

#: What is wrong, by the words for it: the first that is found counts, since
#: the last is there beside others.
_KINDS = {
    Lack.HOST_KEY: re.compile(
        'host key verification failed|remote host identification has changed|'
        # The same, as far as Nova hands it on.
        "stderr: '(?:no [a-z0-9]+ host k|@@@@)",
        re.IGNORECASE,
    ),
    Lack.CERTIFICATE: re.compile(
        '(?:server|client|peer) certificate|certificate does not match|'
        'certificate (?:is not trusted|has expired|failed validation)|'
        'known issuer|tls handshake',
        re.IGNORECASE,
    ),
    Lack.AUTHENTICATION: re.compile(
        r'permission denied \(|authentication (?:failed|unavailable)|'
        'too many authentication failures|'
        "stderr: '[^' ]+@",
        re.IGNORECASE,
    ),
    Lack.NAME: re.compile(
        'could not resolve hostname|unable to resolve address|'
        'name or service not known|temporary failure in name resolution|'
        "stderr: 'ssh: cou",
        re.IGNORECASE,
    ),
    Lack.REFUSED: re.compile(
        'unable to connect to server|connection (?:refused|timed out)|'
        "no route to host|network is unreachable|stderr: 'ssh: con",
        re.IGNORECASE,
    ),
    Lack.UNKNOWN: re.compile('not able to execute ssh command', re.IGNORECASE),
}

#: So many in a row are enough where guests have left by the same method.
IN_A_ROW = 4

#: What is said of a guest that is tried again, or that broke: because of what.
_WITH_CAUSE = frozenset({GuestCode.TRIED_AGAIN, GuestCode.BROKE_HERE})


def kind(words: str) -> Lack | None:
    """Tell what a host lacks to reach another one.

    :param words: why a migration failed
    :returns: None where that was for something else
    """
    for lack, pattern in _KINDS.items():
        if pattern.search(words):
            return lack
    return None


def blocked(
    moves: Iterable[Move], proven: Collection[Method]
) -> Mapping[Method, Reason]:
    """Return the methods by which nobody is to be sent away any more, and why.

    :param moves: of one hypervisor
    :param proven: the methods by which it got to another host
    """
    moves = list(moves)
    found: dict[Method, Reason] = {}
    for method in Method:
        own = [move for move in moves if move.treatment.method is method]
        lost = _in_a_row(own) if method in proven else own
        causes = [
            (move.guest.id, reason)
            for move in lost
            if (reason := _no_way(move)) is not None
        ]
        if len(causes) >= (IN_A_ROW if method in proven else 1):
            server_id, cause = causes[0]
            found[method] = Reason.of(
                GuestCode.NOT_SENT, server_id=server_id, cause=cause
            )
    return found


def _in_a_row(moves: Iterable[Move]) -> list[Move]:
    """Return those that were tried in vain since the last one that left."""
    moves = list(moves)
    left = [
        move.progress.ended_at
        for move in moves
        if move.state is MoveState.MOVED and move.progress.ended_at is not None
    ]
    return [
        move
        for move in moves
        if move.progress.tried_at is not None
        and not any(move.progress.tried_at <= at for at in left)
    ]


def reason_of(move: Move, block: Reason) -> Reason:
    """Return why a guest is not sent: its own reason, or another's."""
    return _no_way(move) or block


def is_doubted(move: Move) -> bool:
    """Return whether a guest is tried again that failed without words."""
    return move.state is MoveState.PLANNED and move.progress.unexplained


def _no_way(move: Move) -> Reason | None:
    """Return why the last request for a guest found no way to another host."""
    reason = _cause(move)
    if reason is None:
        return None
    if reason.code is GuestCode.NO_WORDS:
        return reason if move.state is MoveState.FAILED else None
    return reason if reason.code is GuestCode.NO_WAY else None


def _cause(move: Move) -> Reason | None:
    """Return why the last request for a guest came to nothing."""
    reason = move.reason
    if reason is None or reason.code not in _WITH_CAUSE:
        return reason
    cause = reason.facts['cause']
    return cause if isinstance(cause, Reason) else None
