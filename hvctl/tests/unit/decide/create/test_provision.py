# SPDX-License-Identifier: Apache-2.0
"""Tests of what is made until a machine is being deployed."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import unittest

from hvctl import exceptions
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.reasons import Reason
from hvctl.model.records import PortUse, Trunk
from hvctl.model.steps import (
    CreateServer,
    DeleteServer,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding
from hvctl.tests.fixtures import requests

DISABLED = builders.a_disabled_service
VANISHED = Reason.of(OutcomeCode.VANISHED, name='hv1')


class TestProvision(unittest.TestCase):
    """From nothing to a server."""

    def test_everything(self):
        """The hold comes first; the server needs another look."""
        verdict = deciding.of_create(builders.a_snapshot())

        self.assertEqual(
            [
                'CreateProvider',
                'SetHoldInventory',
                'PlaceHold',
                'CreatePort',
            ],
            deciding.kinds(verdict),
        )
        self.assertIsNone(verdict.outcome)

    def test_port(self):
        """It gets what was asked for, and an address of the chosen id."""
        verdict = deciding.of_create(builders.a_snapshot(), vnic_type='normal')
        port = verdict.steps[-1]

        self.assertEqual('normal', port.vnic_type)
        self.assertEqual(
            identity.port_mac(deciding.CHOSEN, builders.an_id('internalapi')),
            port.mac_address,
        )

    def test_address(self):
        """The machine is told the addresses that it will keep."""
        for addresses, told, every in (
            ((), None, None),
            (('10.0.0.9',), '10.0.0.9', ('10.0.0.9',)),
            (
                ('fd00::9', '10.0.0.9', '10.0.0.8'),
                '10.0.0.9',
                ('10.0.0.9', '10.0.0.8', 'fd00::9'),
            ),
            (('fd00::9',), 'fd00::9', ('fd00::9',)),
            # Neutron makes it of the MAC address, which Ironic changes.
            (('fd00::5054:ff:fe12:3456',), None, None),
            (('fd00::5054:ff:fe12:3456', 'fd00::9'), 'fd00::9', None),
        ):
            with self.subTest(addresses=addresses):
                server = deciding.of_create(
                    deciding.with_port(*addresses)
                ).steps[-1]

                document = base64.b64decode(server.user_data).decode()
                self.assertIn(
                    f'MachinePorts(address={told!r}, addresses={every!r},',
                    document,
                )

    def test_server(self):
        """It gets what was asked for, and the chosen id."""
        verdict = deciding.of_create(
            deciding.with_port(),
            key_name='k',
            domain='a.org',
            properties={'team': 'x'},
        )
        server = verdict.steps[-1]

        self.assertEqual('k', server.key_name)
        self.assertEqual(
            {
                'team': 'x',
                identity.COMPUTE_ID_KEY: deciding.CHOSEN,
                identity.DOMAIN_KEY: 'a.org',
            },
            server.metadata,
        )
        document = base64.b64decode(server.user_data).decode()
        self.assertIn(deciding.CHOSEN, document)

    def test_agents(self):
        """How many are expected is kept with the server, none as well."""
        for agents, kept in ((2, '2'), (0, identity.NO_NETWORKING)):
            with self.subTest(agents=agents):
                server = deciding.of_create(
                    deciding.with_port(), agent_count=agents
                ).steps[-1]

                self.assertEqual(
                    kept, server.metadata[identity.NETWORKING_KEY]
                )

    def test_refused_user_data(self):
        """What cannot be made of the ports ends it with the reason."""

        def refuse(*_: object) -> str:
            raise exceptions.InvalidRequest('too long')

        goal = requests.a_create('hv1')
        wanted = goal.request.hypervisors['hv1']
        hypervisors = {'hv1': dataclasses.replace(wanted, user_data=refuse)}

        verdict = deciding.of_create(
            deciding.with_port(), hypervisors=hypervisors
        )

        self.assertEqual((), verdict.steps)
        self.assertEqual(
            Reason.of(OutcomeCode.USER_DATA_REFUSED, message='too long'),
            verdict.outcome.reason,
        )

    def test_hold_is_placed_once(self):
        """What this run did stays done until it has made a server."""
        first = deciding.of_create(builders.a_snapshot()).steps
        done = dict.fromkeys(first[:-1], True)

        again = deciding.of_create(
            builders.a_snapshot(providers=(builders.a_provider(),)),
            deciding.a_ledger(done=done),
        )

        self.assertEqual(['CreatePort'], deciding.kinds(again))

    def test_lost_hold(self):
        """What this run did and is not there any more is done again."""
        hold = deciding.of_create(builders.a_snapshot()).steps[:-1]
        provider = builders.a_provider()
        for look, steps in (
            (builders.a_snapshot(), hold),
            (
                builders.a_snapshot(
                    providers=(provider,),
                    providers_with_room=frozenset({provider.id}),
                ),
                hold[1:],
            ),
        ):
            with self.subTest(steps=steps):
                again = deciding.of_create(
                    look, deciding.a_ledger(done=dict.fromkeys(hold, True))
                )

                self.assertEqual(steps, again.steps[:-1])

    def test_subnetworks(self):
        """Their ports come with the machine's own, then the trunk."""
        subnetworks = (requests.a_subnetwork(),)
        port = builders.a_port(device_id='')
        subport = builders.a_port(
            id='sub',
            network_id=builders.an_id('storage'),
            use=PortUse.SUBPORT,
        )
        whole = dataclasses.replace(
            port, trunk=Trunk(id='t', segmentation_ids={'sub': 7})
        )
        hold = ['CreateProvider', 'SetHoldInventory', 'PlaceHold']
        for ports, made in (
            ((), ['CreatePort', 'CreateSubport']),
            ((port,), ['CreateSubport']),
            ((port, subport), ['CreateTrunk']),
            ((whole, subport), ['CreateServer']),
        ):
            with self.subTest(made=made):
                verdict = deciding.of_create(
                    builders.a_snapshot(ports=ports), subnetworks=subnetworks
                )

                self.assertEqual([*hold, *made], deciding.kinds(verdict))

    def test_goes_on_with_the_earlier_id(self):
        """An id that an earlier run chose is in hold and user-data."""
        earlier = builders.a_compute_id(life=9)

        verdict = deciding.of_create(
            deciding.with_port(providers=(builders.a_provider(id=earlier),))
        )

        self.assertEqual(
            ['SetHoldInventory', 'PlaceHold', 'CreateServer'],
            deciding.kinds(verdict),
        )
        self.assertEqual(earlier, verdict.steps[0].provider_id)
        server = verdict.steps[-1]
        self.assertEqual(earlier, server.metadata[identity.COMPUTE_ID_KEY])
        document = base64.b64decode(server.user_data).decode()
        self.assertIn(earlier, document)
        self.assertNotIn(deciding.CHOSEN, document)

    def test_takes_the_port_that_is_there(self):
        """A port with our mark and the name is used, no other is made."""
        port = builders.a_port(device_id='')

        verdict = deciding.of_create(builders.a_snapshot(ports=(port,)))

        self.assertNotIn('CreatePort', deciding.kinds(verdict))
        self.assertEqual(port.id, verdict.steps[-1].port_id)

    def test_own_user_data(self):
        """Without a chosen id there is no hold; the name guards the port."""
        (port,) = deciding.of_create(builders.a_snapshot(), own=True).steps
        (server,) = deciding.of_create(deciding.with_port(), own=True).steps

        self.assertEqual(
            identity.port_mac('hv1', builders.an_id('internalapi')),
            port.mac_address,
        )
        self.assertEqual({}, server.metadata)

    def test_port_of_a_rival(self):
        """The run that made the port makes the server, if it is not dead."""
        waiting = deciding.of_create(
            deciding.with_port(), deciding.a_ledger(), own=True
        )
        self.assertEqual(
            Reason.of(StatusCode.OTHERS_TURN), waiting.status.reason
        )
        self.assertIsNone(waiting.outcome)
        for seconds, statuses, done, expected in (
            (None, {}, {}, []),
            (None, {}, deciding.MADE, ['CreateServer']),
            (14, {'hv1': waiting.status}, {}, []),
            (15, {'hv1': waiting.status}, {}, ['CreateServer']),
            # What was seen before that does not count.
            (15, {'hv1': Status(phase=Phase.MISSING)}, {}, []),
        ):
            with self.subTest(seconds=seconds, done=done):
                since = {}
                if seconds is not None:
                    ago = datetime.timedelta(seconds=seconds)
                    since = {'hv1': clocks.START - ago}

                verdict = deciding.of_create(
                    deciding.with_port(),
                    deciding.a_ledger(
                        done=done, statuses=statuses, changed_at=since
                    ),
                    own=True,
                )

                self.assertEqual(expected, deciding.kinds(verdict))

    def test_half_gone(self):
        """Leftovers that would be in the way are not built upon."""
        service = dataclasses.replace(
            DISABLED(identity.REASON_DELETE), state='down'
        )
        provider = builders.a_provider()
        for changes, own in (
            (
                {
                    'services': (service,),
                    'ports': (builders.a_port(device_id=''),),
                },
                False,
            ),
            (
                {'providers': (provider,), 'agents': (builders.an_agent(),)},
                False,
            ),
            ({'providers': (provider,)}, True),
        ):
            with self.subTest(changes=changes):
                verdict = deciding.of_create(
                    builders.a_snapshot(**changes), own=own
                )

                self.assertEqual([], deciding.kinds(verdict))
                self.assertFalse(verdict.outcome.ok)
                self.assertEqual(
                    OutcomeCode.HALF_GONE, verdict.outcome.reason.code
                )

    def test_half_gone_and_alive(self):
        """Nothing is advised while its nova-compute is not seen down."""
        status = Status(
            phase=Phase.BUILDING,
            reason=Reason.of(
                StatusCode.SERVER_UNLISTED, host='hv1', servers=()
            ),
        )
        for state, seconds, ends in (
            ('up', 299, False),
            ('up', 300, True),
            ('UNKNOWN', 3000, False),
        ):
            with self.subTest(state=state, seconds=seconds):
                service = dataclasses.replace(
                    DISABLED(identity.REASON_DELETE), state=state
                )
                since = clocks.START - datetime.timedelta(seconds=seconds)

                verdict = deciding.of_create(
                    builders.a_snapshot(services=(service,)),
                    deciding.a_ledger(
                        statuses={'hv1': status}, changed_at={'hv1': since}
                    ),
                )

                self.assertEqual(ends, verdict.outcome is not None)
                if not ends:
                    self.assertEqual(status, verdict.status)

    def test_lost_a_race_and_deleted(self):
        """A twin that was deleted is no deploy that goes anew."""
        make = deciding.of_create(deciding.with_port()).steps[-1]
        twin = DeleteServer(name='hv1', server_id='twin')

        verdict = deciding.of_create(
            builders.a_snapshot(),
            deciding.a_ledger(done={make: True, twin: True}),
        )

        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(VANISHED, verdict.outcome.reason)

    def test_was_there(self):
        """One that was there when the run began is not made anew."""
        verdict = deciding.of_create(deciding.with_port(), image_id='')

        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(VANISHED, verdict.outcome.reason)

    def test_deleted_meanwhile(self):
        """A server that this run made and that is gone is not made again."""
        (server,) = (
            step
            for step in deciding.of_create(deciding.with_port()).steps
            if isinstance(step, CreateServer)
        )

        verdict = deciding.of_create(
            builders.a_snapshot(), deciding.a_ledger(done={server: True})
        )

        self.assertFalse(verdict.outcome.ok)
        self.assertEqual(VANISHED, verdict.outcome.reason)
