# SPDX-License-Identifier: Apache-2.0
"""How guests leave: the options of ``drain``, which ``delete`` has, too."""

from __future__ import annotations

import argparse
import datetime
import typing

from hvctl.i18n import _
from hvctl.osc import arguments

if typing.TYPE_CHECKING:
    from hvctl.model.drain_options import DrainOptions


def add_options(
    parser: argparse._ActionsContainer, *, to: bool = True
) -> None:
    """Add how guests leave, and what a drain does not do without being told.

    :param parser: a parser, or a group of its options
    :param to: let the user say where they go
    """
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
    if to:
        parser.add_argument(
            '--to',
            metavar='<host>',
            help=_(
                'Host that takes them all (default: wherever the scheduler '
                'finds room)'
            ),
        )
    else:
        parser.set_defaults(to=None)
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


def options(
    parsed_args: argparse.Namespace,
    *,
    expired: datetime.timedelta | None = None,
    for_scale: bool = False,
    dry_run: bool = False,
    wait: bool = True,
) -> DrainOptions:
    """Return what was said of how guests leave.

    :param expired: see :class:`.DrainOptions`, as the others
    """
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
        expired=expired,
        for_scale=for_scale,
        dry_run=dry_run,
        wait=wait,
    )


def check_unused(parsed_args: argparse.Namespace) -> None:
    """Check that nothing is said of guests that are not to leave.

    :raises InvalidRequest: when something is
    """
    from hvctl import exceptions

    parser = argparse.ArgumentParser()
    add_options(parser)
    given = [
        f'--{name.replace("_", "-")}'
        for name, default in vars(parser.parse_args([])).items()
        if getattr(parsed_args, name) != default
    ]
    if given:
        raise exceptions.InvalidRequest(
            f'{", ".join(given)}: that is for guests which leave first; add '
            '--drain, or leave it out'
        )


def _budget(text: str) -> int | float:
    """Read a number, or a percentage as a share of 1."""
    if not text.endswith('%'):
        return arguments.positive(text)
    percent = arguments.positive(text[:-1])
    if percent > 100:
        raise argparse.ArgumentTypeError(_('%r is more than all') % text)
    return percent / 100
