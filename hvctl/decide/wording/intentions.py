# SPDX-License-Identifier: Apache-2.0
"""The words for what operators intend with a hypervisor."""

from __future__ import annotations

from hvctl.decide.wording import commands
from hvctl.decide.wording.templates import Words
from hvctl.model import identity
from hvctl.model.codes import Code, OutcomeCode
from hvctl.model.reasons import Facts


def _protected(facts: Facts) -> str:
    by = f' by {facts["by"]}' if facts['by'] else ''
    until = f' until {facts["until"]}' if facts['until'] else ''
    why = f': {facts["reason"]}' if facts['reason'] else ''
    said = ''
    if facts['unreadable'] is not None:
        said = (
            f' ({identity.PROTECTED_KEY} of its server, '
            f'{facts["unreadable"]!r}, is no moment)'
        )
    return f'{facts["name"]} is protected{by}{until}{said}{why}'


def _not_expired(facts: Facts) -> str:
    if facts['at'] is None:
        return f'{facts["name"]} does not expire'
    return f'{facts["name"]} stays until {facts["at"]}'


WORDS: dict[Code, Words] = {
    OutcomeCode.PROTECTED: Words(
        _protected,
        f'to give it up: {commands.UNPROTECT}',
        ('by', 'until', 'reason', 'unreadable'),
    ),
    OutcomeCode.NOT_EXPIRED: Words(_not_expired, facts=('name', 'at')),
    OutcomeCode.NOTED: Words('{noted}'),
    OutcomeCode.NO_SERVER: Words(
        '{name} has no server in whose metadata that could be written: '
        '{status}'
    ),
    OutcomeCode.NOT_WRITABLE: Words(
        'Nova takes no metadata for the server of {name} while that is '
        '{server_status}',
        'the same command again when it is ACTIVE',
    ),
    OutcomeCode.MOMENT_PAST: Words(
        "{moment} has passed: by the cloud's clock it is {now}"
    ),
}
