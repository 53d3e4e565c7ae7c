# SPDX-License-Identifier: Apache-2.0
"""Shows on standard error how a run goes.

On a terminal a live line for each hypervisor; elsewhere a plain line for each
change, which can be read in a log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
import contextlib
import datetime
import time
import typing

from hvctl.model import progress
from hvctl.osc import columns

if typing.TYPE_CHECKING:
    from rich import table


Listener = Callable[[progress.Event], None]


@contextlib.contextmanager
def shown(stream: typing.TextIO, *, quiet: bool) -> Iterator[Listener]:
    """Show events while the context lasts.

    :param stream: where to
    :param quiet: show nothing
    :returns: what to call with each event
    """
    if quiet:
        yield lambda event: None
    elif stream.isatty():
        from rich import console
        from rich import live

        view = _Live()
        with live.Live(
            view,
            console=console.Console(file=stream),
            refresh_per_second=4,
        ):
            yield view.take
    else:
        yield lambda event: _write(stream, event)


def _write(stream: typing.TextIO, event: progress.Event) -> None:
    line = plain(event)
    if line is not None:
        now = datetime.datetime.now().strftime('%H:%M:%S')
        stream.write(f'{now} {line}\n')
        stream.flush()


def plain(event: progress.Event) -> str | None:
    """Say an event in one line; None for what is worth none."""
    if isinstance(event, progress.PhaseReached):
        if event.before == event.status.phase:
            return None
        reason = f': {event.status.reason}' if event.status.reason else ''
        after = ''
        if event.before is not None and event.seconds is not None:
            after = f' ({event.before} took {columns.words(event.seconds)})'
        return f'{event.name} is {event.status.phase}{after}{reason}'
    if isinstance(event, progress.MoveChanged):
        return f'{event.name}: {_move(event.move)}'
    verdict = 'done' if event.outcome.ok else 'failed'
    message = f': {event.outcome.message}' if event.outcome.message else ''
    return f'{event.name}: {verdict}{message}'


def _move(move: progress.Move) -> str:
    who = f'guest {move.server_name or move.server_id}'
    match move.result:
        case 'waiting':
            return f'{who} ({move.state}) waits'
        case 'moving':
            return f'{who} ({move.state}) is moving ({move.method})'
        case 'moved':
            return f'{who} moved to {move.destination}'
        case 'gone':
            return f'{who} is gone: {move.reason}'
        case _:
            return f'{who} stays: {move.reason}'


class _Line:
    """What is shown of one hypervisor."""

    def __init__(self) -> None:
        self.phase = ''
        self.reason = ''
        self.since = time.monotonic()
        self.began = self.since
        self.ended: float | None = None


class _Live:
    """The live view: rich asks it for a table several times a second."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}

    def take(self, event: progress.Event) -> None:
        """Note an event."""
        line = self._lines.setdefault(event.name, _Line())
        match event:
            case progress.PhaseReached():
                if line.phase != event.status.phase:
                    line.since = time.monotonic()
                line.phase = event.status.phase
                line.reason = event.status.reason
            case progress.Finished():
                line.ended = time.monotonic()
                line.reason = event.outcome.message
                if not event.outcome.ok:
                    line.phase = 'failed'

    def __rich__(self) -> table.Table:
        """Draw the table as of now."""
        from rich import table
        from rich import text

        grid = table.Table.grid(padding=(0, 2), expand=True)
        grid.add_column(no_wrap=True)
        grid.add_column(no_wrap=True)
        grid.add_column(no_wrap=True, justify='right')
        grid.add_column(no_wrap=True, justify='right')
        # Takes what the others leave, and is cut before they are.
        grid.add_column(overflow='ellipsis', no_wrap=True, ratio=1)
        for name, line in list(self._lines.items()):
            now = line.ended or time.monotonic()
            grid.add_row(
                name,
                line.phase,
                columns.words(now - line.since),
                columns.words(now - line.began),
                text.Text(line.reason),  # brackets in it are no markup
            )
        return grid
