# SPDX-License-Identifier: Apache-2.0
"""Tests of the commands set and unset, and of those that heed them."""

from __future__ import annotations

import datetime

from osc_lib import exceptions as osc_exceptions

from hvctl import exceptions
from hvctl.model import identity
from hvctl.tests.unit.osc import base


class TestIntentions(base.TestCommand):
    """What is intended with hypervisors."""

    def setUp(self):
        super().setUp()
        self.cloud.has_hypervisor('hv1')
        self.cloud.has_hypervisor('hv2')

    def metadata(self, name: str = 'hv1') -> dict:
        """What the server has, beside what create has written."""
        (server,) = self.cloud.ours(name)
        return {
            key: value
            for key, value in server.metadata.items()
            if key
            in (
                identity.PROTECTED_KEY,
                identity.PROTECTED_REASON_KEY,
                identity.EXPIRES_KEY,
                identity.DESCRIPTION_KEY,
            )
        }

    def protect(self, *more: str) -> None:
        """Protect hv1."""
        status = self.run_command(
            *('set', 'hv1', '--protected', '--reason', 'new firmware'),
            *more,
            *('-f', 'json'),
        )
        self.assertEqual(0, status, self.err)

    def test_set_and_unset(self):
        """Both views tell it, and unset takes it all back."""
        tomorrow = self.cloud.clock.now() + datetime.timedelta(days=1)
        self.protect(
            *('--for', '1d', '--expires', '1d', '--description', 'for A')
        )

        self.assertEqual('done', self.rows()[0]['Result'])
        self.run_command('show', 'hv1', '-f', 'json')
        shown = self.rows()
        self.assertEqual(
            ('for A', True, 'new firmware', True),
            (
                shown['description'],
                shown['protected'],
                shown['protected_reason'],
                shown['protected_until'].startswith(f'{tomorrow:%Y-%m-%d}'),
            ),
        )
        self.run_command('list', '--long', '-f', 'json')
        self.assertEqual(
            [True, False], [row['Protected'] for row in self.rows()]
        )
        self.run_command('list', '--protected', '-f', 'json')
        self.assertEqual(['hv1'], [row['Name'] for row in self.rows()])

        self.run_command(
            *('unset', 'hv1', '--protected', '--expires', '--description'),
            *('-f', 'json'),
        )
        self.assertEqual('done', self.rows()[0]['Result'])
        self.assertEqual({}, self.metadata())
        self.run_command('unset', 'hv1', '--protected', '-f', 'json')
        self.assertEqual('unchanged', self.rows()[0]['Result'])

    def test_words(self):
        """What makes no sense is refused before anything is asked."""
        for arguments, words in (
            (('set', 'hv1'), 'there is nothing to set'),
            (('unset', 'hv1'), 'there is nothing to unset'),
            (('set', 'hv1', '--protected'), 'needs a --reason'),
            (('set', 'hv1', '--for', '2d'), 'add --protected'),
        ):
            with self.subTest(arguments=arguments):
                error = self.assertRaises(
                    (exceptions.InvalidRequest, osc_exceptions.CommandError),
                    self.run_command,
                    *arguments,
                )

                self.assertIn(words, str(error))

    def test_protected(self):
        """Nothing is changed of it; the others are done with."""
        self.protect()
        self.cloud.add_guest('g1', 'hv1')
        for verb in (
            ('drain',),
            ('drain', '--dry-run'),
            ('delete',),
            ('delete', '--drain'),
        ):
            with self.subTest(verb=verb):
                before = self.cloud.service_of('hv1')

                status = self.run_command(*verb, 'hv1', '-f', 'json')

                self.assertEqual(1, status)
                self.assertIn(
                    'hv1 is protected: new firmware; to give it up: openstack '
                    'hypervisor ephemeral unset --protected hv1',
                    self.err,
                )
                self.assertEqual(before, self.cloud.service_of('hv1'))

        self.run_command('delete', 'hv1', 'hv2', '-f', 'json')
        self.assertEqual(
            {'hv1': 'protected', 'hv2': 'done'},
            {row['Name']: row['Code'] for row in self.rows()},
        )

    def test_drained_beside_it(self):
        """Guests of others may land on it: it stays."""
        self.protect()
        self.cloud.add_guest('g2', 'hv2')

        status = self.run_command(
            *('drain', 'hv1', 'hv2', '--max-draining', '100%', '-f', 'json')
        )

        self.assertEqual(1, status)
        self.assertEqual(['moved'], [row['Result'] for row in self.rows()])

    def test_ends(self):
        """A protection ends by itself."""
        self.protect('--for', '1h')
        self.clock.seconds += 3601

        self.assertEqual(0, self.run_command('delete', 'hv1', '-f', 'json'))

    def test_warnings(self):
        """What ends soon is said, and what cannot be read."""
        self.cloud.has_hypervisor('hv3')
        soon = self.cloud.clock.now() + datetime.timedelta(hours=2)
        for metadata, words in (
            (
                {identity.EXPIRES_KEY: soon.isoformat()},
                f'Warning: hv3 expires at {soon:%Y-%m-%dT%H:%MZ}\n',
            ),
            (
                {identity.EXPIRES_KEY: '2001-01-01'},
                'Warning: hv3 expired at 2001-01-01T00:00Z\n',
            ),
            (
                {
                    identity.EXPIRES_KEY: '2001-01-01',
                    identity.PROTECTED_KEY: 'never',
                },
                'Warning: hv3 expired at 2001-01-01T00:00Z, and stays as long '
                'as it is protected\n',
            ),
            (
                {identity.EXPIRES_KEY: 'some day'},
                'Warning: hv3 does not expire: hvctl:expires_at of its '
                "server, 'some day', is no moment\n",
            ),
            (
                {identity.PROTECTED_KEY: 'a while'},
                'Warning: hv3 is protected until somebody unsets that: '
                "hvctl:protected_until of its server, 'a while', is no "
                'moment\n',
            ),
        ):
            with self.subTest(words=words):
                self.errors.truncate(0)
                self.note('hv3', metadata)

                self.run_command('list', '-f', 'json')

                self.assertIn(words, self.err)
