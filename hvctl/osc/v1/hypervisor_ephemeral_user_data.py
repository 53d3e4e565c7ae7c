# SPDX-License-Identifier: Apache-2.0
"""The command ``hypervisor ephemeral user data show``."""

from __future__ import annotations

import argparse

from hvctl.i18n import _
from hvctl.osc import arguments
from hvctl.osc import command


class ShowHypervisorEphemeralUserData(command.Text):
    _description = _(
        'Show the user-data of an ephemeral hypervisor.\n\n'
        'It is what create would send for a profile and a name, before it '
        'is compressed. Secrets are masked, and what only the cloud '
        'knows, such as the addresses of the ports, as a question mark. The '
        'compute node id is an example, and so are certificates: create '
        'makes others each time.'
    )
    auth_required = False

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'name', metavar='<name>', help=_('Name of the hypervisor')
        )
        parser.add_argument(
            '--profile',
            metavar='<profile>',
            required=True,
            help=_('Profile of the hypervisor (required)'),
        )
        parser.add_argument(
            '--decode',
            action='store_true',
            help=_('Show it part by part, without what holds them together'),
        )
        parser.add_argument(
            '--reveal',
            action='store_true',
            help=_('Show the secrets as well'),
        )
        arguments.add_profiles_file(parser)
        return parser

    def text(self, parsed_args: argparse.Namespace) -> str:
        from hvctl.decide.hypervisor import naming
        from hvctl.osc.create import settings
        from hvctl.profiles import files

        (name,) = naming.check([parsed_args.name])
        profile = files.load(parsed_args.profiles_file).get(
            parsed_args.profile
        )
        sent, masked = (
            settings.an_example(profile, name, reveal=reveal)
            for reveal in (True, False)
        )
        # What Nova would refuse is refused here too.
        sent.encode()
        shown = sent if parsed_args.reveal else masked
        return shown.decoded() if parsed_args.decode else shown.text()
