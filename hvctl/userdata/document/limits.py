# SPDX-License-Identifier: Apache-2.0
"""Decides whether Nova takes a user-data."""

from __future__ import annotations

import base64

from hvctl import exceptions

#: Characters of base64 (nova/api/openstack/compute/schemas/servers.py).
MAXIMUM = 65535


def encode(user_data: bytes, source: str) -> str:
    """Encode a user-data as Nova wants it.

    :param source: what to call it in an error
    :raises InvalidRequest: when it is too large
    """
    encoded = base64.b64encode(user_data).decode('ascii')
    if len(encoded) > MAXIMUM:
        raise exceptions.InvalidRequest(
            f'{source} is too large for Nova: {len(user_data)} bytes are '
            f'{len(encoded)} characters in base64, and {MAXIMUM} '
            f'({MAXIMUM // 4 * 3} bytes) is the most'
        )
    return encoded
