# SPDX-License-Identifier: Apache-2.0
"""Lets one call at a time change a lab, or the cache.

The kernel's flock, not the library fasteners: that one asks again and again,
and has no notion of a lock file that its last holder removes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
import contextlib
import fcntl
import os
import pathlib

from hvctl_lab import paths


@contextlib.contextmanager
def of_file(
    file: pathlib.Path, busy: Callable[[], None] | None = None
) -> Iterator[None]:
    """Hold the lock of a file; the kernel frees it when the holder dies.

    :param file: the file, made if need be
    :param busy: called when somebody else holds it
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if busy:
                    busy()
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            # The last holder may have removed it, then it locks out nobody.
            if _is_at(descriptor, file):
                yield
                return
        finally:
            os.close(descriptor)


def _is_at(descriptor: int, file: pathlib.Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False


def of_lab(
    lab: paths.Lab, busy: Callable[[], None]
) -> contextlib.AbstractContextManager[None]:
    """Hold the lock of a lab.

    :param lab: the lab
    :param busy: called when somebody else holds it
    :returns: the lock, to be entered
    """
    return of_file(lab.lock, busy)
