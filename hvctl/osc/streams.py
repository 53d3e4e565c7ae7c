# SPDX-License-Identifier: Apache-2.0
"""Lets commands work on when nobody reads what they print.

A script may close a stream (``2>&-``), and the interpreter has None for it
then; or the reader of a pipe ends before the command does.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import io
import os
import sys
import typing

if typing.TYPE_CHECKING:
    from cliff import app


class Lasting(io.TextIOBase):
    """Writes to a stream as long as that can be written to."""

    def __init__(self, stream: typing.TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text, if anybody reads it."""
        with self._forgiving() as stream:
            if stream is not None:
                stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Let what was written be read."""
        with self._forgiving() as stream:
            if stream is not None:
                stream.flush()

    def isatty(self) -> bool:
        """Return whether a person reads it."""
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        """Return the file descriptor.

        :raises UnsupportedOperation: when it has none
        """
        if self._stream is None:
            raise io.UnsupportedOperation('the stream is closed')
        return self._stream.fileno()

    @contextlib.contextmanager
    def _forgiving(self) -> Iterator[typing.TextIO | None]:
        """Give the stream, and forget it when it is broken."""
        stream = self._stream
        if stream is not None and stream.closed:
            stream = self._stream = None
        try:
            yield stream
        except OSError:
            self._stream = None
            if stream is not None:
                _discard(stream)


def _discard(stream: typing.TextIO) -> None:
    """Send what is left of a broken stream nowhere.

    The interpreter would complain of it when it ends.
    """
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


@contextlib.contextmanager
def lasting(client: app.App) -> Iterator[None]:
    """Let a client's streams last as long as a block.

    The formatter of tables asks the interpreter's own.
    """
    before = client.stdout, getattr(client, 'stderr', None), sys.stdout
    client.stdout, client.stderr = map(typed, before[:2])
    sys.stdout = sys.stdout or client.stdout
    try:
        yield
    finally:
        client.stdout.flush()
        client.stderr.flush()
        client.stdout, client.stderr, sys.stdout = before


def typed(stream: typing.TextIO | None) -> typing.TextIO:
    """Return a lasting stream, as what it is to those who write to it."""
    return typing.cast('typing.TextIO', Lasting(stream))
