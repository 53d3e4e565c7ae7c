# SPDX-License-Identifier: Apache-2.0
"""Tests of create --dry-run."""

from __future__ import annotations

from hvctl.model.steps import (
    JoinAggregate,
)
from hvctl.tests.unit.osc import base


class TestDryRun(base.TestCommand):
    """--dry-run."""

    def test_changes_nothing(self):
        """It prints the steps and does none of them."""
        self.assertEqual(0, self.create('hv1', '--dry-run'))

        self.assertEqual([], self.cloud.asked)
        self.assertEqual(0, self.clock.seconds)
        rows = [row for row in self.rows() if row['Kind'] == 'step']
        self.assertEqual(['Name', 'Kind', 'Result', 'What'], list(rows[0]))
        self.assertEqual(
            [
                'create the resource provider',
                'give it an inventory for the hold',
                'place the hold: nobody can land there',
                'create the port',
                'create the server',
                'lift the hold: guests can land there',
            ],
            [row['What'] for row in rows],
        )
        self.assertEqual(
            [
                'until the machine is deployed',
                'until nova-compute has registered',
                'until its compute node is there',
                'until its host is mapped to a cell',
                'until its inventory is in Placement',
                'until its network agents are alive',
            ],
            [row['What'] for row in self.rows() if row['Kind'] == 'wait'],
        )

    def test_says_what_is_in_the_way(self):
        """What would fail makes it fail."""
        self.cloud.add_service('hv1')

        self.assertEqual(1, self.create('hv1', '--dry-run'))

        self.assertIn('is taken by', self.out)

    def test_shows_every_problem(self):
        """All that is wrong with the request is in the rows."""
        self.cloud.resolve.changes = {
            'problems': ('there is no image debian',)
        }

        self.assertEqual(1, self.create('hv1', '--dry-run'))

        self.assertIn('there is no image debian', self.out)

    def test_enabled_already(self):
        """For what is there already there is nothing to do."""
        self.create('hv1')

        self.assertEqual(0, self.create('hv1', '--dry-run'))

        self.assertIn('was enabled already', self.out)

    def test_aggregates(self):
        """A held host that is ready joins those that it is not in."""
        number = self.cloud.add_aggregate('a')
        uuid = self.cloud.aggregate(number).uuid
        self.cloud.resolve.changes = {'aggregates': {uuid: number + 1}}
        self.create('hv1', '--no-wait')
        self.cloud.pass_time(100)

        for expected in (['join an aggregate'], []):
            self.assertEqual(0, self.create('hv1', '--dry-run'))

            said = [row['What'] for row in self.rows()]
            self.assertEqual(
                expected, [words for words in said if 'aggregate' in words]
            )
            self.assertIn('lift the hold: guests can land there', said)
            self.cloud.act(
                JoinAggregate(name='hv1', aggregate_id=number + 1, host='hv1')
            )

    def test_no_warning(self):
        """Nothing is warned of that does not happen."""
        own = self.a_file('own', '#!/bin/sh\n')

        self.create('hv1', '--user-data', own, '--dry-run', config=False)

        self.assertEqual('', self.err)
