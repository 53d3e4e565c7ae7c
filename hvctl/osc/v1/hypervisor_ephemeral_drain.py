# SPDX-License-Identifier: Apache-2.0
"""The command ``hypervisor ephemeral drain``."""

from __future__ import annotations

import argparse
import typing

from hvctl.i18n import _
from hvctl.osc import command


class DrainHypervisorEphemeral(command.Verb):
    _description = _(
        'Empty ephemeral hypervisors.\n\n'
        'Disables each, live-migrates its running and paused guests, '
        'cold-migrates its stopped ones, and ends when nothing is left on '
        'it. Guests in other states are reported and not touched. The '
        'service stays disabled.'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        command.add_names(
            parser, _('Name of the hypervisor (repeat for several)')
        )
        command.add_timeout(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[typing.Any, ...]]]:
        from hvctl.decide import drain
        from hvctl.decide import names
        from hvctl.osc import rows

        goal = drain.Drain(names=names.check(parsed_args.names))
        result = self.work(goal, parsed_args.timeout, 'drain')
        return rows.DRAINED, rows.drained(result)
