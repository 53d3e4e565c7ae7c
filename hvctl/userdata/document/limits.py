# SPDX-License-Identifier: Apache-2.0
"""Decides whether Nova takes a user-data."""

from __future__ import annotations

import base64
import gzip
import zlib

from hvctl import exceptions

#: Characters of base64 (nova/api/openstack/compute/schemas/servers.py).
MAXIMUM = 65535


_GZIP = b'\x1f\x8b'


def encode(user_data: bytes, source: str) -> str:
    """Encode a user-data as Nova wants it.

    :param source: what to call it in an error
    :raises InvalidRequest: when it is too large, or a machine could make
        nothing of it
    """
    encoded = base64.b64encode(user_data).decode('ascii')
    if len(encoded) > MAXIMUM:
        raise exceptions.InvalidRequest(
            f'{source} is too large for Nova: {len(user_data)} bytes are '
            f'{len(encoded)} characters in base64, and {MAXIMUM} '
            f'({MAXIMUM // 4 * 3} bytes) is the most'
        )
    _check(user_data, source)
    return encoded


def _check(user_data: bytes, source: str) -> None:
    """Refuse what Nova takes and cloud-init does not."""
    text = _unpacked(user_data, source)
    if not text.strip():
        raise exceptions.InvalidRequest(
            f'{source} is empty: the machine would do nothing with it; give '
            'the file that makes it a hypervisor'
        )
    if (position := text.find(b'\0')) >= 0:
        line = text.count(b'\n', 0, position) + 1
        raise exceptions.InvalidRequest(
            f'{source} has a NUL byte in line {line}: cloud-init reads '
            'text, or text that is compressed with gzip'
        )


def _unpacked(user_data: bytes, source: str) -> bytes:
    """Return the text that cloud-init sees."""
    if not user_data.startswith(_GZIP):
        return user_data
    try:
        return gzip.decompress(user_data)
    except (OSError, EOFError, zlib.error) as error:
        raise exceptions.InvalidRequest(
            f'{source} begins as a file that is compressed with gzip and '
            f'cannot be unpacked: {error}'
        ) from error
