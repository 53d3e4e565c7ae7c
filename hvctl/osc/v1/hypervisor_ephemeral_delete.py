# SPDX-License-Identifier: Apache-2.0
"""The command ``hypervisor ephemeral delete``."""

from __future__ import annotations

import argparse
import dataclasses
import typing

from hvctl.i18n import _
from hvctl.osc import arguments
from hvctl.osc import command
from hvctl.osc import draining

if typing.TYPE_CHECKING:
    from hvctl.cloud import clients
    from hvctl.run import loop

_Rows = tuple[tuple[str, ...], list[tuple[typing.Any, ...]]]


class DeleteHypervisorEphemeral(command.Verb):
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
        from hvctl.decide.delete import delete
        from hvctl.decide.hypervisor import naming
        from hvctl.osc.output import rows

        self._choose_columns(
            parsed_args,
            rows.DELETED_WITH_FACTS,
            rows.DELETED_LONG if parsed_args.long else rows.DELETED,
        )
        names = naming.check(parsed_args.names)
        if not parsed_args.drain:
            draining.check_unused(parsed_args)
        client = self.ask(parsed_args.timeout, lambda: self._client.of(names))
        printed, stay = [], False
        if parsed_args.drain:
            drained = self._drain(client, names, parsed_args)
            printed, stay = rows.deleted(drained), bool(drained.verdicts)
            names = tuple(n for n in names if n not in drained.verdicts)
        if names:
            goal = delete.Delete(names=names)
            result = self.work(client, goal, parsed_args.timeout, 'delete')
            printed += rows.deleted(result)
        self._failed |= stay
        return rows.DELETED_WITH_FACTS, printed

    def _drain(
        self,
        client: clients.Client,
        names: tuple[str, ...],
        parsed_args: argparse.Namespace,
    ) -> loop.Result:
        """Drain hypervisors.

        :returns: how that ended for those that are not to be deleted
        """
        from hvctl.decide.delete import after_drain
        from hvctl.decide.drain import drain

        options = draining.options(parsed_args)
        result = self.work(
            client,
            drain.Drain(names=names, options=options),
            parsed_args.timeout,
            'delete --drain',
            winds_down=True,
        )
        stay = after_drain.those_that_stay(
            result.verdicts, stopped=result.ledger.winding_down
        )
        return dataclasses.replace(result, verdicts=stay)
