# SPDX-License-Identifier: Apache-2.0
"""The commands ``hypervisor ephemeral profile list|show|validate``."""

from __future__ import annotations

import argparse
import typing

from hvctl.i18n import _
from hvctl.osc import arguments
from hvctl.osc import command

_Rows = tuple[tuple[str, ...], list[tuple[typing.Any, ...]]]


class ListHypervisorEphemeralProfile(command.Lister):
    _description = _('List the profiles for ephemeral hypervisors')
    auth_required = False

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_profiles_file(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> _Rows:
        from hvctl import exceptions
        from hvctl.osc.output import profile_rows
        from hvctl.profiles import files

        self._choose_columns(parsed_args, profile_rows.LISTED)
        rows: list[tuple[typing.Any, ...]] = []
        try:
            library = files.load(parsed_args.profiles_file)
        except files.NoFile as error:
            self._say(
                f'{error}. To begin, copy the complete profile of the page '
                '"Profiles" in the documentation into one of these files, '
                'change it to your cloud, and type: openstack hypervisor '
                'ephemeral profile validate --online'
            )
            return profile_rows.LISTED, rows
        for name in library.names():
            try:
                profile = library.get(name)
            except exceptions.InvalidRequest as error:
                rows.append(profile_rows.listed_wrong(library, name))
                self._say(str(error))
            else:
                rows.append(profile_rows.listed(profile))
        return profile_rows.LISTED, rows


class ShowHypervisorEphemeralProfile(command.ShowOne):
    _description = _(
        'Show a profile for ephemeral hypervisors, fully merged.\n\n'
        'Secrets are masked.'
    )
    auth_required = False

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_profile(parser)
        parser.add_argument(
            '--reveal',
            metavar='<key>',
            action='append',
            default=[],
            help=_(
                'Show the secret of this key, as in '
                'nova.placement.password (repeat option for several)'
            ),
        )
        arguments.add_profiles_file(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[typing.Any, ...]]:
        from hvctl.osc.output import profile_rows
        from hvctl.profiles import files

        library = files.load(parsed_args.profiles_file)
        profile = library.get(parsed_args.profile)
        return profile_rows.shown(profile, parsed_args.reveal)


class ValidateHypervisorEphemeralProfile(command.Lister):
    _description = _(
        'Check profiles for ephemeral hypervisors.\n\n'
        'Prints everything that is wrong, and fails if there is anything. '
        'What is only unwise is a warning on standard error.'
    )
    auth_required = False

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'names',
            metavar='<profile>',
            nargs='*',
            help=_(
                'Name of the profile (repeat for several; default: all of '
                'them)'
            ),
        )
        parser.add_argument(
            '--online',
            action='store_true',
            help=_(
                'Look up every image, flavor, network and so on in the cloud '
                'as well'
            ),
        )
        arguments.add_profiles_file(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> _Rows:
        from hvctl.osc.create import settings
        from hvctl.osc.output import profile_rows
        from hvctl.profiles import cautions
        from hvctl.profiles import files

        self._choose_columns(parsed_args, profile_rows.VALIDATED)
        library = files.load(parsed_args.profiles_file)
        names = dict.fromkeys(parsed_args.names or library.names())
        problems = {
            name: library.problems(name) or settings.refused(library.get(name))
            for name in names
        }
        if parsed_args.online:
            # The client has prepared for a command that needs no cloud.
            self.auth_required = True
            self.app.prepare_to_run_command(self)
            for name in [n for n in names if not problems[n]]:
                problems[name] = settings.unknown(
                    self._client, library.get(name)
                )
        for name in [n for n in names if not problems[n]]:
            for caution in cautions.cautions(library.get(name)):
                self._warn(caution)
        self._failed = any(problems.values())
        return profile_rows.VALIDATED, profile_rows.validated(problems)
