# SPDX-License-Identifier: Apache-2.0
"""Tests of what a create says that it would do."""

import unittest

from hvctl.decide.hypervisor import phases
from hvctl.model import steps
from hvctl.model.request import HealthTest
from hvctl.model.steps import (
    CreatePort,
    DeleteAgent,
    DeletePort,
    DeleteProvider,
    DeleteServer,
    DeleteService,
    DeleteTrunk,
    DisableService,
    GuestStep,
    JoinAggregate,
    LeaveAggregate,
    ReadConsole,
    Step,
)
from hvctl.model.verdict import Verdict
from hvctl.osc.create import dry_run
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import requests

TEST = HealthTest(flavor_id='f', image_id='i')
PORT = CreatePort(
    name='hv1',
    network_id='n',
    vnic_type='normal',
    mac_address='02:00:00:00:00:01',
)
JOIN = JoinAggregate(name='hv1', aggregate_id=1, host='hv1')
ASK = ReadConsole(name='hv1', server_id='s')
LOSER = DeleteServer(name='hv1', server_id='s')
DISABLE = DisableService(name='hv1', service_id='s', reason='r')
AGGREGATES = {'aggregates': {'u1': 1, 'u2': 2}}

NEW = builders.a_hypervisor(server=None)
BOOTING = builders.a_hypervisor(service=None)
READY = builders.a_hypervisor(has_room=False)
ENABLED = builders.a_hypervisor()


#: What only delete does, beside the steps of a drain.
DELETING = {
    DeleteProvider,
    DeleteTrunk,
    DeletePort,
    DeleteService,
    DeleteAgent,
    LeaveAggregate,
}


class TestStepWords(unittest.TestCase):
    """What is said of the first steps."""

    def test_all(self):
        """Every step that a create can begin with has words."""
        kinds = {
            kind
            for kind in vars(steps).values()
            if isinstance(kind, type)
            and issubclass(kind, Step)
            and not issubclass(kind, GuestStep)
        }

        self.assertEqual(kinds - {Step} - DELETING, dry_run.STEP_WORDS.keys())


class TestFollowing(unittest.TestCase):
    """What comes after the first steps."""

    def test_each(self):
        """It goes on from where the first steps end, up to the end."""
        for hv, first, changes, expected in (
            (NEW, PORT, {}, 'server wait lift'),
            (
                NEW,
                PORT,
                {'subnetworks': (requests.a_subnetwork(),)},
                'trunk server wait lift',
            ),
            (
                NEW,
                PORT,
                {'health_test': TEST, **AGGREGATES},
                'server wait join boot lift',
            ),
            (NEW, PORT, {'own': True}, 'server disable wait enable'),
            (BOOTING, None, AGGREGATES, 'join lift'),
            (BOOTING, LOSER, {}, 'wait lift'),
            (READY, JOIN, {'health_test': TEST, **AGGREGATES}, 'boot lift'),
            (READY, ASK, {'health_test': TEST, **AGGREGATES}, 'lift'),
            (ENABLED, DISABLE, {'own': True}, 'enable'),
        ):
            with self.subTest(expected=expected):
                verdict = Verdict(
                    status=phases.status(hv), steps=(first,) if first else ()
                )
                request = requests.a_create('hv1', **changes).request

                said = dry_run.following('hv1', verdict, request)

                words = [
                    'wait'
                    if kind == 'wait'
                    else next(w for w in text.split() if w in WORDS)
                    for kind, text in said
                ]
                self.assertEqual(expected.split(), words)


WORDS = {'trunk', 'server', 'join', 'boot', 'disable', 'enable', 'lift'}
