# SPDX-License-Identifier: Apache-2.0
"""The command ``hypervisor ephemeral stats show``."""

from __future__ import annotations

import argparse
import typing

from hvctl.i18n import _
from hvctl.osc import command


class ShowHypervisorEphemeralStats(command.ShowOne):
    _description = _(
        'Show figures of all ephemeral hypervisors of the project.\n\n'
        'VCPUs, memory and disk are what Placement may give of those that are '
        'registered, and has given. Free seats are counted host by host, on '
        'those that are enabled.'
    )

    _failed = False

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--flavor',
            metavar='<flavor>',
            dest='flavors',
            action='append',
            default=[],
            help=_(
                'Count how many more guests of this flavor find room (name '
                'or ID) (repeat option for several)'
            ),
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[typing.Any, ...]]:
        from hvctl.osc.output import stats

        found = stats.look(self._client, parsed_args.flavors, self._missed)
        fields = dict(stats.fields(found))
        return tuple(fields), tuple(fields.values())

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command; it has failed where a cloud is missing."""
        return super().run(parsed_args) or int(self._failed)

    def _missed(self, words: str) -> None:
        self._say(words)
        self._failed = True
