# SPDX-License-Identifier: Apache-2.0
"""The commands ``hypervisor ephemeral profile authority create|show``."""

from __future__ import annotations

import argparse
import typing

from hvctl.i18n import _
from hvctl.osc import arguments
from hvctl.osc import command

_Fields = tuple[tuple[str, ...], tuple[typing.Any, ...]]


class _Authority(command.ShowOne):
    """A command about the authorities of one profile."""

    auth_required = False

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_profile(parser)
        arguments.add_profiles_file(parser)
        return parser


class CreateHypervisorEphemeralProfileAuthority(_Authority):
    _description = _(
        'Make the authorities that issue keys to the hosts of a profile.\n\n'
        'One is for TLS, one for the users of SSH and one for its hosts. '
        'Their private keys go into the file of secrets and nowhere else. '
        'Prints what the profile needs, and what the other hosts must trust.'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--name',
            metavar='<name>',
            default='migration',
            help=_(
                'First part of the names of the secrets; another one makes '
                'further authorities (default: %(default)s)'
            ),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> _Fields:
        from hvctl.osc import authorities
        from hvctl.profiles import files

        self._choose_columns(parsed_args, authorities.MADE)
        library = files.load(parsed_args.profiles_file)
        return authorities.create(
            library, parsed_args.profile, parsed_args.name
        )


class ShowHypervisorEphemeralProfileAuthority(_Authority):
    _description = _(
        'Show what other hosts must trust of a profile.\n\n'
        'No secret is printed.'
    )

    def take_action(self, parsed_args: argparse.Namespace) -> _Fields:
        from hvctl.osc import authorities
        from hvctl.profiles import files

        library = files.load(parsed_args.profiles_file)
        return authorities.show(library.get(parsed_args.profile))
