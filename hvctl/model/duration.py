# SPDX-License-Identifier: Apache-2.0
"""Reads durations as people write them."""

from __future__ import annotations

import re

#: A duration as people write it.  What has more digits is a slip, and added
#: to a date it may be none any more.
FORM = (
    r'(?:[1-9][0-9]{0,7}s?|[1-9][0-9]{0,5}m|[1-9][0-9]{0,4}h|[1-9][0-9]{0,3}d)'
)
#: The longest number of seconds.
LONGEST = 99_999_999
_UNITS = {'s': 1, 'm': 60, 'h': 3600, 'd': 86400}


def seconds(text: str) -> float:
    """Read a duration: seconds, or a number with s, m, h or d.

    :raises ValueError: when it is none
    """
    if re.fullmatch(FORM, text) is None:
        raise ValueError(
            f'{text!r} is not a duration: seconds, or a number with s, m, h '
            'or d, as in 45m, of at most 9999d'
        )
    number = text.rstrip(''.join(_UNITS))
    return float(number) * _UNITS.get(text[-1], 1)
