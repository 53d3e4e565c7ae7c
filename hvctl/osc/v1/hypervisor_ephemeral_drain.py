# SPDX-License-Identifier: Apache-2.0
"""The command ``hypervisor ephemeral drain``."""

from __future__ import annotations

import argparse
import typing

from hvctl.i18n import _
from hvctl.osc import arguments
from hvctl.osc import command

if typing.TYPE_CHECKING:
    from hvctl.model.drain_options import DrainOptions
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

    _winds_down = True

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_names(
            parser, _('Name of the hypervisor (repeat for several)')
        )
        parser.add_argument(
            '--method',
            choices=('auto', 'live', 'cold'),
            default='auto',
            help=_(
                'How guests leave, whatever their owners want; auto is what '
                'suits the state of each and their owners (default: '
                '%(default)s)'
            ),
        )
        parser.add_argument(
            '--to',
            metavar='<host>',
            help=_(
                'Host that takes them all (default: wherever the scheduler '
                'finds room)'
            ),
        )
        parser.add_argument(
            '--max-parallel',
            metavar='<number>',
            type=arguments.positive,
            help=_(
                'Guests of one hypervisor that are under way at once '
                '(default: as many as its profile says that its nova-compute '
                'migrates at once, else 4)'
            ),
        )
        parser.add_argument(
            '--retries',
            metavar='<number>',
            type=arguments.number,
            default=1,
            help=_(
                'How often a move that failed is tried again, after the '
                'others (default: %(default)s)'
            ),
        )
        parser.add_argument(
            '--max-draining',
            metavar='<number>|<percent>%',
            type=_budget,
            help=_(
                'Refuse when more hypervisors than these would be closed '
                'for drains, or more than this part of the VCPUs or memory '
                'of all that take guests (default: any one hypervisor, or '
                'several with 50%% together)'
            ),
        )
        _add_permissions(parser)
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
        result = self.work(client, goal, parsed_args.timeout, 'drain')
        return drain_rows.DRAINED_WITH_FACTS, drain_rows.drained(result)


def _add_permissions(parser: argparse.ArgumentParser) -> None:
    """Add what a drain does not do without being told."""
    parser.add_argument(
        '--on-blocked',
        choices=('stop', 'continue'),
        default='stop',
        help=_(
            'When guests cannot be moved: move none, or move the others '
            '(default: %(default)s)'
        ),
    )
    parser.add_argument(
        '--suspended',
        choices=('leave', 'shelve'),
        help=_(
            'Leave suspended guests, or shelve them, which loses the content '
            'of their memory'
        ),
    )
    parser.add_argument(
        '--allow-cold',
        action='store_true',
        help=_(
            'Switch running guests off for the move that cannot be '
            'live-migrated'
        ),
    )
    parser.add_argument(
        '--confirm-resizes',
        action='store_true',
        help=_('Confirm resizes that wait for their owners'),
    )
    parser.add_argument(
        '--force-complete',
        action='store_true',
        help=_(
            'Halt a guest that has been copied for longer than its memory '
            'and disk explain (5 minutes and 1 for each GiB), or for half of '
            'what was left of --timeout, so that its migration ends'
        ),
    )


def _budget(text: str) -> int | float:
    """Read a number, or a percentage as a share of 1."""
    if not text.endswith('%'):
        return arguments.positive(text)
    percent = arguments.positive(text[:-1])
    if percent > 100:
        raise argparse.ArgumentTypeError(_('%r is more than all') % text)
    return percent / 100


def _goal(
    parsed_args: argparse.Namespace, names: tuple[str, ...]
) -> loop.Goal:
    from hvctl.decide.drain import drain
    from hvctl.decide.drain import undo

    if parsed_args.undo:
        return undo.Undo(names=names)
    return drain.Drain(names=names, options=_options(parsed_args))


def _options(parsed_args: argparse.Namespace) -> DrainOptions:
    from hvctl.model.drain_options import DrainOptions, Method, Suspended

    method = parsed_args.method
    suspended = parsed_args.suspended
    most = parsed_args.max_draining
    return DrainOptions(
        method=None if method == 'auto' else Method(method),
        parallel=parsed_args.max_parallel,
        destination=parsed_args.to,
        past_blocked=parsed_args.on_blocked == 'continue',
        suspended=Suspended(suspended) if suspended else None,
        allow_cold=parsed_args.allow_cold,
        confirm_resizes=parsed_args.confirm_resizes,
        force_complete=parsed_args.force_complete,
        retries=parsed_args.retries,
        most_draining=most if isinstance(most, int) else None,
        most_draining_share=most if isinstance(most, float) else None,
        dry_run=parsed_args.dry_run,
        wait=parsed_args.wait,
    )
