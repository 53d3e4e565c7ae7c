# SPDX-License-Identifier: Apache-2.0
"""What the commands have in common.

Every ``openstack`` command imports the modules of all commands, so what costs
anything is imported when a command runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
import contextlib
import signal
import types
import typing

from osc_lib import exceptions as osc_exceptions
from osc_lib.command import command

from hvctl import exceptions
from hvctl.i18n import _
from hvctl.osc import plugin

if typing.TYPE_CHECKING:
    from hvctl.cloud import client
    from hvctl.run import loop

#: Bare metal takes its minutes, a large machine's memory check alone ten.
DEFAULT_TIMEOUT = 3600


class _Base(command.Command):
    """Turns our errors into the client's."""

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command; an error of ours is one line, no traceback."""
        try:
            return int(super().run(parsed_args) or 0)
        except exceptions.HvctlError as error:
            raise osc_exceptions.CommandError(str(error)) from error

    @property
    def _client(self) -> client.Client:
        """The cloud of the client's options."""
        return typing.cast(
            'client.Client', getattr(self.app.client_manager, plugin.API_NAME)
        )


class Lister(_Base, command.Lister):
    """A command that prints a table."""


class ShowOne(_Base, command.ShowOne):
    """A command that prints one thing."""


class Text(_Base):
    """A command that prints a text as it is."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Print it."""
        text = self.text(parsed_args)
        self.app.stdout.write(text if text.endswith('\n') else f'{text}\n')

    def text(self, parsed_args: argparse.Namespace) -> str:
        """Give the text."""
        raise NotImplementedError


class Verb(Lister):
    """A command that works towards a goal and prints a row for each thing.

    Its exit status is 1 when a name did not reach the goal; the table is
    printed all the same.
    """

    _failed = False

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command."""
        return super().run(parsed_args) or int(self._failed)

    #: Whether the first Ctrl-C lets what is under way come to its end.
    _winds_down = False

    def work(
        self, goal: loop.Goal, timeout: float, again: str, grace: float = 0
    ) -> loop.Result:
        """Work towards a goal, and show how it goes on standard error.

        :param goal: what is wanted
        :param timeout: seconds for the whole
        :param again: the verb, for the line that says how to go on
        :param grace: seconds after that in which the goal may clean up
        :returns: how it ended
        """
        from hvctl.osc import progress
        from hvctl.run import loop

        quiet = self.app.options.verbose_level == 0
        try:
            with progress.shown(self.app.stderr, quiet=quiet) as listen:
                runner = loop.Loop(self._client, listen)
                with self._interruptible(runner):
                    result = runner.run(goal, timeout, grace)
        except KeyboardInterrupt:
            self.app.stderr.write(
                _(
                    'Stopped. What was begun goes on in the cloud; to take '
                    'it up again, %s with the same arguments.'
                )
                % again
                + '\n'
            )
            raise
        self._failed = not result.ok
        return result

    @contextlib.contextmanager
    def _interruptible(self, runner: loop.Loop) -> Iterator[None]:
        """Let the first Ctrl-C wind a run down; the second ends it."""
        if not self._winds_down:
            yield
            return
        usual = signal.getsignal(signal.SIGINT)

        def first(_number: int, _frame: types.FrameType | None) -> None:
            signal.signal(signal.SIGINT, usual)
            runner.wind_down()
            self.app.stderr.write(
                _(
                    'Nothing new is begun; waiting for what is under way '
                    '(Ctrl-C again: stop at once)'
                )
                + '\n'
            )

        signal.signal(signal.SIGINT, first)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, usual)


def add_names(parser: argparse.ArgumentParser, text: str) -> None:
    """Add the names that a batch works on."""
    parser.add_argument('names', metavar='<name>', nargs='+', help=text)


def add_profiles_file(parser: argparse.ArgumentParser) -> None:
    """Add where the profiles are."""
    parser.add_argument(
        '--profiles-file',
        metavar='<file>',
        help=_(
            'File with the profiles (Env: HVCTL_PROFILES_FILE) (default: the '
            'first of ./hvctl.yaml, ~/.config/openstack/hvctl.yaml and '
            '/etc/openstack/hvctl.yaml)'
        ),
    )


def add_timeout(parser: argparse.ArgumentParser) -> None:
    """Add the time limit for the whole."""
    parser.add_argument(
        '--timeout',
        metavar='<seconds>',
        type=positive,
        default=DEFAULT_TIMEOUT,
        help=_(
            'Seconds after which to stop waiting; the same command again '
            'goes on (default: %(default)s)'
        ),
    )


def number(text: str) -> int:
    """Read a whole number that is not below 0."""
    try:
        found = int(text)
    except ValueError:
        found = -1
    if found < 0:
        raise argparse.ArgumentTypeError(_('%r is not a whole number') % text)
    return found


def positive(text: str) -> int:
    """Read a whole number above 0."""
    if not (found := number(text)):
        raise argparse.ArgumentTypeError(
            _('%r is not a whole number above 0') % text
        )
    return found


def duration(text: str) -> float:
    """Read a duration, in seconds."""
    from hvctl.model import duration

    try:
        return duration.seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
