# SPDX-License-Identifier: Apache-2.0
"""Tests of what create refuses before it makes anything."""

from __future__ import annotations

import io

import fixtures
from osc_lib import exceptions as osc_exceptions

from hvctl.model.preflight import Quota
from hvctl.tests.fixtures import errors
from hvctl.tests.fixtures import requests
from hvctl.tests.unit.osc import base


class TestRefusals(base.TestCommand):
    """Bad input."""

    def assert_refused(self, words, *args, **options):
        error = self.assertRaises(
            osc_exceptions.CommandError, self.create, *args, **options
        )
        self.assertIn(words, str(error))
        self.assertNotIn('\n', str(error))
        self.assertNotIn(requests.SECRET, str(error))
        self.assertEqual([], self.cloud.asked)

    def test_names(self):
        """A name that is no host name, and a domain that is none."""
        self.assert_refused("no host name: 'HV_1'", 'HV_1')
        self.assert_refused('no domain', 'hv1', '--domain', 'a..b')

    def test_long_name(self):
        """A name that Placement has no room for, with its domain."""
        domain = '.'.join(['x' * 63] * 2 + ['y' * 62])
        self.assert_refused(
            'and Placement takes 200', 'rack-1-hv1', '--domain', domain
        )

    def test_properties(self):
        """Keys that are ours."""
        self.assert_refused(
            "hvctl's own", 'hv1', '--property', 'hvctl:compute_id=1'
        )

    def test_zone(self):
        """What would name a host to Nova."""
        self.assert_refused(
            'a colon is in no name', 'hv1', '--machine-zone', 'nova:host'
        )

    def test_files(self):
        """Files that cannot be read, or are none of the kind."""
        self.assert_refused(
            'cannot be read: No such file or directory',
            'hv1',
            *('--config', '/nowhere/nova.conf'),
            config=False,
        )
        self.assert_refused(
            'cannot be read: Is a directory',
            'hv1',
            *('--user-data', self.directory),
            config=False,
        )
        self.assert_refused(
            'not a text in UTF-8',
            'hv1',
            *('--config', self.a_file('bytes', b'\xff\xfe')),
            config=False,
        )
        self.assert_refused(
            'line 1 has an option before',
            'hv1',
            *('--config', self.a_file('bad', f'p = {requests.SECRET}\n')),
            config=False,
        )

    def test_too_large(self):
        """More than Nova takes, whoever wrote it."""
        large = f'[DEFAULT]\na = {requests.SECRET * 9000}\n'
        self.assert_refused(
            'is too large for Nova',
            'hv1',
            *('--config', self.a_file('large', large)),
            config=False,
        )
        self.assert_refused(
            'is too large for Nova',
            'hv1',
            *('--user-data', self.a_file('large', large)),
            config=False,
        )

    def test_no_user_data(self):
        """A file that says nothing to a machine is refused before all."""
        for name, data, words in (
            ('empty', '', 'is empty'),
            ('binary', '#!/bin/sh\n\0', 'has a NUL byte in line 2'),
        ):
            with self.subTest(name=name):
                self.assert_refused(
                    f'{name} {words}',
                    'hv1',
                    *('--user-data', self.a_file(name, data)),
                    config=False,
                )

    def test_names_of_things(self):
        """Everything that does not exist is named at once."""
        self.cloud.resolve.changes = {
            'problems': (
                'there is no image debian',
                'there is no network internalapi',
            )
        }

        self.assert_refused(
            'there is no image debian; there is no network internalapi', 'hv1'
        )

    def test_taken_as_well(self):
        """So is a name that is taken."""
        self.cloud.resolve.changes = {
            'problems': ('there is no image debian',)
        }
        self.cloud.add_service('hv2')

        self.assert_refused(
            'there is no image debian; the name hv2 is taken', 'hv1', 'hv2'
        )

    def test_stock_and_quota(self):
        """Too few nodes or too small a quota, before anything is made."""
        self.cloud.resolve.changes = {'candidates': 1}
        self.assert_refused('2 nodes for flavor metal', 'hv1', 'hv2')
        self.cloud.resolve.changes = {'quotas': {'servers': Quota(left=1)}}
        self.assert_refused('has 1 servers left', 'hv1', 'hv2')

    def test_cloud_cannot_be_asked(self):
        """The cloud's own sentence, and nothing else."""
        error = errors.refusal('could not list: forbidden', 403)

        def observe(scope):
            raise error

        self.cloud.observe = observe
        self.assert_refused('could not list: forbidden', 'hv1')

    def test_options(self):
        """Options that contradict each other, or are missing."""
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', io.StringIO()))
        for args in (
            ('hv1', '--user-data', 'x'),
            ('hv1', '--wait', '--no-wait'),
            ('hv1', '--timeout', '0'),
            ('hv1', '--timeout', 'soon'),
            ('hv1', '--vnic-type', 'direct'),
            ('hv1', '--fixed-ip', 'ten'),
            ('hv1', '--health-test', '--no-health-test'),
            (),
        ):
            self.assertRaises(SystemExit, self.create, *args)
        self.assert_refused(
            'nothing says what the host is to be', 'hv1', config=False
        )
