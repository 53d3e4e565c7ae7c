# SPDX-License-Identifier: Apache-2.0
"""How hypervisors go: ``delete``, ``prune`` and ``scale``."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import typing

from hvctl.osc import command
from hvctl.osc import draining

if typing.TYPE_CHECKING:
    from hvctl.cloud import clients
    from hvctl.model.drain_options import DrainOptions
    from hvctl.model.snapshot import Snapshot
    from hvctl.run import loop

Rows = list[tuple[typing.Any, ...]]


class Removing(command.Verb):
    """A command that deletes hypervisors."""

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: typing.Any,
        data: typing.Any,
    ) -> int:
        """Print nothing where a table would be empty: cron would mail it."""
        if parsed_args.formatter == 'table' and not data:
            return 0
        return int(super().produce_output(parsed_args, column_names, data))

    def remove(
        self,
        client: clients.Client,
        names: tuple[str, ...],
        parsed_args: argparse.Namespace,
        again: str,
        *,
        drain: bool = True,
        expired: datetime.timedelta | None = None,
        for_scale: bool = False,
    ) -> Rows:
        """Delete hypervisors.

        :param again: the verb, for the line that says how to go on
        :param drain: empty them first, and delete those of which nothing is
            left
        :param expired: only what has expired so long ago
        :param for_scale: what is closed is told apart as a scale's
        :returns: a row for each, with facts
        """
        from hvctl.decide.delete import delete
        from hvctl.osc.output import rows

        printed: Rows = []
        stay = False
        if drain:
            options = draining.options(
                parsed_args, expired=expired, for_scale=for_scale
            )
            drained = self._drain(client, names, parsed_args, again, options)
            printed, stay = rows.ended(drained), bool(drained.verdicts)
            names = tuple(n for n in names if n not in drained.verdicts)
        if names:
            goal = delete.Delete(names=names, expired=expired)
            result = self.work(client, goal, parsed_args.timeout, again)
            printed += rows.ended(result)
        self._failed |= stay
        return printed

    def _drain(
        self,
        client: clients.Client,
        names: tuple[str, ...],
        parsed_args: argparse.Namespace,
        again: str,
        options: DrainOptions,
    ) -> loop.Result:
        """Drain hypervisors.

        :returns: how that ended for those that are not to be deleted
        """
        from hvctl.decide.delete import after_drain
        from hvctl.decide.drain import drain

        result = self.work(
            client,
            drain.Drain(names=names, options=options),
            parsed_args.timeout,
            again,
            winds_down=True,
        )
        stay = after_drain.those_that_stay(
            result.verdicts, stopped=result.ledger.winding_down
        )
        return dataclasses.replace(result, verdicts=stay)

    def planned(
        self,
        client: clients.Client,
        look: Snapshot,
        names: tuple[str, ...],
        options: DrainOptions,
        timeout: float,
        again: str,
    ) -> Rows:
        """Return the rows of what would be done; it has failed if one stays.

        :param look: that has the hypervisors
        :param options: of a dry run
        """
        from hvctl.decide.delete import after_drain
        from hvctl.decide.delete import delete
        from hvctl.decide.drain import drain
        from hvctl.decide.hypervisor import assemble
        from hvctl.decide.wording import rendering

        goal = drain.Drain(names=names, options=options)
        result = self.work(client, goal, timeout, f'{again} --dry-run')
        stay = after_drain.those_that_stay(result.verdicts, stopped=False)
        self._failed = bool(stay)
        found = assemble.assemble(look, names)
        printed: Rows = []
        for name, verdict in result.verdicts.items():
            words = rendering.outcome(verdict.outcome)
            if name in stay:
                printed.append((name, 'check', 'failed', words))
                continue
            printed.append((name, 'step', 'planned', f'drain: {words}'))
            printed += [
                (name, str(stage.kind), 'planned', stage.words)
                for stage in delete.whole(found[name])
            ]
        return printed
