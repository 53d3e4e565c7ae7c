# SPDX-License-Identifier: Apache-2.0
"""What a machine's user-data brings to it."""

from __future__ import annotations

import base64
import email
import gzip
import typing

import yaml


def files(user_data: str) -> dict[str, str]:
    """Return the files that cloud-init writes, by their paths."""
    document = base64.b64decode(user_data)
    if document.startswith(b'\x1f\x8b'):
        document = gzip.decompress(document)
    message = email.message_from_bytes(document)
    parts: list[typing.Any] = [document]
    if message.is_multipart():
        parts = [part.get_payload(decode=True) for part in message.walk()]
    return {
        file['path']: str(file.get('content', ''))
        for config in map(yaml.safe_load, filter(None, parts))
        if isinstance(config, dict)
        for file in config.get('write_files', ())
    }


def compute_id(written: dict[str, str]) -> str | None:
    """Return the compute node id that was chosen for a machine."""
    for path, content in written.items():
        if path.endswith('/etc/nova/compute_id'):
            return content.strip()
    return None


def names(written: dict[str, str], what: str) -> bool:
    """Return whether one of the files names something."""
    return any(what in content for content in written.values())
