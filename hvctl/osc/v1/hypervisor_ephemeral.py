# SPDX-License-Identifier: Apache-2.0
"""The commands ``hypervisor ephemeral create|list|show``."""

from __future__ import annotations

import argparse
import typing

from osc_lib.cli import parseractions

from hvctl.i18n import _
from hvctl.osc import arguments
from hvctl.osc import command
from hvctl.osc import making

_Rows = tuple[tuple[str, ...], list[tuple[typing.Any, ...]]]


class CreateHypervisorEphemeral(making.Making):
    _description = _(
        'Make ephemeral hypervisors.\n\n'
        'Each name becomes a bare-metal server that registers as a '
        'nova-compute host, is checked while nobody can land on it, and is '
        'enabled. The same command again goes on from where the cloud is; a '
        'name that is an enabled hypervisor already is left as it is.'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_names(
            parser,
            _('Name of the hypervisor, and of its host (repeat for several)'),
        )
        parser.add_argument(
            '--profile',
            metavar='<profile>',
            help=_(
                'Profile that says what the hypervisors are; other options '
                'count more than it (name)'
            ),
        )
        arguments.add_profiles_file(parser)
        parser.add_argument(
            '--image',
            metavar='<image>',
            help=_(
                "Image for the machine (name or ID) (default: the profile's)"
            ),
        )
        parser.add_argument(
            '--flavor',
            metavar='<flavor>',
            help=_(
                'Flavor that asks for bare metal (name or ID) (default: the '
                "profile's)"
            ),
        )
        parser.add_argument(
            '--network',
            metavar='<network>',
            help=_(
                "Network on which the host reaches the cloud's internal "
                "services (name or ID) (default: the profile's)"
            ),
        )
        parser.add_argument(
            '--subnet',
            metavar='<subnet>',
            help=_(
                "Subnet of that network for the machine's address (name or "
                "ID) (default: the profile's, else Neutron's choice)"
            ),
        )
        parser.add_argument(
            '--fixed-ip',
            metavar='<ip-address>',
            type=arguments.address,
            help=_(
                "The machine's address in that network, for a single "
                "hypervisor (default: the profile's, else Neutron's choice)"
            ),
        )
        parser.add_argument(
            '--machine-zone',
            metavar='<zone-name>',
            help=_(
                'Availability zone of the bare-metal cloud from which the '
                "machine is taken (default: the profile's, else the cloud's "
                'choice)'
            ),
        )
        parser.add_argument(
            '--key-name',
            metavar='<keypair>',
            help=_("Keypair for the machine (name) (default: the profile's)"),
        )
        source = parser.add_mutually_exclusive_group()
        source.add_argument(
            '--config',
            metavar='<nova-conf-fragment>',
            help=_(
                'File with the part of nova.conf that all hypervisors of the '
                'cloud have in common, for use without a profile; the '
                'built-in user-data adds the name and brings it to the '
                'machine'
            ),
        )
        source.add_argument(
            '--user-data',
            metavar='<file>',
            help=_(
                'File with user-data of your own, sent as it is instead of '
                'any other; nova-compute must register as <name> or '
                '<name>.<domain>. Nothing can hold such a host closed before '
                'it registers: its service is disabled as soon as it shows, '
                'until it is known to be good'
            ),
        )
        parser.add_argument(
            '--domain',
            metavar='<domain>',
            help=_(
                "Domain of the machine's host name; nova-compute may register "
                "as <name>.<domain> (default: the profile's)"
            ),
        )
        parser.add_argument(
            '--vnic-type',
            metavar='<vnic-type>',
            choices=('baremetal', 'normal'),
            help=_(
                "VNIC type of the machine's port, baremetal or normal "
                "(default: the profile's, else baremetal)"
            ),
        )
        parser.add_argument(
            '--property',
            metavar='<key=value>',
            dest='properties',
            action=parseractions.KeyValueAction,
            default={},
            help=_(
                "Property to set on the machine's server (repeat option to "
                'set several)'
            ),
        )
        waiting = parser.add_mutually_exclusive_group()
        waiting.add_argument(
            '--wait',
            action='store_true',
            dest='wait',
            default=True,
            help=_('Wait until the hypervisors are enabled (default)'),
        )
        waiting.add_argument(
            '--no-wait',
            action='store_false',
            dest='wait',
            help=_(
                'Return when the servers are requested. The hypervisors stay '
                'closed until the same command, run again, has checked them'
            ),
        )
        arguments.add_timeout(parser)
        parser.add_argument(
            '--expires',
            metavar='<duration>|<time>',
            type=arguments.span_or_moment,
            help=_(
                'When the hypervisors may be taken away: after a time, as in '
                '8h, or at one, as in 2026-12-01T08:00; prune deletes those '
                "whose time has come (default: the profile's, else never)"
            ),
        )
        parser.add_argument(
            '--description',
            metavar='<text>',
            type=arguments.sentence,
            help=_('What they are for'),
        )
        testing = parser.add_mutually_exclusive_group()
        testing.add_argument(
            '--health-test',
            action='store_true',
            default=None,
            help=_(
                'Boot a test guest on each hypervisor while it is closed to '
                'everybody else; the profile says which guest'
            ),
        )
        testing.add_argument(
            '--no-health-test',
            action='store_false',
            dest='health_test',
            help=_('Boot no test guest, whatever the profile says'),
        )
        parser.add_argument(
            '--on-failure',
            metavar='<keep|delete>',
            choices=('keep', 'delete'),
            default='keep',
            help=_(
                'What to do with a hypervisor that does not come up: keep '
                'it to look at, or delete what this run made of it '
                '(default: %(default)s)'
            ),
        )
        parser.add_argument(
            '--retries',
            metavar='<number>',
            type=int,
            choices=range(0, 10),
            default=0,
            help=_(
                'How often to try a failed deploy anew, 0 to 9 (default: '
                '%(default)s)'
            ),
        )
        parser.add_argument(
            '--dry-run',
            action='store_true',
            help=_(
                'Print the checks and what would be done, and change nothing'
            ),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> _Rows:
        from hvctl.osc.create import plan
        from hvctl.osc.output import rows

        if parsed_args.dry_run:
            self._choose_columns(parsed_args, rows.PLAN)
        else:
            self._choose_columns(
                parsed_args,
                rows.CREATED_WITH_FACTS,
                rows.CREATED_LONG if parsed_args.long else rows.CREATED,
            )
        planned = self.ask(
            parsed_args.timeout,
            lambda: plan.plan(self._client, parsed_args),
        )
        for caution in planned.cautions:
            self._warn(caution)
        if parsed_args.dry_run:
            self._failed = not planned.ok
            return rows.PLAN, rows.plan(planned)
        self.check(planned)
        if parsed_args.user_data:
            self._say(
                'With your own user-data no hold keeps guests out while the '
                'hosts start: each service is disabled as soon as it shows, '
                'until it is known good.'
            )
        result = self.make(
            planned.client, planned.goal, parsed_args.timeout, 'create'
        )
        return rows.CREATED_WITH_FACTS, rows.created(result)


class ListHypervisorEphemeral(command.Lister):
    _description = _('List the ephemeral hypervisors of the project')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        from hvctl.model import hypervisor

        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--long',
            action='store_true',
            help=_('List additional columns'),
        )
        parser.add_argument(
            '--profile',
            metavar='<profile>',
            help=_('List only those that were made of this profile (name)'),
        )
        parser.add_argument(
            '--expired',
            action='store_true',
            help=_(
                'List only those whose time has come (see create --expires)'
            ),
        )
        parser.add_argument(
            '--protected',
            action='store_true',
            help=_('List only those that are protected (see set --protected)'),
        )
        parser.add_argument(
            '--phase',
            metavar='<phase>',
            dest='phases',
            action='append',
            choices=[str(phase) for phase in hypervisor.Phase],
            default=[],
            help=_(
                'List only those in this phase, as in "no agent" (repeat '
                'option for several)'
            ),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> _Rows:
        from hvctl import exceptions
        from hvctl.decide.hypervisor import assemble
        from hvctl.decide.hypervisor import sight
        from hvctl.osc.output import looks
        from hvctl.osc.output import rows
        from hvctl.osc.output import warnings

        self._choose_columns(
            parsed_args,
            rows.LISTED_WITH_IDS,
            rows.LISTED_LONG if parsed_args.long else rows.LISTED,
        )
        # What is asked for by name is given without --long, too.
        more = parsed_args.long or not {
            *parsed_args.columns,
            *parsed_args.sort_columns,
        }.issubset(rows.LISTED)
        seen = [looks.every(self._client)]
        for cloud in sorted(filter(None, {*seen[0].other_clouds.values()})):
            try:
                seen.append(looks.every(self._client.within(cloud)))
            except exceptions.CloudError as error:
                self._say(str(error))
                self._failed = True
        now = seen[0].taken_at
        found = [
            (hv, look)
            for look in seen
            for hv in assemble.assemble(look, assemble.names(look)).values()
            if parsed_args.profile in (None, hv.profile)
            and not (parsed_args.expired and not hv.has_expired(now))
            and not (parsed_args.protected and hv.protection(now) is None)
            and (
                not parsed_args.phases
                or sight.status(look, hv).phase in parsed_args.phases
            )
        ]
        found.sort(key=lambda one: one[0].name)
        for words in warnings.of((one for one, look in found), now):
            self._warn(words)
        if more:
            return (
                rows.LISTED_WITH_IDS,
                [rows.listed(*one) + rows.listed_long(*one) for one in found],
            )
        return rows.LISTED, [rows.listed(*one) for one in found]


class ShowHypervisorEphemeral(command.ShowOne):
    _description = _(
        'Show all that is known of an ephemeral hypervisor, and what to do '
        'next'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'name', metavar='<name>', help=_('Name of the hypervisor')
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[typing.Any, ...]]:
        from hvctl.osc.output import show

        return show.show(
            self._client,
            parsed_args.name,
            with_facts=command.keeps_data(parsed_args),
            warn=self._warn,
        )
