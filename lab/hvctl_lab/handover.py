# SPDX-License-Identifier: Apache-2.0
"""Lets the user who called sudo reach the cloud without sudo.

The files of a lab are readable by root only, so this user gets copies of
those that a client reads.
"""

from __future__ import annotations

from collections.abc import Mapping
import os
import pathlib

from hvctl_lab import credentials
from hvctl_lab import paths
from hvctl_lab.services import clients


def copies(
    lab: paths.Lab, environment: Mapping[str, str] = os.environ
) -> pathlib.Path | None:
    """Copy the clients' files for the user who called sudo, nobody else.

    :param lab: the lab, configured
    :param environment: the variables, by default the process's own
    :returns: the directory of the copies; None when root is the caller
    """
    caller = environment.get('SUDO_UID', '')
    if not caller.isdigit() or caller == '0':
        return None
    directory = lab.users / caller
    # Owned by root: nobody else can replace a file in it.
    directory.mkdir(parents=True, exist_ok=True)
    for passable in (lab.users, directory):
        passable.chmod(0o711)
    for file in clients.needed(lab):
        credentials.write_private(
            directory / file.name, file.read_text(), owner=int(caller)
        )
    return directory
