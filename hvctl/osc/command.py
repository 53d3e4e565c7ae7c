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
    from hvctl.cloud import clients
    from hvctl.run import loop

#: Seconds in which a verb that ended badly removes what must not outlive it.
_ENDING = 120

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
    def _client(self) -> clients.Client:
        """The cloud of the client's options."""
        return typing.cast(
            'clients.Client', getattr(self.app.client_manager, plugin.API_NAME)
        )


class Lister(_Base, command.Lister):
    """A command that prints a table.

    Its exit status is 1 when something failed; the table is printed all the
    same.
    """

    _failed = False

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command."""
        return super().run(parsed_args) or int(self._failed)

    def _say(self, line: str) -> None:
        """Write a line to standard error."""
        self.app.stderr.write(f'{line}\n')


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

    It has failed when a name did not reach the goal.
    """

    #: Whether the first Ctrl-C lets what is under way come to its end.
    _winds_down = False

    def work(
        self,
        client: clients.Client,
        goal: loop.Goal,
        timeout: float,
        again: str,
        *,
        grace: float = 0,
        ending: loop.Goal | None = None,
    ) -> loop.Result:
        """Work towards a goal, and show how it goes on standard error.

        :param client: the clouds to work on
        :param goal: what is wanted
        :param timeout: seconds for the whole
        :param again: the verb, for the line that says how to go on
        :param grace: seconds after that in which the goal may clean up
        :param ending: what is to be reached when the goal was not, however
            that came
        :returns: how it ended
        """
        from hvctl.osc.output import live
        from hvctl.run import loop

        quiet = self.app.options.verbose_level == 0
        result = None
        with _stopped_by_signals():
            try:
                with live.shown(self.app.stderr, quiet=quiet) as listen:
                    runner = loop.Loop(client, listen)
                    with self._interruptible(runner):
                        result = runner.run(goal, timeout, grace)
            except KeyboardInterrupt:
                self._say(
                    _(
                        'Stopped. What was begun goes on in the cloud; to '
                        'take it up again, %s with the same arguments.'
                    )
                    % again
                )
                if ending is not None:
                    self._say(
                        _(
                            'Removing what must not outlive it (Ctrl-C '
                            'again: leave it).'
                        )
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
                self._say(rendering.reason(verdict.outcome.reason))

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
            self._say(
                _(
                    'Nothing new is begun; waiting for what is under way '
                    '(Ctrl-C again: stop at once)'
                )
            )

        signal.signal(signal.SIGINT, first)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, usual)


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Let what ends a command in a script end it as a Ctrl-C does.

    Those that somebody ignores, as nohup does, stay ignored.
    """

    def stop(_number: int, _frame: types.FrameType | None) -> None:
        raise KeyboardInterrupt

    usual = {
        number: signal.signal(number, stop)
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is signal.SIG_DFL
    }
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


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


def address(text: str) -> str:
    """Read an IP address."""
    import ipaddress

    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def duration(text: str) -> float:
    """Read a duration, in seconds."""
    from hvctl.model import duration

    try:
        return duration.seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
