# SPDX-License-Identifier: Apache-2.0
"""Writes the lines that the scripts on the host read, word by word."""

from __future__ import annotations

import re

from hvctl import exceptions
from hvctl.model import networking
from hvctl.model import profile


def line(*words: str) -> str:
    """Return one line of a table.

    :raises InvalidRequest: when a word would be several, or none
    """
    for word in words:
        if not re.fullmatch(profile.WORD, word):
            raise exceptions.InvalidRequest(
                f'{word!r} cannot be used on the host: it must be one word'
            )
    return ' '.join(words)


def interface(name: str) -> str:
    """Check the name of an interface or of a bridge.

    :raises InvalidRequest: when the kernel cannot have it
    """
    if not re.fullmatch(networking.INTERFACE, name):
        raise exceptions.InvalidRequest(
            f'{name!r} cannot be the name of an interface: up to 15 letters, '
            'digits, ".", "_" and "-"'
        )
    return name
