# SPDX-License-Identifier: Apache-2.0
"""Decides what becomes of a drain whose guests find no way to other hosts.

What a host lacks to reach others it lacks for every guest: a trusted
authority, a key, an open port.  So the first that fails for that, before any
has left by the same method, is the last.

It goes by the words of SSH, of which Nova hands on the beginning from a cold
migration (255 characters with the command, nova/compute/utils.py), and of
libvirt, where Nova does so.  nova-compute keeps those of a live migration to
its log (nova/compute/manager.py, ``_do_live_migration``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import re

from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.guest_codes import Lack
from hvctl.model.move import Move
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


def kind(words: str) -> Lack | None:
    """Tell what a host lacks to reach another one.

    :param words: why a migration failed
    :returns: None where that was for something else
    """
    for lack, pattern in _KINDS.items():
        if pattern.search(words):
            return lack
    return None


def blocked(moves: Iterable[Move]) -> Mapping[Method, Reason]:
    """Return the methods by which nobody is to be sent away any more, and why.

    :param moves: of one hypervisor
    """
    moves = list(moves)
    proven = {move.treatment.method for move in moves if move.state.has_left}
    found: dict[Method, Reason] = {}
    for move in moves:
        reason, method = _no_way(move), move.treatment.method
        if reason is None or method is None or method in proven:
            continue
        found.setdefault(
            method,
            Reason.of(
                GuestCode.NOT_SENT, server_id=move.guest.id, cause=reason
            ),
        )
    return found


def reason_of(move: Move, block: Reason) -> Reason:
    """Return why a guest is not sent: its own reason, or another's."""
    return _no_way(move) or block


def _no_way(move: Move) -> Reason | None:
    """Return why the last request for a guest found no way to another host."""
    reason = move.reason
    if reason is not None and reason.code is GuestCode.TRIED_AGAIN:
        cause = reason.facts['cause']
        reason = cause if isinstance(cause, Reason) else None
    if reason is None or reason.code is not GuestCode.NO_WAY:
        return None
    return reason
