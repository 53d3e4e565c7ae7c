# SPDX-License-Identifier: Apache-2.0
"""The command ``hypervisor ephemeral delete``."""

from __future__ import annotations

import argparse

from hvctl.i18n import _
from hvctl.osc import arguments
from hvctl.osc import draining
from hvctl.osc import removing

_Rows = tuple[tuple[str, ...], removing.Rows]


class DeleteHypervisorEphemeral(removing.Removing):
    _description = _(
        'Take ephemeral hypervisors away.\n\n'
        'Ends each machine, waits until it is really gone, and removes '
        'everything that it had in the cloud. Refuses while guests are on '
        'it, or empties it first with --drain.'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_names(
            parser, _('Name of the hypervisor (repeat for several)')
        )
        parser.add_argument(
            '--drain',
            action='store_true',
            help=_(
                'Empty the hypervisors first, as drain does, and delete '
                'those of which nothing is left'
            ),
        )
        draining.add_options(
            parser.add_argument_group(
                _('with --drain'), _('How guests leave, as for drain.')
            )
        )
        arguments.add_timeout(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> _Rows:
        from hvctl.decide.hypervisor import naming
        from hvctl.osc.output import rows

        self._choose_columns(
            parsed_args,
            rows.ENDED_WITH_FACTS,
            rows.ENDED_LONG if parsed_args.long else rows.ENDED,
        )
        names = naming.check(parsed_args.names)
        if not parsed_args.drain:
            draining.check_unused(parsed_args)
        client = self.ask(parsed_args.timeout, lambda: self._client.of(names))
        again = 'delete --drain' if parsed_args.drain else 'delete'
        printed = self.remove(
            client, names, parsed_args, again, drain=parsed_args.drain
        )
        return rows.ENDED_WITH_FACTS, printed
