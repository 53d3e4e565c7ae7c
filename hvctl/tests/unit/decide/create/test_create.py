# SPDX-License-Identifier: Apache-2.0
"""Tests of what create decides."""

import base64
import dataclasses
import datetime
import unittest

from hvctl.decide.hypervisor import phases
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.ledger import Failure, Ledger
from hvctl.model.reasons import Reason
from hvctl.model.records import FixedIP
from hvctl.model.snapshot import MachinesLook, Snapshot, WholeLook
from hvctl.model.steps import (
    CreatePort,
    CreateServer,
    DeleteServer,
    DisableService,
    EnableService,
    LiftHold,
    PlaceHold,
)
from hvctl.model.verdict import Outcome, Verdict
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import requests
from hvctl.tests.fixtures import situations

CHOSEN = builders.a_compute_id()
HELD: dict = {
    'providers_with_room': frozenset(),
    'consumers': {CHOSEN: frozenset({identity.hold_id(CHOSEN)})},
}
DISABLED = builders.a_disabled_service
VANISHED = Reason.of(OutcomeCode.VANISHED, name='hv1')


def a_ledger(**changes) -> Ledger:
    """What a run knows after its first look."""
    return Ledger(started_at=clocks.START, looks=1, **changes)


#: A port that is there is one that this run has made, if not said otherwise.
MADE = {
    CreatePort(
        name='hv1', network_id='n', vnic_type='normal', mac_address='m'
    ): False
}


def decide(snapshot, ledger=None, **changes) -> Verdict:
    """What create says of hv1."""
    goal = requests.a_create('hv1', **changes)
    ledger = ledger or a_ledger(done=MADE)
    return goal.decide(snapshot, ledger, clocks.START)['hv1']


def kinds(verdict: Verdict) -> list[str]:
    """The names of the steps' classes."""
    return [type(step).__name__ for step in verdict.steps]


def a_look(**changes) -> Snapshot:
    """A look at an enabled hv1 with changes; a tuple for one service."""
    return dataclasses.replace(builders.a_snapshot('hv1'), **changes)


def with_port(*addresses, **changes) -> Snapshot:
    """A look at what there is just before the server is made."""
    port = builders.a_port(
        device_id='',
        fixed_ips=tuple(FixedIP('s', one) for one in addresses),
    )
    return builders.a_snapshot(ports=(port,), **changes)


class TestProvision(unittest.TestCase):
    """From nothing to a server."""

    def test_everything(self):
        """The hold comes first; the server needs another look."""
        verdict = decide(builders.a_snapshot())

        self.assertEqual(
            [
                'CreateProvider',
                'SetHoldInventory',
                'PlaceHold',
                'CreatePort',
            ],
            kinds(verdict),
        )
        self.assertIsNone(verdict.outcome)

    def test_port(self):
        """It gets what was asked for, and an address of the chosen id."""
        verdict = decide(builders.a_snapshot(), vnic_type='normal')
        port = verdict.steps[-1]

        self.assertEqual('normal', port.vnic_type)
        self.assertEqual(
            identity.port_mac(CHOSEN, builders.an_id('internalapi')),
            port.mac_address,
        )

    def test_address(self):
        """The machine is told the address that it will keep."""
        for addresses, told in (
            ((), None),
            (('10.0.0.9',), '10.0.0.9'),
            (('fd00::9', '10.0.0.9', '10.0.0.8'), '10.0.0.9'),
            (('fd00::9',), 'fd00::9'),
            # Neutron makes it of the MAC address, which Ironic changes.
            (('fd00::5054:ff:fe12:3456',), None),
            (('fd00::5054:ff:fe12:3456', 'fd00::9'), 'fd00::9'),
        ):
            with self.subTest(addresses=addresses):
                server = decide(with_port(*addresses)).steps[-1]

                document = base64.b64decode(server.user_data).decode()
                self.assertIn(f'MachinePorts(address={told!r}', document)

    def test_server(self):
        """It gets what was asked for, and the chosen id."""
        verdict = decide(
            with_port(),
            key_name='k',
            domain='a.org',
            properties={'team': 'x'},
        )
        server = verdict.steps[-1]

        self.assertEqual('k', server.key_name)
        self.assertEqual(
            {
                'team': 'x',
                identity.COMPUTE_ID_KEY: CHOSEN,
                identity.DOMAIN_KEY: 'a.org',
            },
            server.metadata,
        )
        document = base64.b64decode(server.user_data).decode()
        self.assertIn(CHOSEN, document)

    def test_goes_on_with_the_earlier_id(self):
        """An id that an earlier run chose is in hold and user-data."""
        earlier = builders.a_compute_id(life=9)

        verdict = decide(
            with_port(providers=(builders.a_provider(id=earlier),))
        )

        self.assertEqual(
            ['SetHoldInventory', 'PlaceHold', 'CreateServer'],
            kinds(verdict),
        )
        self.assertEqual(earlier, verdict.steps[0].provider_id)
        server = verdict.steps[-1]
        self.assertEqual(earlier, server.metadata[identity.COMPUTE_ID_KEY])
        document = base64.b64decode(server.user_data).decode()
        self.assertIn(earlier, document)
        self.assertNotIn(CHOSEN, document)

    def test_takes_the_port_that_is_there(self):
        """A port with our mark and the name is used, no other is made."""
        port = builders.a_port(device_id='')

        verdict = decide(builders.a_snapshot(ports=(port,)))

        self.assertNotIn('CreatePort', kinds(verdict))
        self.assertEqual(port.id, verdict.steps[-1].port_id)

    def test_own_user_data(self):
        """Without a chosen id there is no hold; the name guards the port."""
        (port,) = decide(builders.a_snapshot(), own=True).steps
        (server,) = decide(with_port(), own=True).steps

        self.assertEqual(
            identity.port_mac('hv1', builders.an_id('internalapi')),
            port.mac_address,
        )
        self.assertEqual({}, server.metadata)

    def test_port_of_a_rival(self):
        """The run that made the port makes the server, if it is not dead."""
        waiting = decide(with_port(), a_ledger(), own=True)
        self.assertEqual(
            Reason.of(StatusCode.OTHERS_TURN), waiting.status.reason
        )
        self.assertIsNone(waiting.outcome)
        for seconds, statuses, done, expected in (
            (None, {}, {}, []),
            (None, {}, MADE, ['CreateServer']),
            (5, {'hv1': waiting.status}, {}, []),
            (15, {'hv1': waiting.status}, {}, ['CreateServer']),
            # What was seen before that does not count.
            (15, {'hv1': Status(phase=Phase.MISSING)}, {}, []),
        ):
            with self.subTest(seconds=seconds, done=done):
                since = {}
                if seconds is not None:
                    ago = datetime.timedelta(seconds=seconds)
                    since = {'hv1': clocks.START - ago}

                verdict = decide(
                    with_port(),
                    a_ledger(done=done, statuses=statuses, changed_at=since),
                    own=True,
                )

                self.assertEqual(expected, kinds(verdict))

    def test_half_gone(self):
        """Leftovers that would be in the way are not built upon."""
        service = DISABLED(identity.REASON_DELETE)
        provider = builders.a_provider()
        for changes, own in (
            ({'services': (service,)}, False),
            (
                {'providers': (provider,), 'agents': (builders.an_agent(),)},
                False,
            ),
            ({'providers': (provider,)}, True),
        ):
            with self.subTest(changes=changes):
                verdict = decide(builders.a_snapshot(**changes), own=own)

                self.assertEqual([], kinds(verdict))
                self.assertFalse(verdict.outcome.ok)
                self.assertEqual(
                    OutcomeCode.HALF_GONE, verdict.outcome.reason.code
                )

    def test_lost_a_race_and_deleted(self):
        """A twin that was deleted is no deploy that goes anew."""
        make = decide(with_port()).steps[-1]
        twin = DeleteServer(name='hv1', server_id='twin')

        verdict = decide(
            builders.a_snapshot(), a_ledger(done={make: True, twin: True})
        )

        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(VANISHED, verdict.outcome.reason)

    def test_deleted_meanwhile(self):
        """A server that this run made and that is gone is not made again."""
        (server,) = (
            step
            for step in decide(with_port()).steps
            if isinstance(step, CreateServer)
        )

        verdict = decide(builders.a_snapshot(), a_ledger(done={server: True}))

        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(VANISHED, verdict.outcome.reason)


class TestRefusals(unittest.TestCase):
    """Names that somebody else has."""

    def test_taken(self):
        """Whatever holds the name is named, and nothing is made."""
        strange = situations.STRANGE
        for kind, thing in (
            ('namesakes', builders.a_server(id=strange)),
            ('services', builders.a_service(id=strange)),
            ('services', builders.a_service('hv1.a.org', id=strange)),
            ('compute_nodes', builders.a_compute_node(id=strange)),
            ('providers', builders.a_provider(id=strange)),
            ('agents', builders.an_agent(id=strange)),
        ):
            with self.subTest(kind=kind):
                verdict = decide(
                    builders.a_snapshot(**{kind: (thing,)}), domain='a.org'
                )

                self.assertEqual([], kinds(verdict))
                why = verdict.outcome.reason
                self.assertEqual(OutcomeCode.NAME_TAKEN, why.code)
                (holder,) = why.facts['holders']
                self.assertEqual(strange, holder.facts['id'])

    def test_similar_names_are_free(self):
        """hv10 and another's domain do not take hv1."""
        for host in ('hv10', 'hv1.b.org', 'hv', 'xhv1'):
            with self.subTest(host=host):
                verdict = decide(
                    with_port(
                        services=(builders.a_service(host),),
                        agents=(builders.an_agent(host),),
                    ),
                    domain='a.org',
                )

                self.assertIn('CreateServer', kinds(verdict))

    def test_ends(self):
        """A failed, stopping or drained one is refused with a way out."""
        drain = DISABLED(identity.REASON_DRAIN + ' after migration 3')
        for changes, expected in (
            (
                {'servers': (builders.a_server(status='ERROR', fault='X'),)},
                Reason.of(
                    OutcomeCode.DEPLOY_FAILED,
                    name='hv1',
                    fault='X',
                    tried=(),
                    moved_on=False,
                ),
            ),
            (
                {'servers': (builders.a_server(task_state='deleting'),)},
                Reason.of(OutcomeCode.IS_BEING_DELETED, name='hv1'),
            ),
            (
                {'services': (drain,)},
                Reason.of(OutcomeCode.CLOSED_FOR_DRAIN, name='hv1'),
            ),
            (
                {'services': (DISABLED('broken, joe'),)},
                Reason.of(
                    OutcomeCode.DISABLED_BY_SOMEBODY,
                    host='hv1',
                    reason='broken, joe',
                ),
            ),
        ):
            with self.subTest(expected=expected):
                verdict = decide(a_look(**changes))

                self.assertEqual([], kinds(verdict))
                self.assertFalse(verdict.outcome.ok)
                self.assertEqual(expected, verdict.outcome.reason)

    def test_failed_step(self):
        """A step that failed for good ends it with its sentence."""
        step = PlaceHold(name='hv1', provider_id=CHOSEN)
        failure = Failure(step=step, message='could not')

        verdict = decide(
            builders.a_snapshot(), a_ledger(failures={'hv1': failure})
        )

        self.assertEqual(
            Reason.of(OutcomeCode.REQUEST_FAILED, message='could not'),
            verdict.outcome.reason,
        )

    def test_lost_race(self):
        """Servers that lost a race are deleted, each once."""
        twins = (
            builders.a_server(id='z1'),
            builders.a_server(id='z2', task_state='deleting'),
        )
        look = a_look(servers=(builders.a_server(), *twins))

        verdict = decide(look)

        self.assertEqual(
            (DeleteServer(name='hv1', server_id='z1'),), verdict.steps
        )
        self.assertIsNone(verdict.outcome)

    def test_race_that_is_open(self):
        """None is deleted before it is certain which one has the port.

        Else a run that looks before, and one that looks after, choose
        differently, and both are deleted.
        """
        mine = builders.a_server(status='BUILD')
        twin = builders.a_server(id='z1', status='BUILD', created_at='2027')
        free = builders.a_port(device_id='')
        for servers, port, loser in (
            ((mine, twin), free, None),
            ((dataclasses.replace(mine, status='ERROR'), twin), free, None),
            ((mine, twin), dataclasses.replace(free, device_id='z1'), mine),
            ((mine, twin), builders.a_port(), twin),
            (
                [dataclasses.replace(s, status='ERROR') for s in (mine, twin)],
                free,
                twin,
            ),
        ):
            with self.subTest(servers=servers, port=port):
                verdict = decide(a_look(servers=tuple(servers), ports=(port,)))

                self.assertEqual(
                    [loser.id] if loser else [],
                    [step.server_id for step in verdict.steps],
                )
                self.assertIsNone(verdict.outcome)


class TestOpen(unittest.TestCase):
    """From a server to an enabled hypervisor."""

    def test_waits(self):
        """While the machine comes up, nothing is done and nothing ends."""
        new = builders.a_service(updated_at=None)
        for changes, expected in (
            (
                {'servers': (builders.a_server(status='BUILD'),)},
                Phase.BUILDING,
            ),
            ({'services': (), 'compute_nodes': ()}, Phase.BOOTING),
            (
                {
                    'services': (new,),
                    'compute_nodes': (),
                    'providers_reported': frozenset(),
                },
                Phase.REGISTERED,
            ),
            ({'compute_nodes': ()}, Phase.UNMAPPED),
            ({'providers_reported': frozenset()}, Phase.NO_INVENTORY),
            ({'agents': ()}, Phase.NO_AGENT),
            ({'services': (builders.a_service(state='down'),)}, Phase.DOWN),
        ):
            with self.subTest(expected=expected):
                verdict = decide(a_look(**HELD | changes))

                self.assertEqual(expected, verdict.status.phase)
                self.assertEqual((), verdict.steps)
                self.assertIsNone(verdict.outcome)

    def test_other_compute_id(self):
        """A host that did not take the chosen id is closed, and a failure."""
        node = builders.a_compute_node(id=builders.an_id('strange'))
        verdict = decide(a_look(compute_nodes=(node,), **HELD))

        self.assertEqual(['DisableService'], kinds(verdict))
        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(
            Reason.of(
                OutcomeCode.WRONG_ID, name='hv1', id=node.id, chosen=CHOSEN
            ),
            verdict.outcome.reason,
        )
        closed = DISABLED(identity.REASON_CREATE)
        verdict = decide(
            a_look(compute_nodes=(node,), services=(closed,), **HELD)
        )
        self.assertEqual([], kinds(verdict))
        self.assertFalse(verdict.outcome.ok)

    def test_lifts_the_hold(self):
        """When all is well the times are noted and the hold is lifted."""
        second = datetime.timedelta(seconds=1)
        ledger = a_ledger(
            first_seen={
                ('hv1', Phase.BUILDING): clocks.START - 3 * second,
                ('hv1', Phase.BOOTING): clocks.START - 2 * second,
                ('hv1', Phase.UNMAPPED): clocks.START - second,
                ('hv2', Phase.REGISTERED): clocks.START - 5 * second,
            }
        )

        verdict = decide(a_look(**HELD), ledger)

        note, lift = verdict.steps
        self.assertEqual(LiftHold(name='hv1', provider_id=CHOSEN), lift)
        self.assertEqual(
            {
                identity.PHASES_KEY: 'booting=1; unmapped=1',
                identity.ENABLED_KEY: '2026-11-23T12:00:00+00:00',
            },
            note.metadata,
        )

    def test_lifted_and_full_at_once(self):
        """The hold is not lifted twice when guests fill it at once."""
        lift = LiftHold(name='hv1', provider_id=CHOSEN)

        verdict = decide(a_look(**HELD), a_ledger(done={lift: True}))

        self.assertTrue(verdict.outcome.ok)
        self.assertEqual(Phase.ENABLED, verdict.status.phase)

    def test_enables(self):
        """What came disabled is enabled once it reports, before the lift."""
        for reason in (None, phases.NOVA_DISABLED_NEW):
            with self.subTest(reason=reason):
                service = DISABLED(reason)

                verdict = decide(a_look(services=(service,), **HELD))

                self.assertEqual(
                    (EnableService(name='hv1', service_id=service.id),),
                    verdict.steps,
                )
        silent = DISABLED(updated_at=None)
        verdict = decide(a_look(services=(silent,), **HELD))
        self.assertEqual((), verdict.steps)
        self.assertEqual(
            Reason.of(StatusCode.FIRST_REPORT), verdict.status.reason
        )

    def test_waits_for_the_trait(self):
        """Neither lift nor end while Placement has it as disabled."""
        disabled = {'providers_disabled': frozenset({CHOSEN})}
        for changes in (HELD, {}):
            with self.subTest(changes=changes):
                verdict = decide(a_look(**disabled | changes))

                self.assertEqual((), verdict.steps)
                self.assertIsNone(verdict.outcome)
                self.assertEqual(Phase.READY, verdict.status.phase)

    def test_enabled_already(self):
        """An enabled one is a success that changes nothing."""
        verdict = decide(a_look())

        self.assertEqual((), verdict.steps)
        self.assertEqual(
            Outcome(ok=True, reason=Reason.of(OutcomeCode.ALREADY_ENABLED)),
            verdict.outcome,
        )

    def test_no_wait(self):
        """Without waiting it ends when there is nothing to do now."""
        building = a_look(servers=(builders.a_server(status='BUILD'),))

        self.assertTrue(decide(building, wait=False).outcome.ok)
        self.assertIsNone(decide(builders.a_snapshot(), wait=False).outcome)
        self.assertIsNone(decide(a_look(**HELD), wait=False).outcome)
        self.assertFalse(
            decide(
                a_look(servers=(builders.a_server(status='ERROR'),)),
                wait=False,
            ).outcome.ok
        )


class TestOwnUserData(unittest.TestCase):
    """Without a hold."""

    def look(self, metadata=None, **changes):
        return a_look(
            servers=(builders.a_server(metadata=metadata or {}),), **changes
        )

    def test_disables_as_soon_as_it_shows(self):
        """An enabled service is disabled, whatever else is missing."""
        for changes in (
            {'compute_nodes': (), 'providers': ()},
            {'compute_nodes': ()},
            {'agents': ()},
            {},
        ):
            with self.subTest(changes=changes):
                verdict = decide(self.look(**changes), own=True)

                self.assertEqual(
                    (
                        DisableService(
                            name='hv1',
                            service_id=builders.a_service().id,
                            reason=identity.REASON_CREATE,
                        ),
                    ),
                    verdict.steps,
                )

    def test_waits_disabled(self):
        """Disabled, it waits without doing anything."""
        verdict = decide(
            self.look(services=(DISABLED(identity.REASON_CREATE),), agents=()),
            own=True,
        )

        self.assertEqual((), verdict.steps)
        self.assertIsNone(verdict.outcome)

    def test_enabling_is_the_last_step(self):
        """When all is well the times are noted and it is enabled."""
        verdict = decide(
            self.look(services=(DISABLED(identity.REASON_CREATE),)), own=True
        )

        self.assertEqual(['NoteTimes', 'EnableService'], kinds(verdict))

    def test_opened_stays_open(self):
        """One that a create has opened is not closed by the next."""
        opened = self.look(situations.OPENED)

        self.assertTrue(decide(opened, own=True).outcome.ok)
        self.assertEqual(
            (),
            decide(self.look(situations.OPENED, agents=()), own=True).steps,
        )


class TestScope(unittest.TestCase):
    """How far a look reaches."""

    def test_names_at_first_only(self):
        """Only the first look searches for namesakes."""
        goal = requests.a_create('hv1', 'hv2')
        ledger = Ledger(started_at=clocks.START)

        self.assertEqual(
            WholeLook(server_names=frozenset({'hv1', 'hv2'})),
            goal.scope(ledger),
        )
        self.assertEqual(WholeLook(), goal.scope(a_ledger()))


class TestMachinesOnly(unittest.TestCase):
    """Looks while nothing but the machines can change."""

    BUILDING = builders.a_server(status='BUILD')
    PROVIDERS = (builders.a_provider(),)

    def scope(self, **changes):
        """What is read after a look."""
        look = builders.a_snapshot(
            **{'servers': (self.BUILDING,), 'providers': self.PROVIDERS}
            | changes
        )
        return requests.a_create('hv1').scope(a_ledger(last=look)), look

    def test_while_all_are_deployed(self):
        """The rest of the last look is taken as it was."""
        scope, look = self.scope()

        self.assertEqual(MachinesLook(last=look), scope)

    def test_everything_else(self):
        """Whatever else is so, everything is read."""
        other = dataclasses.replace(
            self.BUILDING, id='other', created_at='2027'
        )
        for changes in (
            {'servers': ()},
            {'servers': (builders.a_server(),)},
            {'servers': (builders.a_server(status='ERROR'),)},
            {'servers': (self.BUILDING, other)},
            {'providers': ()},
        ):
            with self.subTest(changes=changes):
                scope, _ = self.scope(**changes)

                self.assertIsInstance(scope, WholeLook)

    def test_own_user_data(self):
        """Without a hold its service is watched for all the time."""
        server = builders.a_server(status='BUILD', metadata={})

        scope, _ = self.scope(servers=(server,), providers=())

        self.assertIsInstance(scope, WholeLook)

    def test_changes_nothing(self):
        """What is to be done waits for a look at everything."""
        look = a_look(**HELD)
        sparse = dataclasses.replace(look, partial=True)

        self.assertEqual(['NoteTimes', 'LiftHold'], kinds(decide(look)))
        self.assertEqual([], kinds(decide(sparse)))

    def test_fails(self):
        """A machine that failed has failed."""
        look = a_look(
            servers=(builders.a_server(status='ERROR'),), partial=True
        )

        self.assertFalse(decide(look).outcome.ok)
