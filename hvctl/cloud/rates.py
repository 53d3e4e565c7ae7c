# SPDX-License-Identifier: Apache-2.0
"""Sends a read again where a service limits the rate of requests.

The limit may be smaller than a whole look, so its requests wait, not the
look.  keystoneauth would do so as well, but for as long as it is told, be that
a day, and nobody would know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
import time

import requests

_TOO_MANY = 429
_TIMES = 3
#: Seconds before the second try where the service does not say; they double.
_FIRST = 0.5
#: Seconds beyond which it is for the caller to wait, and to say so.
LONGEST = 30.0


def send(
    once: Callable[[], requests.Response],
    asked: Callable[[Mapping[str, str]], float | None],
) -> requests.Response:
    """Send a read, and again when it came too early.

    :param once: sends it
    :param asked: returns how many seconds an answer asks to wait
    """
    for number in range(_TIMES):
        response = once()
        if response.status_code != _TOO_MANY:
            return response
        seconds = asked(response.headers)
        if seconds is None:
            seconds = _FIRST * 2.0**number
        if seconds > LONGEST:
            return response
        time.sleep(seconds)
    return once()
