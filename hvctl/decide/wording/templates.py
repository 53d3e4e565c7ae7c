# SPDX-License-Identifier: Apache-2.0
"""Templates for words, filled in with the facts of a reason."""

from __future__ import annotations

from collections.abc import Callable
import string
import typing

from hvctl.model.reasons import Facts

#: ``{fact}`` is replaced by the fact; a function makes what that cannot.
Template = str | Callable[[Facts], str]


class Words(typing.NamedTuple):
    """What a code says.

    :ivar reason: what is so
    :ivar remedy: what to type next; '' where there is nothing
    :ivar facts: the names of those that a function of these reads
    """

    reason: Template
    remedy: Template = ''
    facts: tuple[str, ...] = ()


def filled(template: Template, facts: Facts) -> str:
    """Return a template with plain facts filled in."""
    if callable(template):
        return template(facts)
    return template.format(**facts)


def facts(words: Words) -> tuple[str, ...]:
    """Return the names of the facts that words are made of, sorted."""
    names = set(words.facts)
    for template in (words.reason, words.remedy):
        if isinstance(template, str):
            parsed = string.Formatter().parse(template)
            names |= {name for _, name, _, _ in parsed if name}
    return tuple(sorted(names))
