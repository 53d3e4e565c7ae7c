# SPDX-License-Identifier: Apache-2.0
"""How hypervisors go, empty or emptied first: ``delete`` and ``prune``."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import typing

from hvctl.osc import command
from hvctl.osc import draining

if typing.TYPE_CHECKING:
    from hvctl.cloud import clients
    from hvctl.run import loop

Rows = list[tuple[typing.Any, ...]]


class Removing(command.Verb):
    """A command that deletes hypervisors."""

    def remove(
        self,
        client: clients.Client,
        names: tuple[str, ...],
        parsed_args: argparse.Namespace,
        again: str,
        *,
        drain: bool = True,
        expired: datetime.timedelta | None = None,
    ) -> Rows:
        """Delete hypervisors.

        :param again: the verb, for the line that says how to go on
        :param drain: empty them first, and delete those of which nothing is
            left
        :param expired: only what has expired so long ago
        :returns: a row for each, with facts
        """
        from hvctl.decide.delete import delete
        from hvctl.osc.output import rows

        printed: Rows = []
        stay = False
        if drain:
            drained = self._drain(client, names, parsed_args, again, expired)
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
        expired: datetime.timedelta | None,
    ) -> loop.Result:
        """Drain hypervisors.

        :returns: how that ended for those that are not to be deleted
        """
        from hvctl.decide.delete import after_drain
        from hvctl.decide.drain import drain

        options = draining.options(parsed_args, expired=expired)
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
