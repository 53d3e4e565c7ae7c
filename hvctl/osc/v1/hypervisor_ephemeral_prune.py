# SPDX-License-Identifier: Apache-2.0
"""The command ``hypervisor ephemeral prune``."""

from __future__ import annotations

import argparse
import datetime
import typing

from hvctl.i18n import _
from hvctl.osc import arguments
from hvctl.osc import draining
from hvctl.osc import removing

if typing.TYPE_CHECKING:
    from hvctl.cloud import clients
    from hvctl.decide.prune import Choice
    from hvctl.model.snapshot import Snapshot

_Rows = tuple[tuple[str, ...], removing.Rows]


class PruneHypervisorEphemeral(removing.Removing):
    _description = _(
        'Delete the ephemeral hypervisors that have expired.\n\n'
        'Empties each first, as drain does, and deletes those of which '
        'nothing is left. Those that are protected stay. Prints nothing where '
        'none has expired, and ends with 1 when one stays that was to go.'
    )

    #: Whether a compute cloud could not be looked at.
    _unseen = False

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--grace',
            metavar='<duration>',
            type=arguments.span,
            default=datetime.timedelta(0),
            help=_('Leave those that expired less than this ago, as in 1h'),
        )
        parser.add_argument(
            '--dry-run',
            action='store_true',
            help=_(
                'Print what would be done, and what stays or expires within a '
                'day; change nothing'
            ),
        )
        draining.add_options(
            parser.add_argument_group(
                _('how guests leave'), _('As for drain.')
            )
        )
        arguments.add_timeout(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> _Rows:
        from hvctl.osc.output import rows

        columns = rows.PLAN if parsed_args.dry_run else rows.ENDED_WITH_FACTS
        self._choose_columns(
            parsed_args,
            columns,
            rows.ENDED_LONG
            if parsed_args.long and not parsed_args.dry_run
            else columns[:4],
        )
        printed: removing.Rows = []
        failed = False
        for client, look, chosen in self._chosen(parsed_args):
            if parsed_args.dry_run:
                printed += self._planned(client, look, chosen, parsed_args)
            elif chosen.due:
                self._say(f'To be deleted: {", ".join(chosen.due)}')
                printed += self.remove(
                    client,
                    chosen.due,
                    parsed_args,
                    'prune',
                    expired=parsed_args.grace,
                )
            failed |= self._failed
        self._failed = failed or self._unseen
        return columns, printed

    def _chosen(
        self, parsed_args: argparse.Namespace
    ) -> typing.Iterator[tuple[clients.Client, Snapshot, Choice]]:
        """Choose in each compute cloud."""
        from hvctl import exceptions
        from hvctl.decide import prune
        from hvctl.decide.hypervisor import assemble
        from hvctl.osc.output import looks
        from hvctl.osc.output import warnings

        client = self._client
        look = self.ask(parsed_args.timeout, lambda: looks.every(client))
        if not client.tells_time:
            # The clock of this machine may be wrong by years.
            raise exceptions.CloudError(
                'no answer of the cloud tells the time (header Date), so '
                'nobody knows what has expired; delete what is to go by name'
            )
        others = sorted(filter(None, {*look.other_clouds.values()}))
        for cloud in (None, *others):
            if cloud is not None:
                try:
                    client = self._client.within(cloud)
                    look = looks.every(client)
                except exceptions.CloudError as error:
                    self._say(str(error))
                    self._unseen = True
                    continue
            found = assemble.assemble(look, assemble.names(look)).values()
            for words in warnings.unreadable(found, look.taken_at):
                self._warn(words)
            yield (
                client,
                look,
                prune.choose(
                    found, look.taken_at, parsed_args.grace, warnings.SOON
                ),
            )

    def _planned(
        self,
        client: clients.Client,
        look: Snapshot,
        chosen: Choice,
        parsed_args: argparse.Namespace,
    ) -> removing.Rows:
        """Return the rows of what would be done."""
        from hvctl.osc.output import columns

        printed: removing.Rows = [
            (name, 'check', 'stays', 'it has expired and is protected')
            for name in chosen.protected
        ]
        printed += [
            (name, 'check', 'stays', f'due at {columns.utc(at)}')
            for name, at in chosen.soon
        ]
        if not chosen.due:
            return printed
        options = draining.options(
            parsed_args, expired=parsed_args.grace, dry_run=True
        )
        return printed + self.planned(
            client, look, chosen.due, options, parsed_args.timeout, 'prune'
        )
