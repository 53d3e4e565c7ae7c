# SPDX-License-Identifier: Apache-2.0
"""Builds what all labs of a machine share, once, and keeps it in the cache."""

from __future__ import annotations

from collections.abc import Callable
import pathlib
import shutil
import tempfile

from hvctl_lab import lock

#: In a directory that was built in its place, once it is complete.
_COMPLETE = '.complete'


def build_once(
    target: pathlib.Path, kind: str, build: Callable[[pathlib.Path], None]
) -> None:
    """Build a directory of the cache unless it is there.

    It appears when it is complete.  What a call that was killed has left of
    one is removed by the next.

    :param target: the directory, named after what decides its content
    :param kind: what it is called whatever its content
    :param build: makes the directory that it is given, which is not there
    """
    if target.is_dir():
        return
    directory = target.parent
    with lock.of_file(directory / f'{kind}.lock'):
        # Another lab may have built it while this one waited.
        if target.is_dir():
            return
        for leftover in directory.glob(f'.{kind}-*'):
            # Programs that it ran may still end, and tidy up.
            shutil.rmtree(leftover, ignore_errors=True)
        scratch = pathlib.Path(
            tempfile.mkdtemp(prefix=f'.{kind}-', dir=directory)
        )
        try:
            built = scratch / 'built'
            build(built)
            built.rename(target)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def build_in_place(
    target: pathlib.Path, kind: str, build: Callable[[pathlib.Path], None]
) -> None:
    """Build a directory of the cache that cannot be moved, unless it is there.

    What a call that was killed has left of it is removed by the next.

    :param target: the directory, named after what decides its content
    :param kind: what it is called whatever its content
    :param build: makes the directory that it is given, which is not there
    """
    complete = target / _COMPLETE
    if complete.exists():
        return
    with lock.of_file(target.parent / f'{kind}.lock'):
        # Another lab may have built it while this one waited.
        if complete.exists():
            return
        if target.exists():
            shutil.rmtree(target)
        build(target)
        complete.touch()
