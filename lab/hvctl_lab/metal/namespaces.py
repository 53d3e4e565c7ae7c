# SPDX-License-Identifier: Apache-2.0
"""Moves this process between the kernel's namespaces.

Python has functions of its own for it from 3.12 on.
"""

from __future__ import annotations

import ctypes
import os

#: As in linux/sched.h.
MOUNT = 0x00020000
NETWORK = 0x40000000


def unshare(kind: int) -> None:
    """Leave a namespace for a new one.

    :param kind: of the namespace
    :raises OSError: when the kernel refuses
    """
    _check(_libc().unshare(kind))


def enter(descriptor: int, kind: int) -> None:
    """Go into a namespace that is there.

    :param descriptor: of the namespace's file
    :param kind: of the namespace
    :raises OSError: when the kernel refuses
    """
    _check(_libc().setns(descriptor, kind))


def end_with_parent(signal_number: int) -> None:
    """Have the kernel send this process a signal when its parent ends.

    :param signal_number: the signal
    :raises OSError: when the kernel refuses
    """
    set_parent_death_signal = 1
    _check(_libc().prctl(set_parent_death_signal, signal_number, 0, 0, 0))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
