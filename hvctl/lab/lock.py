# SPDX-License-Identifier: Apache-2.0

"""Lets one call at a time change a lab."""

from collections.abc import Iterator
import contextlib
import fcntl
import os

from hvctl.lab import paths
from hvctl.lab.reporting import Report


@contextlib.contextmanager
def hold(lab: paths.Lab, report: Report) -> Iterator[None]:
    """Hold the lab's lock; the kernel frees it when the holder dies.

    :param lab: the lab.
    :param report: told when somebody else holds it.
    """
    # Beside the directory, which `destroy` removes while holding it.
    file = lab.directory.with_name(f'{lab.directory.name}.lock')
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report('waiting for another hvctl-lab to finish')
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
