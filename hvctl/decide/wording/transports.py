# SPDX-License-Identifier: Apache-2.0
"""The words for whether a host gets to others, and what it lacks for that."""

from __future__ import annotations

from hvctl.decide.wording.templates import Words
from hvctl.model.codes import Code
from hvctl.model.guest_codes import GuestCode
from hvctl.model.guest_codes import Lack
from hvctl.model.reasons import Facts

#: What a host lacks to reach others.
_LACKS = {
    Lack.REFUSED: (
        'nothing listens on the other host, or a firewall is between'
    ),
    Lack.CERTIFICATE: (
        "one of both hosts does not trust the other's certificate, or it has "
        'ended'
    ),
    Lack.HOST_KEY: "the host does not know the other one's key of SSH",
    Lack.AUTHENTICATION: 'the other host does not let this one in',
    Lack.NAME: "the host does not know the other one's name",
    Lack.UNKNOWN: 'SSH as nova does not get to the other host',
}


def way(facts: Facts) -> str:
    """Return what to look at, by its kind."""
    lacks = _LACKS[Lack(str(facts['kind']))]
    return f'{lacks}: see the page on migrations, "No guest leaves"'


def look_into_log(facts: Facts) -> str:
    """Return where the words are that Nova does not tell."""
    return (
        f'the words are in the log of nova-compute on {facts["host"]}: see '
        'the page on migrations, "No guest leaves"'
    )


WORDS: dict[Code, Words] = {
    GuestCode.AWAITS_FIRST: Words(
        'guest {server_id} goes first by {method}, alone'
    ),
    GuestCode.NO_WAY: Words('{message}', way, ('kind', 'message')),
    GuestCode.NO_WORDS: Words(
        'the migration had begun and ended as {status}; Nova does not say why',
        look_into_log,
        ('host',),
    ),
    GuestCode.NOT_SENT: Words(
        'not sent, since guest {server_id}, which went before by the same '
        'method, got to no other host: {cause}',
        'mend that for the host, and the same command again goes on',
    ),
}
