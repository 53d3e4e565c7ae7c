# SPDX-License-Identifier: Apache-2.0
"""Tests of what a drain does with a guest in a given state."""

import unittest

from hvctl.decide.drain.plan import treatment
from hvctl.model.drain_options import DrainOptions, Method, Suspended
from hvctl.tests.fixtures import builders

LIVE, COLD = Method.LIVE, Method.COLD
PCI = {'extra_specs': {'pci_passthrough:alias': 'gpu:1'}}
VTPM = {'extra_specs': {'hw:tpm_version': '2.0'}}


def treat(status='ACTIVE', wish=None, guest=None, **options):
    """What is done with a guest."""
    metadata = {treatment.WISH_KEY: wish} if wish else {}
    return treatment.treat(
        builders.a_guest(
            **{'status': status, 'metadata': metadata, **(guest or {})}
        ),
        DrainOptions(**options),
    )


class TestTreat(unittest.TestCase):
    """The table of states, options and wishes."""

    def test_methods(self):
        """How each leaves."""
        for status, wish, options, method in (
            ('ACTIVE', None, {}, 'live'),
            ('ACTIVE', 'cold', {}, 'cold'),
            ('ACTIVE', 'cold', {'method': LIVE}, 'live'),
            ('ACTIVE', 'stay', {'method': LIVE}, 'live'),
            ('ACTIVE', 'shelve', {}, 'shelve'),
            ('ACTIVE', 'nonsense', {}, 'live'),
            ('ACTIVE', None, {'method': COLD}, 'cold'),
            ('PAUSED', None, {}, 'live'),
            ('PAUSED', 'cold', {}, 'live'),
            ('PAUSED', 'shelve', {}, 'shelve'),
            ('SHUTOFF', None, {}, 'cold'),
            ('SHUTOFF', 'live', {}, 'cold'),
            ('SHUTOFF', 'shelve', {}, 'shelve'),
            (
                'SUSPENDED',
                None,
                {'suspended': Suspended.SHELVE},
                'shelve',
            ),
            ('SUSPENDED', 'shelve', {}, 'shelve'),
            ('SHELVED', None, {}, 'offload'),
            ('SHELVED', 'live', {}, 'offload'),
            ('SHELVED', 'stay', {'method': LIVE}, 'offload'),
            ('VERIFY_RESIZE', None, {'confirm_resizes': True}, 'confirm'),
        ):
            with self.subTest(status=status, wish=wish, options=options):
                treated = treat(status, wish, **options)

                self.assertEqual(method, treated.method)
                self.assertFalse(treated.blocked)

    def test_in_the_way(self):
        """Which ones stay, and what to type."""
        for status, wish, options, lift in (
            ('ACTIVE', 'stay', {}, '--method'),
            ('SHELVED', 'stay', {}, '--method'),
            ('VERIFY_RESIZE', 'stay', {'confirm_resizes': True}, '--method'),
            (
                'SUSPENDED',
                'stay',
                {'suspended': Suspended.SHELVE},
                '--method',
            ),
            (
                'SUSPENDED',
                'shelve',
                {'method': LIVE},
                '--suspended shelve',
            ),
            ('PAUSED', None, {'method': COLD}, '--method auto'),
            ('SHUTOFF', None, {'method': LIVE}, '--method auto'),
            ('SUSPENDED', None, {}, '--suspended shelve'),
            ('VERIFY_RESIZE', None, {}, '--confirm-resizes'),
            ('RESCUE', None, {}, 'openstack server unrescue'),
            ('SOFT_DELETED', None, {}, 'openstack server restore'),
            ('ERROR', None, {}, 'openstack server show'),
            ('UNKNOWN', None, {}, 'openstack server show'),
        ):
            with self.subTest(status=status, options=options):
                treated = treat(status, wish, **options)

                self.assertTrue(treated.blocked)
                self.assertIn(lift, treated.lift)

    def test_not_live(self):
        """What Nova cannot live-migrate goes cold, if that is allowed."""
        for guest, words in ((PCI, 'PCI device'), (VTPM, 'vTPM')):
            with self.subTest(guest=guest):
                self.assertIn(words, treat(guest=guest).why)
                self.assertIn('--allow-cold', treat(guest=guest).lift)
                self.assertEqual(
                    COLD, treat(guest=guest, allow_cold=True).method
                )
                self.assertTrue(treat('PAUSED', guest=guest).blocked)
        self.assertEqual(LIVE, treat(wish='live', guest=PCI).method)
        kept_by_host = {
            **VTPM['extra_specs'],
            'hw:tpm_secret_security': 'host',
        }
        self.assertEqual(
            LIVE, treat(guest={'extra_specs': kept_by_host}).method
        )

    def test_lift_that_lifts(self):
        """--allow-cold counts only where no method is chosen."""
        chosen = {'method': LIVE, 'allow_cold': True}

        treated = treat(guest=PCI, **chosen)

        self.assertTrue(treated.blocked)
        self.assertIn('--method auto --allow-cold', treated.lift)

    def test_may_stay(self):
        """Suspended guests, when that is said, whatever their owners say."""
        for wish in (None, 'stay', 'shelve'):
            treated = treat('SUSPENDED', wish, suspended=Suspended.LEAVE)

            self.assertFalse(treated.blocked)
            self.assertIsNone(treated.method)

    def test_says_what_owners_want(self):
        """Wishes are in the plan, and why they are not followed."""
        for status, metadata, words in (
            ('ACTIVE', {treatment.WISH_KEY: 'cold'}, 'hvctl:drain=cold'),
            ('ACTIVE', {treatment.WISH_KEY: 'cool'}, 'cool means nothing'),
            ('PAUSED', {treatment.WISH_KEY: 'cold'}, 'only be live-migrated'),
            ('PAUSED', {treatment.WISH_KEY: 'cold'}, 'hvctl:drain=cold'),
            ('SHUTOFF', {treatment.WISH_KEY: 'live'}, 'only be cold-migrated'),
            ('RESCUE', {treatment.WISH_KEY: 'cold'}, 'hvctl:drain=cold'),
            ('ACTIVE', {treatment.PRIORITY_KEY: '7'}, 'drain-priority=7'),
            ('ACTIVE', {treatment.PRIORITY_KEY: 'x'}, 'no whole number'),
        ):
            with self.subTest(status=status, metadata=metadata):
                treated = treat(status, guest={'metadata': metadata})

                self.assertIn(words, treated.why)
        tagged = treat(guest={'tags': frozenset({'hvctl:drain=cool'})})
        self.assertIn('cool means nothing', tagged.why)

    def test_busy(self):
        """What is on its way to another state is looked at again."""
        for status, task in (('BUILD', None), ('ACTIVE', 'rebooting')):
            treated = treat(status, guest={'task_state': task})

            self.assertTrue(treated.passing)
            self.assertIn('openstack server show', treated.lift)
            self.assertFalse(treated.blocked)

    def test_wish_as_tag(self):
        """A tag says the same."""
        tags = frozenset({'hvctl:drain=cold', 'other'})

        self.assertEqual(COLD, treat(guest={'tags': tags}).method)

    def test_priority(self):
        """A number, or none."""
        for said, expected in (('7', 7), ('-1', -1), ('first', 0)):
            guest = builders.a_guest(metadata={treatment.PRIORITY_KEY: said})

            self.assertEqual(expected, treatment.priority(guest))
