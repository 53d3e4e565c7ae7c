# SPDX-License-Identifier: Apache-2.0
"""Reads the parts of a nova.conf fragment that hvctl needs.

The text is handed on as it is: an option may stand in it more than once
(device_spec does).
"""

from __future__ import annotations

import dataclasses

from hvctl import exceptions
from hvctl.userdata.configuration import nova


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A nova.conf fragment.

    :ivar text: as it was given; may hold secrets
    :ivar transport_url: of its [DEFAULT] section; a secret
    :ivar ram_ratio: what Nova makes of each MiB of the host's memory
    """

    text: str = dataclasses.field(repr=False)
    transport_url: str | None = dataclasses.field(repr=False)
    ram_ratio: float


def read(text: str, source: str) -> Fragment:
    """Check a fragment.

    :param text: its text
    :param source: what to call it in an error, usually the file's name
    :raises InvalidRequest: when nova-compute could not read it, or it sets
        what hvctl sets; the message has the line's number, never its text
    """
    from hvctl.userdata.own_nova_conf import parser

    found = parser.Parser(source)
    found.read(text)
    if not found.sections:
        raise exceptions.InvalidRequest(
            f'{source} has no [section], so it is no nova.conf'
        )
    transport_url = None
    # The last one counts, as in Nova.
    default = {
        option.option: option.value
        for option in found.assignments
        if option.section == 'DEFAULT'
    }
    for option in found.assignments:
        where = found.where(option.line)
        if option.section != 'DEFAULT':
            continue
        if option.option == 'host':
            raise exceptions.InvalidRequest(
                f'{where} sets host, which hvctl sets to the name of the '
                'hypervisor: remove that line'
            )
        if option.option == 'transport_url':
            if '\n' in option.value:
                raise exceptions.InvalidRequest(
                    f'{where} has a transport_url that goes on in the next '
                    'line; the agent gets it too: write it in one line'
                )
            transport_url = option.value
    return Fragment(
        text=text,
        transport_url=transport_url,
        ram_ratio=nova.ram_ratio(default),
    )
