# SPDX-License-Identifier: Apache-2.0
"""The files that oslo.config reads: what may stand in them, and how."""

from __future__ import annotations

import re

from hvctl import exceptions

#: The name of a section, and of an option.
SECTION = r'[A-Za-z0-9_.:-]+'
OPTION = r'[A-Za-z0-9_.-]+'
_BREAK = re.compile(r'[\r\n\0]')


def is_line(text: str) -> bool:
    """Return whether a text fits into one line of a file."""
    return _BREAK.search(text) is None


def quoted(text: str) -> str:
    """Write a value such that oslo.config takes nothing off its ends.

    References to other options, as in ``$my_ip``, stay what they are.
    """
    if text != text.strip() or text[:1] in ('"', "'"):
        return f'"{text}"'
    return text


def literal(text: str, where: str) -> str:
    """Write a value such that oslo.config reads just this text.

    :param where: what to call it in an error
    :raises InvalidRequest: when there is no way to write it
    """
    return quoted(part(text, where))


def part(text: str, where: str) -> str:
    """Write a text as a part of a value.

    :param where: what to call it in an error
    :raises InvalidRequest: when there is no way to write it
    """
    if r'\$' in text:
        # Both "\$" and "$$" are a dollar to it, so this cannot be told.
        raise exceptions.InvalidRequest(
            f'{where} has a backslash before a dollar, which oslo.config '
            'cannot read; choose another secret'
        )
    return text.replace('$', '$$')
