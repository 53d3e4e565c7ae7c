# SPDX-License-Identifier: Apache-2.0
"""Writes the lines that the scripts on the host read, word by word."""

from __future__ import annotations

import re

from hvctl import exceptions

#: What the kernel takes for an interface, of the characters that no shell and
#: no table minds.
_INTERFACE = re.compile(r'[A-Za-z0-9_][A-Za-z0-9_.:-]{0,14}')


def line(*words: str) -> str:
    """Give one line of a table.

    :raises InvalidRequest: when a word would be several, or none
    """
    for word in words:
        if not word or word.split() != [word] or not word.isprintable():
            raise exceptions.InvalidRequest(
                f'{word!r} cannot be used on the host: it must be one word'
            )
    return ' '.join(words)


def interface(name: str) -> str:
    """Check the name of an interface or of a bridge.

    :raises InvalidRequest: when the kernel cannot have it
    """
    if not _INTERFACE.fullmatch(name):
        raise exceptions.InvalidRequest(
            f'{name!r} cannot be the name of an interface: up to 15 letters, '
            'digits, ".", "_", ":" and "-"'
        )
    return name
