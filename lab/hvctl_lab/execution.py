# SPDX-License-Identifier: Apache-2.0
"""Runs programs and waits for them, in an environment that never varies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import subprocess

from hvctl_lab import errors
from hvctl_lab import leftovers
from hvctl_lab import paths

#: The last lines of a log that an error shows.
_TAIL = 15


def environment(lab: paths.Lab) -> dict[str, str]:
    """Return the variables of every program of a lab.

    Nothing of the user's shell is in them: a proxy, another cloud's OS_*
    variables or PYTHONDONTWRITEBYTECODE, which doubles the time of a start.

    :param lab: the lab
    :returns: the variables
    """
    return lab.environment() | {
        leftovers.MARK: str(lab.directory),
        # Else a service that sets its process title overwrites the mark.
        'SPT_NOENV': '1',
        'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'HOME': '/root',
        'LANG': 'C.UTF-8',
        'LC_ALL': 'C.UTF-8',
    }


def run(
    lab: paths.Lab,
    command: Sequence[str],
    variables: Mapping[str, str] | None = None,
) -> str:
    """Run a program to its end.

    :param lab: the lab that it works for
    :param command: the program and its arguments; no secrets, as everybody
        can read them
    :param variables: what its environment has besides
    :returns: what it wrote
    :raises LabError: when it fails, with the last lines that it wrote
    """
    result = subprocess.run(
        command,
        env=environment(lab) | dict(variables or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        lines = result.stdout.rstrip().splitlines()[-_TAIL:]
        raise errors.LabError(
            f'{" ".join(command)} failed with exit status '
            f'{result.returncode}:\n' + '\n'.join(lines)
        )
    return result.stdout
