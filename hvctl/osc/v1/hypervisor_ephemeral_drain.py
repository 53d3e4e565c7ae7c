# SPDX-License-Identifier: Apache-2.0
"""The command ``hypervisor ephemeral drain``."""

from __future__ import annotations

import argparse
import typing

from hvctl.i18n import _
from hvctl.osc import arguments
from hvctl.osc import command
from hvctl.osc import draining

if typing.TYPE_CHECKING:
    from hvctl.run import loop


class DrainHypervisorEphemeral(command.Verb):
    _description = _(
        'Empty ephemeral hypervisors.\n\n'
        'Disables each, says which guests are in the way before the first '
        'one moves, live-migrates running and paused guests, cold-migrates '
        'stopped ones, and ends when nothing is left. The service stays '
        'disabled. Ctrl-C begins nothing new and waits for what is under '
        'way; a second one stops at once.'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_names(
            parser, _('Name of the hypervisor (repeat for several)')
        )
        draining.add_options(parser)
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument(
            '--dry-run',
            action='store_true',
            help=_('Print what would be done with each guest; change nothing'),
        )
        mode.add_argument(
            '--undo',
            action='store_true',
            help=_(
                'Enable again what a drain has disabled, once its cold '
                'migrations are confirmed, and drop what has not begun to '
                'move; what has left stays where it is'
            ),
        )
        mode.add_argument(
            '--no-wait',
            dest='wait',
            action='store_false',
            help=_(
                'Begin to move what may be under way at once, and end with '
                '0 when that went well; the result says "moving" of what is '
                'under way, and the same command again goes on'
            ),
        )
        arguments.add_timeout(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[typing.Any, ...]]]:
        from hvctl.decide.hypervisor import naming
        from hvctl.osc.output import drain_rows

        self._choose_columns(
            parsed_args,
            drain_rows.DRAINED_WITH_FACTS,
            drain_rows.DRAINED_LONG
            if parsed_args.long
            else drain_rows.DRAINED,
        )
        wanted = naming.check(parsed_args.names)
        client = self.ask(parsed_args.timeout, lambda: self._client.of(wanted))
        goal = _goal(parsed_args, wanted)
        result = self.work(
            client, goal, parsed_args.timeout, 'drain', winds_down=True
        )
        return drain_rows.DRAINED_WITH_FACTS, drain_rows.drained(result)


def _goal(
    parsed_args: argparse.Namespace, names: tuple[str, ...]
) -> loop.Goal:
    from hvctl.decide.drain import drain
    from hvctl.decide.drain import undo

    if parsed_args.undo:
        return undo.Undo(names=names)
    return drain.Drain(
        names=names,
        options=draining.options(
            parsed_args, dry_run=parsed_args.dry_run, wait=parsed_args.wait
        ),
    )
