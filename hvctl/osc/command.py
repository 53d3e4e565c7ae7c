# SPDX-License-Identifier: Apache-2.0
"""What the commands have in common.

Every ``openstack`` command imports the modules of all commands, so what costs
anything is imported when a command runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
import contextlib
import typing

from osc_lib import exceptions as osc_exceptions
from osc_lib.command import command

from hvctl import exceptions
from hvctl.i18n import _
from hvctl.osc import plugin
from hvctl.osc import signals
from hvctl.osc import streams

if typing.TYPE_CHECKING:
    from hvctl.cloud import clients
    from hvctl.run import loop

_T = typing.TypeVar('_T')

#: Seconds in which a verb that ended badly removes what must not outlive it.
_ENDING = 120


class _Base(command.Command):
    """Turns our errors into the client's."""

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command; an error of ours is one line, no traceback."""
        with streams.lasting(self.app):
            try:
                return int(super().run(parsed_args) or 0)
            except exceptions.HvctlError as error:
                raise osc_exceptions.CommandError(str(error)) from error
            except KeyboardInterrupt:
                if not getattr(self.app, 'interactive_mode', False):
                    signals.end_at_once()
                raise

    @property
    def _client(self) -> clients.Client:
        """The cloud of the client's options."""
        return typing.cast(
            'clients.Client', getattr(self.app.client_manager, plugin.API_NAME)
        )

    def _say(self, line: str) -> None:
        """Write a line to standard error."""
        self.app.stderr.write(f'{line}\n')

    def _warn(self, words: str) -> None:
        """Write a line of what goes on all the same."""
        self._say(f'Warning: {words}')

    def _choose_columns(
        self,
        parsed_args: argparse.Namespace,
        every: Sequence[str],
        shown: Sequence[str] | None = None,
    ) -> None:
        """Check the columns that are asked for, or choose those to show.

        cliff takes them for granted until everything is done.

        :param parsed_args: has them by their names afterwards
        :param every: the names of all columns
        :param shown: the names of those that people need most; formatters
            that keep data as such give all of them
        :raises InvalidRequest: when there is no such column
        """
        known = {_plain(column): column for column in every}
        # What prints one thing has nothing to sort.
        lists = [parsed_args.columns, getattr(parsed_args, 'sort_columns', [])]
        asked = [column for columns in lists for column in columns]
        unknown = [column for column in asked if _plain(column) not in known]
        if unknown:
            raise exceptions.InvalidRequest(
                f'there is no column {", ".join(map(repr, unknown))}; the '
                f'columns are: {", ".join(every)}'
            )
        for names in lists:
            names[:] = [known[_plain(name)] for name in names]
        if (
            shown is not None
            and not parsed_args.columns
            and not keeps_data(parsed_args)
        ):
            parsed_args.columns = list(shown)


def keeps_data(parsed_args: argparse.Namespace) -> bool:
    """Return whether the chosen formatter keeps data as such."""
    return parsed_args.formatter in ('json', 'yaml')


def _plain(column: str) -> str:
    """Return a column's name as cliff compares it."""
    return column.strip().lower().replace(' ', '_')


class Lister(_Base, command.Lister):
    """A command that prints a table.

    Its exit status is 1 when something failed; the table is printed all the
    same.
    """

    _failed = False

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command."""
        return super().run(parsed_args) or int(self._failed)


class ShowOne(_Base, command.ShowOne):
    """A command that prints one thing."""


class Text(_Base):
    """A command that prints a text as it is."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Print it."""
        text = self.text(parsed_args)
        self.app.stdout.write(text if text.endswith('\n') else f'{text}\n')

    def text(self, parsed_args: argparse.Namespace) -> str:
        """Return the text."""
        raise NotImplementedError


class Verb(Lister):
    """A command that works towards a goal and prints a row for each thing.

    It has failed when a name did not reach the goal.
    """

    #: When the command began, by the monotonic clock.
    _began: float | None = None

    def ask(self, timeout: float, question: Callable[[], _T]) -> _T:
        """Find out what the work needs; its time is the command's, too.

        A command that asks again has what is left of its time.

        :param timeout: seconds for the whole
        :param question: asks the cloud, and changes nothing
        :raises CloudError: when there is no answer in time
        """
        from hvctl import workers
        from hvctl.run import clocks

        now = clocks.SystemClock().monotonic()
        if self._began is None:
            self._began = now
        left = timeout - (now - self._began)
        return workers.within(max(1, left), question)

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what all verbs understand."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--long',
            action='store_true',
            help=_('List additional columns, with IDs'),
        )
        return parser

    def work(
        self,
        client: clients.Client,
        goal: loop.Goal,
        timeout: float,
        again: str,
        *,
        grace: float = 0,
        ending: loop.Goal | None = None,
        winds_down: bool = False,
    ) -> loop.Result:
        """Work towards a goal, and show how it goes on standard error.

        :param client: the clouds to work on
        :param goal: what is wanted
        :param timeout: seconds for the whole
        :param again: the verb, for the line that says how to go on
        :param grace: seconds after that in which the goal may clean up
        :param ending: what is to be reached when the goal was not, however
            that came
        :param winds_down: let what is under way come to its end at the first
            Ctrl-C
        :returns: how it ended
        """
        from hvctl.osc.output import live
        from hvctl.run import loop

        quiet = self.app.options.verbose_level == 0
        result = None
        with signals.ending_like_ctrl_c():
            try:
                with live.shown(self.app.stderr, quiet=quiet) as listen:
                    runner = loop.Loop(client, listen)
                    with self._interruptible(runner, winds_down):
                        result = runner.run(goal, timeout, grace, self._began)
            except KeyboardInterrupt:
                self._say(
                    'Stopped. What was begun goes on in the cloud; to take '
                    f'it up again, {again} with the same arguments.'
                )
                if ending is not None:
                    self._say(
                        'Removing what must not outlive it (Ctrl-C again: '
                        'leave it).'
                    )
                raise
            finally:
                if ending is not None and (result is None or not result.ok):
                    self._end(client, ending)
        self._failed = not result.ok
        return result

    def _end(self, client: clients.Client, ending: loop.Goal) -> None:
        """Remove what must not outlive a run, and say what could not be."""
        from hvctl.decide.wording import rendering
        from hvctl.run import loop

        try:
            result = loop.Loop(client, lambda event: None).run(ending, _ENDING)
        except exceptions.CloudError as error:
            self._say(str(error))
            return
        for verdict in result.verdicts.values():
            if verdict.outcome is not None and not verdict.outcome.ok:
                self._say(rendering.outcome(verdict.outcome))

    def _interruptible(
        self, runner: loop.Loop, winds_down: bool
    ) -> contextlib.AbstractContextManager[None]:
        """Let the first Ctrl-C wind a run down, where that is wanted."""
        if not winds_down:
            return contextlib.nullcontext()

        def wind_down() -> None:
            runner.wind_down()
            self._say(
                'Nothing new is begun; waiting for what is under way '
                '(Ctrl-C again: stop at once)'
            )

        return signals.on_first_ctrl_c(wind_down)
