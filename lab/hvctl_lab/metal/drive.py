# SPDX-License-Identifier: Apache-2.0
"""Reads the config drive that Nova gives to Ironic."""

from __future__ import annotations

import base64
import binascii
import gzip
import io

import pycdlib
from pycdlib import pycdlibexception

from hvctl_lab import errors


class DriveError(errors.LabError):
    """The config drive cannot be read."""


def files(drive: str) -> dict[str, bytes]:
    """Read every file of a config drive.

    :param drive: base64 of a gzipped ISO image with Rock Ridge names
    :returns: the contents by path, without a leading slash
    :raises DriveError: when it cannot be read
    """
    iso = pycdlib.PyCdlib()
    try:
        image = gzip.decompress(base64.b64decode(drive, validate=True))
        iso.open_fp(io.BytesIO(image))
    except (
        OSError,
        EOFError,
        binascii.Error,
        pycdlibexception.PyCdlibException,
    ) as error:
        raise DriveError(f'the config drive is not readable: {error}') from (
            error
        )
    try:
        found = {}
        for directory, _, names in iso.walk(rr_path='/'):
            for name in names:
                path = f'{directory.rstrip("/")}/{name}'
                content = io.BytesIO()
                iso.get_file_from_iso_fp(content, rr_path=path)
                found[path.lstrip('/')] = content.getvalue()
        return found
    finally:
        iso.close()
