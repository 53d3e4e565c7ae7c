# SPDX-License-Identifier: Apache-2.0
"""Reads durations as people write them."""

from __future__ import annotations

import re

_FORM = re.compile(r'([1-9][0-9]*)([smhd]?)')
_UNITS = {'': 1, 's': 1, 'm': 60, 'h': 3600, 'd': 86400}


def seconds(text: str) -> float:
    """Read a duration: seconds, or a number with s, m, h or d.

    :raises ValueError: when it is none
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(
            f'{text!r} is not a duration: seconds, or a number with s, m, h '
            'or d, as in 45m'
        )
    return float(found[1]) * _UNITS[found[2]]
