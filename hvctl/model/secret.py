# SPDX-License-Identifier: Apache-2.0
"""A text that is not to be seen."""

from __future__ import annotations

import hmac

from hvctl import exceptions

#: What is shown instead.
MASK = '***'


class Secret:
    """Holds a text and shows ``***`` wherever it is printed.

    It is no ``str`` on purpose: what would write it somewhere by accident
    (``json.dumps``, ``str.join``, a YAML dump) fails instead.
    """

    __slots__ = ('_text',)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the text itself."""
        return self._text

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return MASK

    def __format__(self, _spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))


def literal(value: Secret, where: str) -> Secret:
    """Write a text such that oslo.config reads just this text.

    :param where: what to call it in an error
    :raises InvalidRequest: when there is no way to write it
    """
    text = part(value, where).reveal()
    if text != text.strip() or text[:1] in ('"', "'"):
        text = f'"{text}"'
    return Secret(text)


def part(value: Secret, where: str) -> Secret:
    """Write a text as a part of what oslo.config reads.

    :param where: what to call it in an error
    :raises InvalidRequest: when there is no way to write it
    """
    text = value.reveal()
    if r'\$' in text:
        # Both "\$" and "$$" are a dollar to it, so this cannot be told.
        raise exceptions.InvalidRequest(
            f'{where} has a backslash before a dollar, which oslo.config '
            'cannot read; choose another secret'
        )
    return Secret(text.replace('$', '$$'))
