# SPDX-License-Identifier: Apache-2.0
"""Tests of the table of phases."""

from __future__ import annotations

import unittest

import hypothesis
from hypothesis import strategies

from hvctl.decide.hypervisor import life
from hvctl.decide.hypervisor import phases
from hvctl.decide.wording import rendering
from hvctl.model import disabled_reason
from hvctl.model import identity
from hvctl.model.codes import StatusCode
from hvctl.model.hypervisor import Hypervisor, Phase
from hvctl.model.reasons import Reason
from hvctl.tests.fixtures import builders

SERVER = builders.a_server
DOWN = builders.a_service(state='down')
GUESTS = (builders.a_guest('g1'), builders.a_guest('g2'))
DRAIN = builders.a_disabled_service(identity.REASON_DRAIN)
OTHERS = builders.a_disabled_service('broken disk, joe')
NEW = builders.a_disabled_service(disabled_reason.NOVA_DISABLED_NEW)

#: What is changed of an enabled hypervisor, the phase, words of the reason,
#: words of the next command.  In the order of the table: each has what makes
#: the phases below it as well, where that is possible.
ROWS: tuple = (
    (
        {'server': None, 'service': DOWN},
        Phase.ORPHANED,
        'there is no server, but: compute service',
        'delete hv1',
    ),
    (
        {'server': None, 'service': None, 'agents': ()},
        Phase.ORPHANED,
        'hypervisor ',
        'create hv1',
    ),
    (
        {'server': SERVER(status='ERROR', task_state='deleting')},
        Phase.STOPPING,
        'being deleted',
        'delete hv1',
    ),
    (
        {'server': SERVER(status='SOFT_DELETED'), 'service': DOWN},
        Phase.STOPPING,
        'being deleted',
        'delete hv1',
    ),
    (
        {'server': SERVER(status='ERROR', fault='No valid host. ')},
        Phase.FAILED,
        'No valid host',
        'delete hv1',
    ),
    (
        {'server': SERVER(status='ERROR')},
        Phase.FAILED,
        'the server is in ERROR',
        'delete hv1',
    ),
    (
        {'server': SERVER(status='BUILD', node=None), 'node': None},
        Phase.BUILDING,
        'the server is being scheduled',
        'create hv1',
    ),
    (
        {
            'server': SERVER(status='BUILD', task_state='spawning'),
            'node': builders.a_node(provision_state='wait call-back'),
        },
        Phase.BUILDING,
        'spawning, Ironic node node-of-hv1 is wait call-back',
        'create hv1',
    ),
    (
        {
            'server': SERVER(status='BUILD', node='n1', task_state='spawning'),
            'node': None,
        },
        Phase.BUILDING,
        'the server is spawning on Ironic node n1',
        'create hv1',
    ),
    (
        {'server': SERVER(status='SHUTOFF'), 'service': None},
        Phase.DOWN,
        'the server is SHUTOFF',
        'server start',
    ),
    (
        {'server': SERVER(status='PAUSED')},
        Phase.DOWN,
        'the server is PAUSED',
        'server unpause',
    ),
    (
        {'server': SERVER(status='REBOOT')},
        Phase.DOWN,
        'the server is REBOOT',
        'server show',
    ),
    (
        {'service': None, 'compute_node': None, 'domain': 'a.org'},
        Phase.BOOTING,
        'register as hv1 or hv1.a.org',
        'create hv1',
    ),
    (
        {'service': DOWN, 'compute_node': None},
        Phase.DOWN,
        'does not report',
        'compute service list --long --host hv1',
    ),
    (
        {'service': DRAIN, 'guests': GUESTS, 'compute_node': None},
        Phase.DRAINING,
        'closed for a drain, 2 guests left',
        'drain hv1',
    ),
    (
        {'service': DRAIN, 'guests': GUESTS[:1]},
        Phase.DRAINING,
        '1 guest left',
        'drain hv1',
    ),
    (
        {'service': DRAIN, 'guests': None, 'consumers': None},
        Phase.DRAINING,
        'closed for a drain',
        'drain hv1',
    ),
    (
        {'service': DRAIN, 'guests': None, 'consumers': frozenset({'g'})},
        Phase.DRAINING,
        'closed for a drain',
        'drain hv1',
    ),
    (
        {'service': DRAIN, 'guests': None},
        Phase.DRAINED,
        'empty',
        'delete hv1',
    ),
    (
        {'service': DRAIN, 'compute_node': None},
        Phase.DRAINED,
        'empty',
        'delete hv1',
    ),
    (
        {'compute_node': None, 'reported': False, 'agents': ()},
        Phase.REGISTERED,
        'waiting for the compute node',
        'create hv1',
    ),
    (
        {'compute_node': None, 'agents': ()},
        Phase.UNMAPPED,
        'not mapped to a cell',
        'create hv1',
    ),
    (
        {'reported': False, 'agents': ()},
        Phase.NO_INVENTORY,
        'has not written its inventory',
        'create hv1',
    ),
    (
        {'server': SERVER(), 'agents': (), 'has_room': False},
        Phase.NO_AGENT,
        'no network agent of host hv1 has registered',
        'create hv1',
    ),
    (
        {
            'server': SERVER(),
            'agents': (builders.an_agent(alive=False),),
        },
        Phase.NO_AGENT,
        'not alive: Open vSwitch agent',
        'create hv1',
    ),
    (
        {'server': SERVER(metadata={identity.NETWORKING_KEY: '2'})},
        Phase.NO_AGENT,
        '1 of 2 network agents of host hv1 have registered: Open vSwitch',
        'create hv1',
    ),
    (
        {
            'server': SERVER(metadata={identity.ENABLED_KEY: 'x'}),
            'agents': (builders.an_agent(alive=False),),
        },
        Phase.NO_AGENT,
        'not alive: Open vSwitch agent',
        'network agent list --host hv1',
    ),
    (
        {'server': SERVER()},
        Phase.ENABLED,
        'no create has proven it good',
        'create hv1',
    ),
    (
        {'has_room': False, 'consumers': None},
        Phase.READY,
        'the hold still keeps guests out',
        'create hv1',
    ),
    (
        {'service': NEW, 'has_room': False},
        Phase.READY,
        'disabled (New compute service',
        'create hv1',
    ),
    (
        {
            'service': builders.a_disabled_service(
                reason=identity.REASON_DELETE
            )
        },
        Phase.READY,
        'closed by a delete that has not ended',
        'delete hv1',
    ),
    (
        {'service': OTHERS},
        Phase.CLOSED,
        'somebody else than hvctl has closed it: the compute service is '
        'disabled (broken disk, joe)',
        'compute service list --long --host hv1',
    ),
    (
        {'service': builders.a_disabled_service()},
        Phase.READY,
        'disabled (no reason given)',
        'create hv1',
    ),
    ({}, Phase.ENABLED, 'guests can be scheduled', ''),
    ({'agents': None}, Phase.ENABLED, 'guests can be scheduled', ''),
    (
        {'has_room': False, 'guests': GUESTS, 'consumers': None},
        Phase.ENABLED,
        'guests can be scheduled',
        '',
    ),
)


class TestStatus(unittest.TestCase):
    """Phase, reason and next command."""

    def test_rows(self):
        """Each row of the table holds where it should and says why."""
        for number, (changes, expected, words, remedy) in enumerate(ROWS):
            with self.subTest(number=number, phase=expected):
                status = phases.status(builders.a_hypervisor(**changes))

                self.assertEqual(expected, status.phase)
                self.assertIn(words, rendering.reason(status.reason))
                self.assertFalse(rendering.reason(status.reason).endswith('.'))
                self.assertIn(remedy, rendering.remedy(status.reason))

    def test_server_is_down(self):
        """Its server is named, with what Nova says of it."""
        server = SERVER(status='SHUTOFF')

        status = phases.status(builders.a_hypervisor(server=server))

        self.assertEqual(
            Reason.of(
                StatusCode.SERVER_DOWN,
                server_id=server.id,
                server_status='SHUTOFF',
            ),
            status.reason,
        )

    def test_nothing_is_missing(self):
        """Without a trace it is missing, and create is next."""
        status = phases.status(Hypervisor(name='hv1'))

        self.assertEqual(Phase.MISSING, status.phase)
        self.assertEqual(
            f'{phases.COMMAND} create hv1 ...',
            rendering.remedy(status.reason),
        )

    def test_every_phase_has_a_row(self):
        """The rows above leave no phase out."""
        self.assertEqual(
            set(life.PHASES) - {Phase.MISSING}, {row[1] for row in ROWS}
        )

    @hypothesis.given(strategies.data())
    def test_every_hypervisor_has_a_phase(self, data):
        """Whatever facts come together, there is a phase with a reason."""
        changes: dict = {}
        for row, *_ in ROWS:
            if data.draw(strategies.booleans()):
                changes.update(row)

        status = phases.status(builders.a_hypervisor(**changes))

        self.assertNotEqual('', rendering.reason(status.reason))


class TestMayEnable(unittest.TestCase):
    """Whose disabling create undoes."""

    def test_reasons(self):
        """Nova's own and create's; nobody else's, no drain, no delete."""
        for reason, expected in (
            (None, True),
            ('', True),
            (disabled_reason.NOVA_DISABLED_NEW, True),
            (identity.REASON_CREATE, True),
            (identity.REASON_DRAIN, False),
            (identity.REASON_DELETE, False),
            ('broken disk', False),
            ('AUTO: Connection to libvirt lost', False),
        ):
            with self.subTest(reason=reason):
                hv = builders.a_hypervisor(
                    service=builders.a_disabled_service(reason)
                )

                self.assertEqual(expected, phases.may_enable(hv))


class TestLeft(unittest.TestCase):
    """What is named as left over."""

    def test_names_everything(self):
        """Every part is named with its id."""
        hv = builders.a_hypervisor(duplicates=(SERVER(id='twin'),))

        left = phases.left(hv)

        for kind, thing in (
            ('server', hv.server),
            ('compute service', hv.service),
            ('hypervisor', hv.compute_node),
            ('resource provider', hv.provider),
            *(('port', port) for port in hv.ports),
            ('network agent', hv.agents[0]),
        ):
            self.assertIn((kind, thing.id), left)
        self.assertIn(('server', 'twin'), left)

    def test_nothing(self):
        """What is not there is not named."""
        self.assertEqual((), phases.left(Hypervisor(name='hv1')))


class TestGoes(unittest.TestCase):
    """What can only be deleted."""

    def test_table(self):
        """What stops, and what is left of one that had registered."""
        for parts, phase, expected in (
            ({}, Phase.STOPPING, True),
            ({}, Phase.ENABLED, False),
            ({'ports': (builders.a_port(),)}, Phase.ORPHANED, False),
            ({'service': DOWN}, Phase.ORPHANED, True),
            ({'agents': (builders.an_agent(),)}, Phase.ORPHANED, True),
        ):
            with self.subTest(parts=parts, phase=phase):
                hv = Hypervisor(name='hv1', **parts)

                self.assertEqual(expected, phases.goes(hv, phase))
