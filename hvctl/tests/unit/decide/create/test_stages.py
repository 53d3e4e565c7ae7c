# SPDX-License-Identifier: Apache-2.0
"""Tests of the table of create's stages."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.decide.create import stages
from hvctl.decide.goal import Kind
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.request import HealthTest
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import requests

AGGREGATES = {'aggregates': {'u1': 1, 'u2': 2}}
TEST = {'health_test': HealthTest(flavor_id='f', image_id='i')}
OPENED = builders.a_server(
    metadata={
        identity.COMPUTE_ID_KEY: builders.a_compute_id(),
        identity.ENABLED_KEY: '2026-11-23T12:00:00+00:00',
    }
)
BY_NAME = {stage.name: stage for stage in stages.STAGES}

NEW = builders.a_hypervisor(server=None)
BUILDING = builders.a_hypervisor(server=builders.a_server(status='BUILD'))
UNMAPPED = builders.a_hypervisor(server=builders.a_server(), compute_node=None)
HELD: dict = {'has_room': False, 'consumers': None}
READY = builders.a_hypervisor(server=builders.a_server(), **HELD)
ENABLED = builders.a_hypervisor()

#: What a machine is waited for, from its deploy on.
WAITS = 'deployed registered compute-node mapped inventory agents'


def names(found) -> str:
    """The names of stages, one after the other."""
    return ' '.join(stage.name for stage in found)


class TestTable(unittest.TestCase):
    """What holds for the whole table."""

    def test_names(self):
        """Each stage has a name of its own, and words."""
        self.assertEqual(len(stages.STAGES), len(BY_NAME))
        for stage in stages.STAGES:
            with self.subTest(stage=stage.name):
                self.assertRegex(stage.name, r'\A[a-z]+(-[a-z]+)*\Z')
                self.assertRegex(stage.words, r'\A[a-z].*[^.]\Z')

    def test_conditions(self):
        """What depends on the request says in words on what."""
        for stage in stages.STAGES:
            with self.subTest(stage=stage.name):
                self.assertTrue(stage.when or stage.asked is None)

    def test_waits_say_until_when(self):
        """A wait is told from a step by its words."""
        for stage in stages.STAGES:
            with self.subTest(stage=stage.name):
                self.assertEqual(
                    stage.kind is Kind.WAIT, stage.words.startswith('until')
                )


class TestAfter(unittest.TestCase):
    """What comes after the present stage, for --dry-run."""

    def test_each(self):
        """It goes on from there up to the end, and names what is wanted."""
        for hv, stage, changes, expected in (
            (NEW, 'ports', {}, f'server {WAITS} lift'),
            (
                NEW,
                'ports',
                {'subnetworks': (requests.a_subnetwork(),)},
                f'trunk server {WAITS} lift',
            ),
            (
                NEW,
                'server',
                {**TEST, **AGGREGATES, 'agent_count': 0},
                f'{WAITS.removesuffix(" agents")} join health-test lift',
            ),
            (
                NEW,
                'ports',
                {'own': True},
                f'server keep-closed {WAITS} enable',
            ),
            (UNMAPPED, 'mapped', AGGREGATES, 'inventory agents join lift'),
            (BUILDING, 'duplicates', {}, f'{WAITS} lift'),
            (READY, 'join', {**TEST, **AGGREGATES}, 'health-test lift'),
            (READY, 'health-test', {**TEST, **AGGREGATES}, 'lift'),
            (ENABLED, 'keep-closed', {'own': True}, 'enable'),
        ):
            with self.subTest(stage=stage, expected=expected):
                request = requests.a_create('hv1', **changes).request

                found = stages.after(BY_NAME[stage], hv, request)

                self.assertEqual(expected, names(found))


class TestRemaining(unittest.TestCase):
    """What comes as far as the cloud tells, for show."""

    def test_each(self):
        """What only the request tells may come; what is passed does not."""
        may_come = 'join health-test test-moves lift'
        for hv, expected in (
            (BUILDING, f'{WAITS} {may_come}'),
            (UNMAPPED, f'mapped inventory agents {may_come}'),
            (READY, may_come),
            (ENABLED, ''),
        ):
            with self.subTest(expected=expected):
                self.assertEqual(expected, names(stages.remaining(hv)))

    def test_without_agents(self):
        """Nothing is said of agents where a cloud has none."""
        hv: Hypervisor = dataclasses.replace(UNMAPPED, agents=None)

        self.assertNotIn('agents', names(stages.remaining(hv)))

    def test_opened(self):
        """What was enabled and is not now has no stage of create left."""
        for changes in (
            {'service': builders.a_disabled_service('broken disk, joe')},
            {'service': builders.a_service(state='down')},
            {'agents': ()},
        ):
            with self.subTest(changes=changes):
                hv = builders.a_hypervisor(server=OPENED, **changes)

                self.assertEqual([], stages.remaining(hv))

    def test_opened_and_held(self):
        """What was killed between its notes and the lift is not through."""
        hv = builders.a_hypervisor(server=OPENED, **HELD)

        self.assertEqual(
            'join health-test test-moves lift', names(stages.remaining(hv))
        )
