# SPDX-License-Identifier: Apache-2.0
"""The command ``hypervisor ephemeral stats show``."""

from __future__ import annotations

import argparse
import typing

from hvctl.i18n import _
from hvctl.osc import command

if typing.TYPE_CHECKING:
    import importlib.metadata

#: Seconds between two lines, at least.
_PAUSE = 5.0


class ShowHypervisorEphemeralStats(command.ShowOne):
    _description = _(
        'Show figures of all ephemeral hypervisors of the project.\n\n'
        'VCPUs, memory and disk are what Placement may give of those that are '
        'registered, and has given. Free seats are counted host by host, on '
        'those that are enabled. With -f prometheus they are OpenMetrics text.'
    )

    _failed = False

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        shown = parser.add_mutually_exclusive_group()
        shown.add_argument(
            '--flavor',
            metavar='<flavor>',
            dest='flavors',
            action='append',
            default=[],
            help=_(
                'Count how many more guests of this flavor find room (name '
                'or ID) (repeat option for several)'
            ),
        )
        shown.add_argument(
            '--watch',
            action='store_true',
            help=_(
                'Print a line with the numbers of guests by status again and '
                'again, until Ctrl-C'
            ),
        )
        return parser

    def _load_formatter_plugins(self) -> typing.Any:
        """Add one that is of no use to other commands."""
        from stevedore import extension

        from hvctl.osc.output import openmetrics

        plugins = super()._load_formatter_plugins()
        plugins.extensions.append(
            extension.Extension(
                'prometheus',
                typing.cast('importlib.metadata.EntryPoint', None),
                openmetrics.Formatter,
                openmetrics.Formatter(),
            )
        )
        return plugins

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[typing.Any, ...]]:
        from hvctl.osc.output import stats

        if parsed_args.watch:
            self._watch(parsed_args)
        found = stats.look(self._client, parsed_args.flavors, self._missed)
        fields = dict(stats.fields(found))
        return tuple(fields), tuple(fields.values())

    def _watch(self, parsed_args: argparse.Namespace) -> typing.NoReturn:
        """Print lines until somebody presses Ctrl-C.

        A look that fails is told of, and the next one may succeed.
        """
        from hvctl import exceptions
        from hvctl.osc.output import stats
        from hvctl.run import clocks

        clock = clocks.SystemClock()
        while True:
            began = clock.monotonic()
            try:
                found = stats.look(self._client, (), self._missed)
            except exceptions.CloudError as error:
                self._say(str(error))
            else:
                self.app.stdout.write(f'{stats.line(found)}\n')
                self.app.stdout.flush()
            # The services shall not spend more time on us than on others.
            clock.wait((), max(_PAUSE, clock.monotonic() - began))

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command; it has failed where a cloud is missing."""
        return super().run(parsed_args) or int(self._failed)

    def _missed(self, words: str) -> None:
        self._say(words)
        self._failed = True
