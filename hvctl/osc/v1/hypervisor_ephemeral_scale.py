# SPDX-License-Identifier: Apache-2.0
"""The command ``hypervisor ephemeral scale``."""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import re
import typing

from hvctl.i18n import _
from hvctl.osc import arguments
from hvctl.osc import draining
from hvctl.osc import making
from hvctl.osc import removing

if typing.TYPE_CHECKING:
    from hvctl.cloud import clients
    from hvctl.decide.scale.choice import Choice
    from hvctl.decide.scale.fleet import Fleet
    from hvctl.decide.scale.naming import Format
    from hvctl.model.profile import Profile
    from hvctl.model.snapshot import Snapshot
    from hvctl.osc.create.plan import CreatePlan
    from hvctl.run import loop

_Rows = tuple[tuple[str, ...], removing.Rows]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What there is, and what is to be done about it."""

    client: clients.Client
    look: Snapshot
    fleet: Fleet
    target: int
    choice: Choice


class ScaleHypervisorEphemeral(making.Making, removing.Removing):
    _description = _(
        'Bring a profile to a number of ephemeral hypervisors.\n\n'
        'Makes what is missing, as create does, and empties and deletes what '
        'is too much, as delete --drain does. What somebody has closed does '
        'not count and is left alone; what is protected stays.'
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_profile(parser)
        number = parser.add_mutually_exclusive_group(required=True)
        number.add_argument(
            '--to',
            dest='number',
            metavar='<number>',
            type=arguments.number,
            help=_('How many there are to be'),
        )
        number.add_argument(
            '--by',
            metavar='+<number>|-<number>',
            type=_difference,
            help=_('How many more, or fewer, than there are now'),
        )
        parser.add_argument(
            '--name-format',
            metavar='<format>',
            help=_(
                'Names of new ones, with a number as in supercloud%%02d '
                '(default: as the names of those that there are)'
            ),
        )
        parser.add_argument(
            '--dry-run',
            action='store_true',
            help=_('Print what would be done, and why; change nothing'),
        )
        arguments.add_profiles_file(parser)
        draining.add_options(
            parser.add_argument_group(
                _('how guests leave'), _('As for drain.')
            ),
            to=False,
        )
        arguments.add_timeout(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> _Rows:
        from hvctl.decide.scale import naming
        from hvctl.osc.output import rows
        from hvctl.profiles import files

        columns = rows.PLAN if parsed_args.dry_run else rows.SCALED_WITH_FACTS
        shown = rows.SCALED_LONG if parsed_args.long else rows.SCALED
        self._choose_columns(
            parsed_args, columns, columns if parsed_args.dry_run else shown
        )
        library = files.load(parsed_args.profiles_file)
        profile = library.get(parsed_args.profile)
        form = None
        if parsed_args.name_format is not None:
            form = naming.read(parsed_args.name_format)
        seen = self._see(parsed_args, profile, None)
        if parsed_args.dry_run:
            return columns, self._planned(seen, parsed_args, profile, form)
        return columns, self._scale(seen, parsed_args, profile, form)

    def _see(
        self,
        parsed_args: argparse.Namespace,
        profile: Profile,
        target: int | None,
    ) -> _Seen:
        """Look, and choose.

        :param target: how many are wanted, where that is known
        """
        from hvctl import exceptions
        from hvctl.decide.scale import choice
        from hvctl.decide.scale import fleet
        from hvctl.osc.output import looks

        client = self._client.within(profile.compute_cloud)
        look = self.ask(parsed_args.timeout, lambda: looks.every(client))
        found = fleet.fleet(look, profile.name)
        if found.unseen:
            raise exceptions.CloudError(
                f'nobody can tell how many there are: {_listed(found.unseen)} '
                'cannot be seen now; see show'
            )
        if target is None:
            target = choice.wanted(
                found.count, profile.name, parsed_args.number, parsed_args.by
            )
        chosen = choice.choose(found, target, look.taken_at)
        if chosen.kept:
            raise exceptions.InvalidRequest(
                f'{profile.name} does not come down to {target}: '
                f'{_listed(chosen.kept)} would have to go, and is protected; '
                'see unset --protected'
            )
        return _Seen(
            client=client,
            look=look,
            fleet=found,
            target=target,
            choice=chosen,
        )

    def _scale(
        self,
        seen: _Seen,
        parsed_args: argparse.Namespace,
        profile: Profile,
        form: Format | None,
    ) -> removing.Rows:
        """Do what is to be done, wave by wave, each upon a look of its own."""
        from hvctl import exceptions

        target = seen.target
        again = f'scale {profile.name} --to {target}'
        # What is done already, as far as this run is concerned.
        done: set[str] = set()
        printed: removing.Rows = []
        self._announce(seen)
        while True:
            try:
                if printed:
                    seen = self._see(parsed_args, profile, target)
                new = self._wave(seen, parsed_args, profile, form, again, done)
            except exceptions.HvctlError as error:
                if not printed:
                    raise
                # What was done is to be seen all the same.
                self._say(str(error))
                self._failed = True
                break
            printed += new
            if not new or self._failed:
                break
        if not printed and self.app.stderr.isatty():
            self._say(f'{profile.name} has {target} already: nothing to do')
        return printed

    def _wave(
        self,
        seen: _Seen,
        parsed_args: argparse.Namespace,
        profile: Profile,
        form: Format | None,
        again: str,
        done: set[str],
    ) -> removing.Rows:
        """Do as much as is done at once; nothing where nothing is left."""
        from hvctl.decide.drain import undo
        from hvctl.decide.scale import waves
        from hvctl.decide.scale.choice import Because
        from hvctl.osc.output import rows

        chosen = seen.choice
        timeout = parsed_args.timeout
        back = tuple(name for name in chosen.back if name not in done)
        if back:
            done.update(back)
            goal = undo.Undo(names=back)
            result = self.work(seen.client, goal, timeout, again)
            return _rows('undo', rows.ended(result))
        go = tuple(v.name for v in chosen.go if v.name not in done)
        broken = tuple(
            v.name
            for v in chosen.go
            if v.because is Because.FAILED and v.name in go
        )
        finish = tuple(name for name in chosen.finish if name not in done)
        # What has failed may have the metal that is wanted.
        if not broken and (finish or chosen.missing):
            planned = self._plan(seen, parsed_args, profile, form, finish)
            self.check(planned)
            wanted = planned.goal.request.hypervisors
            some = dict(itertools.islice(wanted.items(), waves.BUILDS))
            done.update(some)
            return _rows(
                'create', rows.ended(self._make(planned, some, timeout, again))
            )
        names = broken or self._closing(seen, go, parsed_args)
        if not names:
            return []
        done.update(names)
        return _rows(
            'delete',
            self.remove(
                seen.client, names, parsed_args, again, for_scale=True
            ),
        )

    def _make(
        self,
        planned: CreatePlan,
        some: dict[str, typing.Any],
        timeout: float,
        again: str,
    ) -> loop.Result:
        """Make some of those that are planned."""
        request = dataclasses.replace(planned.goal.request, hypervisors=some)
        goal = dataclasses.replace(planned.goal, request=request)
        self._say(f'To be made: {", ".join(some)}')
        return self.make(planned.client, goal, timeout, again)

    def _closing(
        self,
        seen: _Seen,
        names: tuple[str, ...],
        parsed_args: argparse.Namespace,
    ) -> tuple[str, ...]:
        """Return those that may be closed at once."""
        from hvctl.decide.scale import waves
        from hvctl.model.snapshot import EVERY_PART, WholeLook

        if len(names) < 2:
            return names
        scope = WholeLook(
            names=frozenset(names),
            all_hosts=True,
            sizes=True,
            optional=EVERY_PART,
        )
        look = self.ask(
            parsed_args.timeout, lambda: seen.client.observe(scope)
        )
        return waves.closing(look, names, draining.options(parsed_args))

    def _planned(
        self,
        seen: _Seen,
        parsed_args: argparse.Namespace,
        profile: Profile,
        form: Format | None,
    ) -> removing.Rows:
        """Return the rows of what would be done."""
        from hvctl.osc.output import rows

        chosen = seen.choice
        self._announce(seen)
        printed: removing.Rows = [
            (
                '',
                'check',
                'ok',
                f'there are {seen.fleet.count} of {profile.name}, and '
                f'{seen.target} are wanted',
            )
        ]
        printed += [
            (name, 'check', 'stays', 'somebody has closed it: does not count')
            for name in chosen.closed
        ]
        printed += [
            (name, 'step', 'planned', 'take the drain back: drain --undo')
            for name in chosen.back
        ]
        failed = False
        if chosen.finish or chosen.missing:
            planned = self._plan(
                seen, parsed_args, profile, form, chosen.finish
            )
            failed = not planned.ok
            printed += rows.plan(planned)
        if chosen.go:
            printed += [
                (victim.name, 'check', 'goes', str(victim.because))
                for victim in chosen.go
            ]
            printed += self.planned(
                seen.client,
                seen.look,
                tuple(victim.name for victim in chosen.go),
                dataclasses.replace(
                    draining.options(parsed_args, dry_run=True),
                    # It is done in waves, each within the budget.
                    most_draining=None,
                    most_draining_share=1.0,
                ),
                parsed_args.timeout,
                f'scale {profile.name}',
            )
        self._failed |= failed
        return printed

    def _plan(
        self,
        seen: _Seen,
        parsed_args: argparse.Namespace,
        profile: Profile,
        form: Format | None,
        finish: tuple[str, ...],
    ) -> CreatePlan:
        """Plan how those come that are on the way, or missing."""
        from hvctl.osc.create import new_names
        from hvctl.osc.create import plan
        from hvctl.osc.v1 import hypervisor_ephemeral

        new = self.ask(
            parsed_args.timeout,
            lambda: new_names.choose(
                seen.client, profile, seen.fleet, form, seen.choice.missing
            ),
        )
        names = finish + new
        words = [*names, '--profile', profile.name]
        if parsed_args.profiles_file is not None:
            words += ['--profiles-file', parsed_args.profiles_file]
        create = hypervisor_ephemeral.CreateHypervisorEphemeral(
            self.app, self.app_args
        )
        typed = create.get_parser('create').parse_args(words)
        planned = self.ask(
            parsed_args.timeout, lambda: plan.plan(self._client, typed)
        )
        for caution in planned.cautions:
            self._warn(caution)
        return planned

    def _announce(self, seen: _Seen) -> None:
        """Say what is removed before anything is."""
        if seen.choice.go:
            self._say(
                'To be deleted: '
                + '; '.join(
                    f'{victim.name}, since {victim.because}'
                    for victim in seen.choice.go
                )
            )


def _rows(verb: str, ended: removing.Rows) -> removing.Rows:
    return [(name, verb, *rest) for name, *rest in ended]


def _listed(names: tuple[str, ...]) -> str:
    return ', '.join(names)


def _difference(text: str) -> int:
    """Read how many more or fewer."""
    if re.fullmatch('[+-]0*[1-9][0-9]*', text) is None:
        raise argparse.ArgumentTypeError(
            _('%r is no number with a sign, as in +2 or -1') % text
        )
    return int(text)
