# SPDX-License-Identifier: Apache-2.0
"""Small pieces of text that many words are made of."""

from __future__ import annotations

import datetime
import typing

from hvctl.model import text
from hvctl.model.reasons import Fact
from hvctl.model.records import Server

#: So many guests are named in one line.
_NAMED = 3


def counted(number: int, thing: str) -> str:
    """Return how many, as in ``1 guest`` or ``2 guests``."""
    return f'{number} {thing}' + ('' if number == 1 else 's')


def fault(server: Server) -> str:
    """Return why Nova says that a server failed."""
    return text.one_line(server.fault or 'Nova gives no reason')


def number(fact: Fact) -> int:
    """Return a fact that is a number."""
    return typing.cast(int, fact)


def each(fact: Fact) -> list[str]:
    """Return a fact that is a list of texts."""
    return [str(one) for one in typing.cast('tuple[Fact, ...]', fact)]


def things(fact: Fact) -> list[str]:
    """Return things that are told by kind and id, as in ``port <id>``."""
    return [f'{kind} {thing}' for kind, thing in _rows(fact)]


def occupants(fact: Fact) -> str:
    """Return what keeps a hypervisor from being empty."""
    words = []
    for kind, *what in _rows(fact):
        if kind == 'allocation':
            words.append(f'allocations of {", ".join(what)} in Placement')
        else:
            words.append(counted(what[0], kind))
    return ' and '.join(words)


def travellers(fact: Fact) -> str:
    """Return some of the guests that are on their way, in brackets."""
    rows = _rows(fact)
    named = [_traveller(*row) for row in rows[:_NAMED]]
    if len(rows) > _NAMED:
        named.append(f'{len(rows) - _NAMED} more')
    return f' ({", ".join(named)})' if named else ''


def _traveller(
    server_id: str, source: str, destination: str | None, begun: str | None
) -> str:
    since = ''
    if begun is not None:
        moment = datetime.datetime.fromisoformat(begun)
        since = f' since {moment:%Y-%m-%d %H:%M:%S} UTC'
    # Nova may not have chosen where to yet.
    to = destination or 'another host'
    return f'{server_id} from {source} to {to}{since}'


def leaked(fact: Fact) -> list[str]:
    """Return whose allocations are the only occupants; none if others are."""
    rows = _rows(fact)
    if any(kind != 'allocation' for kind, *_ in rows):
        return []
    return [str(consumer) for _, *ids in rows for consumer in ids]


def unset(provider_id: Fact, consumers: list[str]) -> str:
    """Return what takes consumers off one provider, and off no other."""
    return ' && '.join(
        'openstack resource provider allocation unset --provider '
        f'{provider_id} {consumer}'
        for consumer in consumers
    )


def _rows(fact: Fact) -> tuple[tuple[typing.Any, ...], ...]:
    return typing.cast('tuple[tuple[typing.Any, ...], ...]', fact)
