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

from hvctl.decide.wording import rendering
from hvctl.model.codes import StatusCode
from hvctl.model.events import (
    Blind,
    Event,
    Finished,
    MoveChanged,
    PhaseReached,
    Refused,
)
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import Move
from hvctl.model.move import MoveState
from hvctl.osc.output import columns
from hvctl.osc.output import move_words

if typing.TYPE_CHECKING:
    from rich import table
    from rich import text


#: What is said as soon as it is so, also when the phase stays the same.
_ALARMS = frozenset({StatusCode.SOURCE_DOWN, StatusCode.LOOK_INCOMPLETE})

#: So is where a test guest is sent: each of its ways may take minutes.
_WAYS = frozenset({StatusCode.TEST_GUEST_MOVES, StatusCode.TEST_GUEST_RETURNS})

#: Why most guests wait, which is not worth a line for each.
_USUAL = frozenset(
    {GuestCode.AWAITS_TURN, GuestCode.AWAITS_FIRST, GuestCode.HELD_BACK}
)

#: Seconds for which a line stays that somebody is to read.
_READABLE = 5.0

Listener = Callable[[Event], None]


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


def _write(stream: typing.TextIO, event: Event) -> None:
    line = plain(event)
    if line is not None:
        now = datetime.datetime.now().strftime('%H:%M:%S')
        stream.write(f'{now} {line}\n')
        stream.flush()


def plain(event: Event) -> str | None:
    """Render an event in one line; None for what is worth none."""
    if isinstance(event, PhaseReached):
        said = event.status.reason
        if event.before == event.status.phase:
            if said is None or said.code not in _ALARMS | _WAYS:
                return None
            return f'{event.name}: {rendering.sentence(said)}'
        reason = rendering.reason(said)
        reason = f': {reason}' if reason else ''
        after = ''
        if event.before is not None and event.seconds is not None:
            after = f' ({event.before} took {columns.words(event.seconds)})'
        return f'{event.name} is {event.status.phase}{after}{reason}'
    if isinstance(event, MoveChanged):
        move = _move(event.move)
        return f'{event.name}: {move}' if move is not None else None
    if isinstance(event, Refused):
        return f'{event.name}: {_refused(event)}'
    if isinstance(event, Blind):
        return _refused(event)
    verdict = 'done' if event.outcome.ok else 'failed'
    message = rendering.outcome(event.outcome)
    message = f': {message}' if message else ''
    return f'{event.name}: {verdict}{message}'


def _refused(event: Refused | Blind) -> str:
    again = 'looking' if isinstance(event, Blind) else 'trying'
    return f'{event.message}; {again} again in {round(event.seconds)} s'


def _move(move: Move) -> str | None:
    who = f'guest {move.guest.name or move.guest.id}'
    named = f'{who} ({move.guest.status})'
    why = rendering.reason(move.reason)
    match move.state:
        case MoveState.PLANNED | MoveState.WAITING:
            # Only what is unusual: most wait for their turn.
            if move.reason is not None and move.reason.code in _USUAL:
                move = move.but(reason=None)
            said = '; '.join(move_words.at_rest(move))
            return f'{named} waits: {said}' if said else None
        case MoveState.MOVING:
            return f'{named} is moving ({move.treatment.method})'
        case MoveState.MOVED:
            return f'{who} moved to {move.progress.destination}'
        case MoveState.SHELVED | MoveState.GONE:
            return f'{who} left its host: {why}'
        case MoveState.DELETED | MoveState.RETURNED:
            return f'{who} is {why}'
        case MoveState.STAYED:
            said = '; '.join(move_words.at_rest(move))
            remedy = rendering.remedy(move.reason)
            return f'{who} stays: {said}' + (f' ({remedy})' if remedy else '')
        case MoveState.FAILED:
            return f'{who} failed: {rendering.sentence(move.reason)}'


class _Line:
    """What is shown of one hypervisor."""

    def __init__(self) -> None:
        self.phase = ''
        self.reason = ''
        self.since = time.monotonic()
        self.began = self.since
        self.ended: float | None = None
        self.trouble = _Trouble()
        self.moves = _Moves()


class _Trouble:
    """What was refused for now; it is shown until it is tried again."""

    def __init__(self) -> None:
        self._words = ''
        self._until = 0.0

    def take(self, event: Refused | Blind) -> None:
        """Note a refusal."""
        self._words = _refused(event)
        self._until = time.monotonic() + max(event.seconds, _READABLE)

    @property
    def words(self) -> str:
        """What to show now."""
        return self._words if time.monotonic() < self._until else ''


class _Moves:
    """How far the guests of one hypervisor have got."""

    def __init__(self) -> None:
        self._moves: dict[str, Move] = {}
        self._began: float | None = None

    def take(self, move: Move) -> None:
        """Note where a guest is."""
        self._moves[move.guest.id] = move
        if self._began is None and move.state is MoveState.MOVING:
            self._began = time.monotonic()

    @property
    def all(self) -> int:
        """How many guests are to leave."""
        return len(self._leaving)

    @property
    def done(self) -> int:
        """How many have left."""
        return sum(move.state.has_left for move in self._moves.values())

    @property
    def _leaving(self) -> list[Move]:
        return [
            move
            for move in self._moves.values()
            if move.state is not MoveState.STAYED
        ]

    def words(self, now: float) -> str:
        """Render how many have left, how much memory, how fast, how long."""
        done, everything = self.done, self.all
        words = f'{done} of {everything} guests'
        memory = sum(move.guest.shape.memory for move in self._leaving)
        moved = sum(
            move.guest.shape.memory
            for move in self._moves.values()
            if move.state in (MoveState.MOVED, MoveState.SHELVED)
        )
        if memory:
            words += f', {moved / 1024:.1f} of {memory / 1024:.1f} GiB'
        if done and self._began is not None and now > self._began:
            rate = done / (now - self._began)
            words += f', {rate * 60:.1f} a minute'
            if done < everything:
                words += f', {columns.words((everything - done) / rate)} left'
        return words


class _Live:
    """The live view: rich asks it for a table several times a second."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}
        self._blind = _Trouble()

    def take(self, event: Event) -> None:
        """Note an event."""
        if isinstance(event, Blind):
            self._blind.take(event)
            return
        line = self._lines.setdefault(event.name, _Line())
        match event:
            case PhaseReached():
                if line.phase != event.status.phase:
                    line.since = time.monotonic()
                line.phase = event.status.phase
                line.reason = rendering.reason(event.status.reason)
            case Finished():
                line.ended = time.monotonic()
                line.reason = rendering.outcome(event.outcome)
                if not event.outcome.ok:
                    line.phase = 'failed'
            case MoveChanged():
                line.moves.take(event.move)
            case Refused():
                line.trouble.take(event)

    def __rich__(self) -> table.Table:
        """Draw the table as of now."""
        from rich import table

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
                self._rest(line, now),
            )
        return grid

    def _rest(self, line: _Line, now: float) -> table.Table | text.Text:
        """Draw what there is to say of one hypervisor."""
        from rich import text

        trouble = self._blind.words or line.trouble.words
        if line.ended is None and trouble:
            return text.Text(trouble)
        if line.ended is None and line.moves.all:
            return _bar(line.moves, now)
        # Brackets in a reason are no markup.
        return text.Text(line.reason)


def _bar(moves: _Moves, now: float) -> table.Table:
    """Draw how far a hypervisor's guests have got."""
    from rich import progress_bar
    from rich import table

    grid = table.Table.grid(padding=(0, 1))
    grid.add_column(width=20)
    grid.add_column(overflow='ellipsis', no_wrap=True)
    grid.add_row(
        progress_bar.ProgressBar(total=moves.all, completed=moves.done),
        moves.words(now),
    )
    return grid
