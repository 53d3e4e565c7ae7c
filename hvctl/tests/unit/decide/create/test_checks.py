# SPDX-License-Identifier: Apache-2.0
"""Tests of when create goes no further with a name."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.decide.create import checks
from hvctl.model import identity
from hvctl.model.codes import OutcomeCode
from hvctl.model.ledger import Failure
from hvctl.model.reasons import Reason
from hvctl.model.steps import (
    DeleteServer,
    PlaceHold,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding
from hvctl.tests.fixtures import requests
from hvctl.tests.fixtures import situations

DISABLED = builders.a_disabled_service


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
                verdict = deciding.of_create(
                    builders.a_snapshot(**{kind: (thing,)}), domain='a.org'
                )

                self.assertEqual([], deciding.kinds(verdict))
                why = verdict.outcome.reason
                self.assertEqual(OutcomeCode.NAME_TAKEN, why.code)
                (holder,) = why.facts['holders']
                self.assertEqual(strange, holder.facts['id'])

    def test_similar_names_are_free(self):
        """hv10 and another's domain do not take hv1."""
        for host in ('hv10', 'hv1.b.org', 'hv', 'xhv1'):
            with self.subTest(host=host):
                verdict = deciding.of_create(
                    deciding.with_port(
                        services=(builders.a_service(host),),
                        agents=(builders.an_agent(host),),
                    ),
                    domain='a.org',
                )

                self.assertIn('CreateServer', deciding.kinds(verdict))

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
                {'services': (DISABLED(identity.REASON_DELETE),)},
                Reason.of(OutcomeCode.CLOSED_BY_DELETE, name='hv1'),
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
                verdict = deciding.of_create(deciding.a_look(**changes))

                self.assertEqual([], deciding.kinds(verdict))
                self.assertFalse(verdict.outcome.ok)
                self.assertEqual(expected, verdict.outcome.reason)

    def test_deploy_failed(self):
        """Ironic is asked why for five minutes, while there is time."""
        for seconds, changes, ended in (
            (0, {}, False),
            (299, {}, False),
            (300, {}, True),
            (301, {}, True),
            (0, {'out_of_time': 60.0}, True),
        ):
            with self.subTest(seconds=seconds, changes=changes):
                case = requests.a_case(
                    builders.a_hypervisor(
                        server=builders.a_server(status='ERROR')
                    ),
                    deciding.a_ledger(
                        nodes_tried={'hv1': ('n1',)},
                        changed_at={'hv1': clocks.ago(seconds)},
                        **changes,
                    ),
                )
                case.ledger.statuses['hv1'] = case.status

                verdict = checks.deploy_failed(case)

                self.assertEqual(ended, verdict.outcome is not None)
                self.assertEqual(
                    [] if ended else ['AskNode'], deciding.kinds(verdict)
                )

    def test_no_node(self):
        """Where the scheduler found none, all hosts are looked at first."""
        no_node = 'No valid host was found. '
        for fault, all_hosts, seconds, ended in (
            (no_node, True, 0, True),
            (no_node, False, 0, False),
            (no_node, False, 300, True),
            ('no power', False, 0, True),
        ):
            with self.subTest(fault=fault, all_hosts=all_hosts):
                broken = builders.a_server(status='ERROR', fault=fault)
                look = dataclasses.replace(
                    deciding.a_look(servers=(broken,)), all_hosts=all_hosts
                )
                ledger = deciding.a_ledger(
                    last=look, changed_at={'hv1': clocks.ago(seconds)}
                )
                goal = requests.a_create('hv1')
                (hv,) = goal.hypervisors(look).values()
                case = goal.case(look, hv, ledger, clocks.START)
                ledger.statuses['hv1'] = case.status

                verdict = checks.deploy_failed(case)

                self.assertEqual(ended, verdict.outcome is not None)
                self.assertEqual([], deciding.kinds(verdict))
                self.assertIs(
                    fault is no_node and not all_hosts,
                    goal.scope(ledger).all_hosts,
                )

    def test_drained(self):
        """One that a look has not reached into yet may be empty."""
        look = builders.a_snapshot('hv1')
        service = DISABLED(identity.REASON_DRAIN)
        for parts, last, refused in (
            ({'consumers': None}, None, False),
            ({'consumers': None}, look, True),
            ({}, None, True),
            ({'consumers': None, 'provider': None}, None, True),
        ):
            with self.subTest(parts=parts, last=last):
                case = requests.a_case(
                    builders.a_hypervisor(service=service, **parts),
                    deciding.a_ledger(last=last),
                )

                verdict = checks.drained(case)

                self.assertEqual(case.status, verdict.status)
                self.assertEqual(refused, verdict.outcome is not None)

    def test_failed_step(self):
        """A step that failed for good ends it with its sentence."""
        step = PlaceHold(name='hv1', provider_id=deciding.CHOSEN)
        failure = Failure(step=step, message='could not')

        verdict = deciding.of_create(
            builders.a_snapshot(), deciding.a_ledger(failures={'hv1': failure})
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
        look = deciding.a_look(servers=(builders.a_server(), *twins))

        verdict = deciding.of_create(look)

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
            ((dataclasses.replace(mine, status='ACTIVE'), twin), free, twin),
            ((mine, dataclasses.replace(twin, status='ACTIVE')), free, mine),
            (
                [dataclasses.replace(s, status='ERROR') for s in (mine, twin)],
                free,
                twin,
            ),
        ):
            with self.subTest(servers=servers, port=port):
                verdict = deciding.of_create(
                    deciding.a_look(servers=tuple(servers), ports=(port,))
                )

                self.assertEqual(
                    [loser.id] if loser else [],
                    [step.server_id for step in verdict.steps],
                )
                self.assertIsNone(verdict.outcome)
