# SPDX-License-Identifier: Apache-2.0
"""The commands ``hypervisor ephemeral set|unset``."""

from __future__ import annotations

import argparse
import typing

from hvctl.i18n import _
from hvctl.osc import arguments
from hvctl.osc import command

if typing.TYPE_CHECKING:
    from hvctl.run import loop

_Rows = tuple[tuple[str, ...], list[tuple[typing.Any, ...]]]


class _Intend(command.Verb):
    """A command that changes what is intended with hypervisors."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_names(
            parser, _('Name of the hypervisor (repeat for several)')
        )
        arguments.add_timeout(parser)
        return parser

    def _intend(
        self,
        parsed_args: argparse.Namespace,
        names: tuple[str, ...],
        goal: loop.Goal,
        again: str,
    ) -> _Rows:
        from hvctl.osc.output import rows

        client = self.ask(parsed_args.timeout, lambda: self._client.of(names))
        result = self.work(client, goal, parsed_args.timeout, again)
        return rows.ENDED_WITH_FACTS, rows.ended(result)

    def _named(self, parsed_args: argparse.Namespace) -> tuple[str, ...]:
        from hvctl.decide.hypervisor import naming
        from hvctl.osc.output import rows

        self._choose_columns(
            parsed_args,
            rows.ENDED_WITH_FACTS,
            rows.ENDED_LONG if parsed_args.long else rows.ENDED,
        )
        return naming.check(parsed_args.names)


class SetHypervisorEphemeral(_Intend):
    _description = _(
        'Note what is intended with ephemeral hypervisors.\n\n'
        'It is kept in the metadata of their servers, where every operator '
        'sees it.'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--protected',
            action='store_true',
            help=_(
                'Let nobody drain or delete them, until that is unset; needs '
                '--reason'
            ),
        )
        parser.add_argument(
            '--reason',
            metavar='<text>',
            type=arguments.sentence,
            help=_('Why they are protected, for whoever is refused'),
        )
        ending = parser.add_mutually_exclusive_group()
        ending.add_argument(
            '--for',
            metavar='<duration>',
            dest='lasting',
            type=arguments.span,
            help=_('How long they are protected, as in 2d'),
        )
        ending.add_argument(
            '--until',
            metavar='<time>',
            type=arguments.moment,
            help=_(
                'When the protection ends, in ISO 8601, as in '
                '2026-12-01T08:00; in UTC without a zone'
            ),
        )
        parser.add_argument(
            '--expires',
            metavar='<duration>|<time>',
            type=arguments.span_or_moment,
            help=_(
                'When they may be taken away: after a time, as in 7d, or at '
                'one'
            ),
        )
        parser.add_argument(
            '--description',
            metavar='<text>',
            type=arguments.sentence,
            help=_('What they are for'),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> _Rows:
        from hvctl.decide import intentions

        names = self._named(parsed_args)
        self._check(parsed_args)
        protect = None
        if parsed_args.protected:
            protect = intentions.Protect(
                reason=parsed_args.reason,
                by=self._user(),
                until=parsed_args.lasting or parsed_args.until,
            )
        goal = intentions.Set(
            names=names,
            protect=protect,
            expires=parsed_args.expires,
            description=parsed_args.description,
        )
        return self._intend(parsed_args, names, goal, 'set')

    def _check(self, parsed_args: argparse.Namespace) -> None:
        from hvctl import exceptions

        if parsed_args.protected:
            if parsed_args.reason is None:
                raise exceptions.InvalidRequest(
                    '--protected needs a --reason, for whoever is refused'
                )
            return
        if parsed_args.reason or parsed_args.lasting or parsed_args.until:
            raise exceptions.InvalidRequest(
                '--reason, --for and --until are about a protection; add '
                '--protected, or leave them out'
            )
        if parsed_args.expires is None and parsed_args.description is None:
            raise exceptions.InvalidRequest(
                'there is nothing to set: give --protected, --expires or '
                '--description'
            )

    def _user(self) -> str:
        """Return the name of who types this, as far as Keystone tells it."""
        login = getattr(self.app.client_manager, 'auth_ref', None)
        return getattr(login, 'username', None) or ''


class UnsetHypervisorEphemeral(_Intend):
    _description = _(
        'Take back what was noted of ephemeral hypervisors with set'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--protected',
            action='store_true',
            help=_('Let them be drained and deleted again'),
        )
        parser.add_argument(
            '--expires',
            action='store_true',
            help=_('Let them stay until somebody deletes them'),
        )
        parser.add_argument(
            '--description',
            action='store_true',
            help=_('Remove the description'),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> _Rows:
        from hvctl import exceptions
        from hvctl.decide import intentions

        names = self._named(parsed_args)
        intended = tuple(
            each for each in intentions.ITEMS if getattr(parsed_args, each)
        )
        if not intended:
            raise exceptions.InvalidRequest(
                'there is nothing to unset: give --protected, --expires or '
                '--description'
            )
        goal = intentions.Unset(names=names, intended=intended)
        return self._intend(parsed_args, names, goal, 'unset')
