# SPDX-License-Identifier: Apache-2.0
"""Renders reasons as words."""

from __future__ import annotations

import string
import typing

from hvctl.decide.wording import drains
from hvctl.decide.wording import holders
from hvctl.decide.wording import moves
from hvctl.decide.wording import outcomes
from hvctl.decide.wording import statuses
from hvctl.decide.wording import text
from hvctl.decide.wording import treatments
from hvctl.decide.wording.templates import Template
from hvctl.decide.wording.templates import Words
from hvctl.model.codes import Code
from hvctl.model.reasons import Fact
from hvctl.model.reasons import Facts
from hvctl.model.reasons import Reason
from hvctl.model.verdict import Outcome

WORDS: dict[Code, Words] = (
    statuses.WORDS
    | outcomes.WORDS
    | drains.WORDS
    | treatments.WORDS
    | moves.WORDS
    | holders.WORDS
)


def reason(why: Reason | None) -> str:
    """Return what is so, in words; '' where there is nothing to say."""
    if why is None:
        return ''
    return _rendered(WORDS[why.code].reason, why.facts)


def remedy(why: Reason | None) -> str:
    """Return what to type next; '' where there is nothing."""
    if why is None:
        return ''
    return _rendered(WORDS[why.code].remedy, why.facts)


def sentence(why: Reason | None) -> str:
    """Return what is so and what to type next, in one line."""
    if why is None:
        return ''
    return '; '.join(filter(None, (reason(why), remedy(why))))


def outcome(ended: Outcome | None) -> str:
    """Return how it ended, in one line; '' where there is nothing to say."""
    if ended is None:
        return ''
    if ended.afterwards is None:
        return sentence(ended.reason)
    # What was made is not there any more, or not for long.
    return f'{reason(ended.reason)}; {sentence(ended.afterwards)}'


def plain(fact: Fact) -> typing.Any:
    """Return a fact as data for JSON; a reason becomes its code and facts."""
    if isinstance(fact, Reason):
        return {'code': str(fact.code), 'facts': data(fact)}
    if isinstance(fact, tuple):
        return [plain(each) for each in fact]
    return fact


def data(why: Reason | None) -> dict[str, typing.Any]:
    """Return the facts of a reason as data for JSON."""
    if why is None:
        return {}
    return {name: plain(fact) for name, fact in why.facts.items()}


class _Formatter(string.Formatter):
    """Writes lists with commas, and a reason in its words.

    With the format ``brackets`` that is in brackets, where there is any; with
    ``remedy`` it is what to do about that, before something else to do.
    ``things``, ``occupants`` and ``travellers`` are the forms of these
    facts.
    """

    def format_field(self, value: typing.Any, format_spec: str) -> str:
        if format_spec == 'brackets':
            inside = self.format_field(value, '')
            return f' ({inside})' if inside else ''
        if format_spec == 'remedy':
            first = remedy(value)
            return f'{first}; ' if first else ''
        if format_spec == 'things':
            return ', '.join(text.things(value))
        if format_spec == 'occupants':
            return text.occupants(value)
        if format_spec == 'travellers':
            return text.travellers(value)
        if isinstance(value, Reason):
            return reason(value)
        if isinstance(value, tuple):
            return ', '.join(self.format_field(v, '') for v in value)
        if value is None:
            return ''
        return typing.cast(str, super().format_field(value, format_spec))


_FORMATTER = _Formatter()


def _rendered(template: Template, facts: Facts) -> str:
    if callable(template):
        return template(facts)
    return _FORMATTER.vformat(template, (), facts)
