# SPDX-License-Identifier: Apache-2.0
"""Reads a nova.conf fragment, so far as its words decide something here.

The text is handed on as it is: an option may stand in it more than once
(device_spec does), which the standard library's parser would lose.
"""

from __future__ import annotations

import dataclasses
import re

from hvctl import exceptions

_SECTION = re.compile(r'\[\s*([^\]\s][^\]]*?)\s*\]\s*([#;].*)?$')
_OPTION = re.compile(r'([^\s=:#;\[][^=:]*?)\s*[=:]\s*(.*)$')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A nova.conf fragment.

    :ivar text: as it was given; may hold secrets
    :ivar transport_url: of its [DEFAULT] section; a secret
    """

    text: str = dataclasses.field(repr=False)
    transport_url: str | None = dataclasses.field(repr=False)


def read(text: str, source: str) -> Fragment:
    """Check a fragment.

    :param text: its text
    :param source: what to call it in an error, usually the file's name
    :raises InvalidRequest: when it is no nova.conf, or sets what hvctl sets;
        the message has the line's number, never its text
    """
    section: str | None = None
    transport_url = None
    for number, line in enumerate(text.splitlines(), start=1):
        where = f'{source}, line {number}'
        if not line.strip() or line.lstrip()[0] in '#;':
            continue
        if found := _SECTION.match(line):
            section = found[1]
            continue
        if line[0].isspace():
            continue  # goes on with the value of the line above
        option = _OPTION.match(line)
        if option is None:
            raise exceptions.InvalidRequest(
                f'{where} is neither a [section] nor an option = value'
            )
        if section is None:
            raise exceptions.InvalidRequest(
                f'{where} has an option before the first [section]'
            )
        if section == 'DEFAULT' and option[1] == 'host':
            raise exceptions.InvalidRequest(
                f'{where} sets host, which hvctl sets to the name of the '
                'hypervisor: remove that line'
            )
        if section == 'DEFAULT' and option[1] == 'transport_url':
            transport_url = option[2].strip()
    if section is None:
        raise exceptions.InvalidRequest(
            f'{source} has no [section], so it is no nova.conf'
        )
    return Fragment(text=text, transport_url=transport_url)
