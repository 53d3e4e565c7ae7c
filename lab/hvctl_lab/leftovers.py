# SPDX-License-Identifier: Apache-2.0
"""Ends programs of a lab that a killed call or supervisord has left behind.

They are known by a variable that only the lab sets, so that a shell whose
environment names the lab is not among them.
"""

from __future__ import annotations

import os
import signal

import psutil

from hvctl_lab import paths
from hvctl_lab import waiting

#: Set in the environment of every program of a lab, to the lab's directory.
MARK = 'HVCTL_LAB_SUPERVISED'


def end(lab: paths.Lab) -> None:
    """End what is left.

    :param lab: the lab, its supervisord gone; the caller holds its lock
    :raises LabError: when something does not end
    """
    for pid in find(lab):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    waiting.until(
        lambda: not find(lab), timeout=20, what='what was left to end'
    )


def find(lab: paths.Lab) -> list[int]:
    """List the processes that carry the lab's mark.

    A lab in a container may have the same directory; its processes have
    another root and are not listed.

    :param lab: the lab
    :returns: their ids
    """
    own_root = os.stat('/')
    found = []
    for process in psutil.process_iter():
        try:
            marked = process.environ().get(MARK) == str(lab.directory)
            if marked and os.path.samestat(
                os.stat(f'/proc/{process.pid}/root'), own_root
            ):
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found
