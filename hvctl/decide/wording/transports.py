# SPDX-License-Identifier: Apache-2.0
"""The words for what a host lacks to reach others."""

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


def _way(facts: Facts) -> str:
    """Return what to look at, by its kind."""
    lacks = _LACKS[Lack(str(facts['kind']))]
    return f'{lacks}: see the page on migrations, "No guest leaves"'


WORDS: dict[Code, Words] = {
    GuestCode.NO_WAY: Words('{message}', _way, ('kind', 'message')),
    GuestCode.NOT_SENT: Words(
        'not sent, since the host got to no other one with guest {server_id}: '
        '{cause}',
        'mend that for the host, and the same command again goes on',
    ),
}
