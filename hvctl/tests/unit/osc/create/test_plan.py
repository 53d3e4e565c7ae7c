# SPDX-License-Identifier: Apache-2.0
"""Tests of the command create."""

from __future__ import annotations

import logging

import fixtures

from hvctl.model import identity
from hvctl.model.preflight import Quota
from hvctl.model.steps import (
    CreatePort,
    CreateProvider,
    CreateServer,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import errors
from hvctl.tests.fixtures import requests
from hvctl.tests.unit.osc import base

COLUMNS = [
    'Name',
    'Result',
    'Phase',
    'Seconds',
    'Message',
    'Host',
    'Code',
    'Server ID',
    'Facts',
]


class TestCreate(base.TestCommand):
    """What it prints and does."""

    def test_columns(self):
        """One row for each name, on standard output only."""
        self.assertEqual(0, self.create('hv1', 'hv2'))

        first, second = self.rows()
        self.assertEqual(COLUMNS, list(first))
        (server,) = self.cloud.ours('hv1')
        self.assertEqual(
            {
                'Name': 'hv1',
                'Result': 'done',
                'Phase': 'enabled',
                'Host': 'hv1',
                'Server ID': server.id,
                'Seconds': first['Seconds'],
                'Code': 'done',
                'Message': '',
                'Facts': {},
            },
            first,
        )
        self.assertIsInstance(first['Seconds'], int)
        self.assertEqual('hv2', second['Name'])

    def test_expires(self):
        """The time when it may go is in the server's metadata."""
        self.assertEqual(0, self.create('hv1', '--expires', '8h'))

        (server,) = self.cloud.ours('hv1')
        self.assertIn(identity.EXPIRES_KEY, server.metadata)

    def test_project(self):
        """The compute node id tells whose the server is."""
        self.assertEqual(0, self.create('hv1'))

        (server,) = self.cloud.ours('hv1')
        chosen = server.metadata[identity.COMPUTE_ID_KEY]
        self.assertEqual(
            self.cloud.admin.id[:6],
            identity.other_project('hv1', chosen, 'f' * 32),
        )

    def test_elsewhere(self):
        """What another project holds is refused, and needs no image."""
        theirs = builders.a_compute_id(project_id='3f2a9c00')
        self.cloud.act(
            CreateProvider(name='hv1', provider_id=theirs, provider_name='hv1')
        )

        self.assertEqual(1, self.create('hv1'))

        (row,) = self.rows()
        self.assertEqual('machine-elsewhere', row['Code'])
        self.assertIn('begins with 3f2a9c', row['Message'])
        self.assertIsNone(self.cloud.resolve.asked.image)
        self.assertEqual([], self.cloud.ours('hv1'))

    def test_to_go_on(self):
        """To open a host nothing is asked of what machines are made with."""
        self.assertEqual(0, self.create('hv1', '--no-wait'))
        self.assertEqual('metal', self.cloud.resolve.asked.flavor)

        self.assertEqual(0, self.create('hv1', '--key-name', 'mine'))

        asked = self.cloud.resolve.asked
        self.assertEqual(
            (None, None, None, None),
            (asked.image, asked.flavor, asked.network, asked.key_name),
        )
        self.assertEqual(1, len(self.cloud.ours('hv1')))

    def test_other_formatters(self):
        """Every formatter of cliff can print it."""
        for formatter in ('table', 'value', 'csv', 'yaml'):
            self.assertEqual(0, self.create('hv1', '-f', formatter))
            self.assertIn('hv1', self.out)

    def test_some_columns(self):
        """One column, for scripts."""
        self.create('hv1', '-f', 'value', '-c', 'Result')

        self.assertEqual('done\n', self.out)

    def test_twice(self):
        """The second time it says that nothing changed."""
        self.create('hv1')

        self.assertEqual(0, self.create('hv1'))

        (row,) = self.rows()
        self.assertEqual('unchanged', row['Result'])
        self.assertEqual('was enabled already', row['Message'])

    def test_name_of_a_host_that_works(self):
        """Nobody is told to delete a service that is up."""
        self.assertEqual(1, self.create('ironic'))

        (row,) = self.rows()
        self.assertEqual('name-taken', row['Code'])
        self.assertIn('(host ironic, which is up)', row['Message'])
        self.assertIn('choose another name', row['Message'])
        self.assertNotIn('delete', row['Message'])

    def test_name_twice(self):
        """A name that is given twice is made once."""
        self.assertEqual(0, self.create('hv1', 'hv1'))

        self.assertEqual(1, len(self.rows()))

    def test_what_was_asked_for(self):
        """Options reach the port and the server."""
        self.create(
            'hv1',
            *('--key-name', 'k', '--vnic-type', 'normal'),
            *('--property', 'a=b', '--property', 'c=d'),
            *('--domain', 'example.org', '--machine-zone', 'metal'),
            '--no-wait',
        )

        asked = self.cloud.resolve.asked
        self.assertEqual(
            ('debian', 'metal', 'internalapi', 'k'),
            (asked.image, asked.flavor, asked.network, asked.key_name),
        )
        port, server = (
            next(step for step in self.cloud.changes if type(step) is kind)
            for kind in (CreatePort, CreateServer)
        )
        self.assertEqual('normal', port.vnic_type)
        self.assertEqual('k', server.key_name)
        self.assertEqual('metal', asked.machine_zone)
        self.assertEqual('metal', server.zone)
        self.assertEqual('b', server.metadata['a'])
        self.assertEqual('d', server.metadata['c'])
        self.assertEqual('example.org', server.metadata[identity.DOMAIN_KEY])

    def test_again_with_a_full_quota(self):
        """A port that a killed run has made is not counted once more."""
        self.cloud.trouble[CreateServer] = (
            9,
            errors.refusal('no'),
            False,
        )
        self.assertEqual(1, self.create('hv1'))
        self.cloud.trouble.clear()
        self.cloud.resolve.changes = {'quotas': {'ports': Quota(left=0)}}

        self.assertEqual(0, self.create('hv1'))

    def test_checks_that_cannot_be_made(self):
        """They stop nothing, and are said in one line."""
        self.cloud.resolve.changes = {
            'candidates': None,
            'quotas': {},
            'unknown': ('could not read a', 'could not ask b'),
        }

        self.assertEqual(0, self.create('hv1'))

        self.assertIn(
            'Not known: could not read a; could not ask b\n', self.err
        )
        self.assertEqual('done', self.rows()[0]['Result'])

    def test_no_wait(self):
        """It returns when the servers are requested."""
        self.assertEqual(0, self.create('hv1', '--no-wait'))

        (row,) = self.rows()
        self.assertEqual('done', row['Result'])
        self.assertEqual('building', row['Phase'])
        self.assertLess(self.clock.seconds, 10)

    def test_one_of_a_batch_fails(self):
        """The others are made, the exit status is 1 and a row says why."""
        self.cloud.add_service('hv2')

        self.assertEqual(1, self.create('hv1', 'hv2', 'hv3'))

        self.assertEqual(
            ['done', 'failed', 'done'], [row['Result'] for row in self.rows()]
        )
        self.assertIn('is taken by', self.rows()[1]['Message'])

    def test_name_that_is_taken_needs_no_node(self):
        """It is refused by itself and does not make nodes too few."""
        self.cloud.add_service('hv2')
        self.cloud.resolve.changes = {'candidates': 1}

        self.assertEqual(1, self.create('hv1', 'hv2'))

        self.assertEqual(
            ['done', 'failed'], [row['Result'] for row in self.rows()]
        )

    def test_timeout(self):
        """What is not finished in time fails, and says what to do."""
        self.cloud.never('registered')

        self.assertEqual(1, self.create('hv1', '--timeout', '60'))

        (row,) = self.rows()
        self.assertEqual('failed', row['Result'])
        self.assertEqual('booting', row['Phase'])
        self.assertIn('run the same command again', row['Message'])

    def test_own_user_data(self):
        """The user's own user-data comes with a warning."""
        own = self.a_file('own', '#!/bin/sh\n')

        status = self.create('hv1', '--user-data', own, config=False)

        self.assertEqual(0, status)
        self.assertIn('no hold keeps guests out', self.err)
        self.assertNotIn('hold', self.out)

    def test_no_warning_otherwise(self):
        """With the built-in one there is nothing to warn of."""
        self.create('hv1')

        self.assertNotIn('no hold', self.err)


class TestSecrets(base.TestCommand):
    """What a run with secrets leaves behind."""

    def test_nowhere(self):
        """Not in the output, not on the way, not in the debug log."""
        log = self.useFixture(fixtures.FakeLogger(level=logging.DEBUG))

        self.create('hv1')
        self.cloud.trouble[CreateServer] = (
            9,
            errors.refusal('no'),
            False,
        )
        self.create('hv2')

        document = self.cloud.changes[4].user_data
        self.assertGreater(len(document), 100)
        for text in (self.out, self.err, log.output):
            self.assertNotIn(requests.SECRET, text)
            self.assertNotIn(document[:50], text)
        self.assertIn('hv1', log.output)
