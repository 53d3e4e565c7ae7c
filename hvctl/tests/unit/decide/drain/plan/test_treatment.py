# SPDX-License-Identifier: Apache-2.0
"""Tests of what a drain does with a guest in a given state."""

from __future__ import annotations

import unittest

from hvctl.decide.drain.plan import treatment
from hvctl.decide.drain.plan import wishes
from hvctl.model.drain_options import DrainOptions, Method, Suspended
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import Ties
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining

LIVE, COLD = Method.LIVE, Method.COLD
PCI = {'extra_specs': {'pci_passthrough:alias': 'gpu:1'}}
ENCRYPTED = {'extra_specs': {'hw:mem_encryption': 'True'}}


def a_vtpm(security):
    """The extra specs of a guest with a vTPM."""
    specs = {'hw:tpm_version': '2.0'}
    if security is not None:
        specs['hw:tpm_secret_security'] = security
    return specs


def treat(status='ACTIVE', wish=None, guest=None, **options):
    """What is done with a guest."""
    metadata = {wishes.WISH_KEY: wish} if wish else {}
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

    def test_in_the_way(self):
        """Which ones stay, and why."""
        for status, wish, options, code in (
            ('ACTIVE', 'stay', {}, GuestCode.OWNER_WANTS_STAY),
            ('SHELVED', 'stay', {}, GuestCode.OWNER_WANTS_STAY),
            (
                'VERIFY_RESIZE',
                'stay',
                {'confirm_resizes': True},
                GuestCode.OWNER_WANTS_STAY,
            ),
            (
                'SUSPENDED',
                'stay',
                {'suspended': Suspended.SHELVE},
                GuestCode.OWNER_WANTS_STAY,
            ),
            (
                'SUSPENDED',
                'shelve',
                {'method': LIVE},
                GuestCode.SUSPENDED,
            ),
            ('PAUSED', None, {'method': COLD}, GuestCode.ONLY_LIVE),
            ('SHUTOFF', None, {'method': LIVE}, GuestCode.ONLY_COLD),
            ('SUSPENDED', None, {}, GuestCode.SUSPENDED),
            ('VERIFY_RESIZE', None, {}, GuestCode.RESIZE_UNCONFIRMED),
            ('RESCUE', None, {}, GuestCode.IN_RESCUE),
            ('SOFT_DELETED', None, {}, GuestCode.SOFT_DELETED),
            ('ERROR', None, {}, GuestCode.IN_ERROR),
            ('UNKNOWN', None, {}, GuestCode.NOT_MIGRATABLE),
        ):
            with self.subTest(status=status, options=options):
                treated = treat(status, wish, **options)

                self.assertIsNone(treated.method)
                self.assertEqual(code, treated.reason.code)
                self.assertFalse(treated.accepted or treated.busy)

    def test_visitor(self):
        """A test guest that its create is to confirm or delete is left."""
        visits = Ties(tries_out='hv2')
        code = GuestCode.TEST_UNFINISHED
        for status, options, ties, method, reason, busy in (
            ('VERIFY_RESIZE', {}, visits, None, code, True),
            ('ERROR', {}, visits, None, code, True),
            (
                'VERIFY_RESIZE',
                {'confirm_resizes': True},
                visits,
                Method.CONFIRM,
                None,
                False,
            ),
            # Else it goes as every guest does.
            ('ACTIVE', {}, visits, LIVE, None, False),
            ('ACTIVE', {'method': COLD}, visits, COLD, None, False),
            ('ERROR', {}, Ties(), None, GuestCode.IN_ERROR, False),
        ):
            with self.subTest(status=status, options=options):
                treated = treatment.treat(
                    builders.a_guest(status=status),
                    DrainOptions(**options),
                    ties,
                )

                self.assertEqual(
                    (method, busy), (treated.method, treated.busy)
                )
                said = treated.reason and treated.reason.code
                self.assertEqual(reason, said)

    def test_not_live(self):
        """What Nova cannot live-migrate goes cold, if that is allowed."""
        deployed = {'extra_specs': a_vtpm('deployment')}
        for guest, code in (
            (PCI, GuestCode.PCI_DEVICE),
            (deployed, GuestCode.VTPM_OF_NOVA),
            (ENCRYPTED, GuestCode.MEMORY_ENCRYPTED),
        ):
            with self.subTest(guest=guest):
                running = treat(guest=guest).reason
                self.assertEqual(GuestCode.NOT_LIVE, running.code)
                self.assertEqual(code, running.facts['obstacle'].code)
                cold = treat(guest=guest, allow_cold=True)
                self.assertEqual((COLD, code), (cold.method, cold.reason.code))
                paused = treat('PAUSED', guest=guest).reason
                self.assertEqual(GuestCode.PAUSED_NOT_LIVE, paused.code)
                self.assertEqual(code, paused.facts['obstacle'].code)
        self.assertEqual(LIVE, treat(wish='live', guest=PCI).method)
        wanted = treat(wish='cold', guest=PCI)
        self.assertEqual((COLD, None), (wanted.method, wanted.reason))
        self.assertEqual(
            LIVE, treat(guest={'extra_specs': a_vtpm('host')}).method
        )

    def test_allow_cold_without_method(self):
        """--allow-cold counts only where no method is chosen."""
        chosen = {'method': LIVE, 'allow_cold': True}

        treated = treat(guest=PCI, **chosen)

        self.assertEqual(GuestCode.NOT_LIVE, treated.reason.code)
        self.assertEqual(LIVE, treated.reason.facts['method'])

    def test_may_stay(self):
        """Suspended guests, when that is said, whatever their owners say."""
        for wish in (None, 'stay', 'shelve'):
            treated = treat('SUSPENDED', wish, suspended=Suspended.LEAVE)

            self.assertTrue(treated.accepted)
            self.assertIsNone(treated.method)

    def test_says_what_owners_want(self):
        """Wishes are in the plan, and why they are not followed."""
        cold = {wishes.WISH_KEY: 'cold'}
        wish = GuestCode.WISH
        for status, metadata, code, remark in (
            ('ACTIVE', cold, None, wish),
            (
                'ACTIVE',
                {wishes.WISH_KEY: 'cool'},
                None,
                GuestCode.WISH_UNKNOWN,
            ),
            ('PAUSED', cold, GuestCode.LIVE_INSTEAD, wish),
            (
                'SHUTOFF',
                {wishes.WISH_KEY: 'live'},
                GuestCode.COLD_INSTEAD,
                wish,
            ),
            ('RESCUE', cold, GuestCode.IN_RESCUE, wish),
            ('ACTIVE', {wishes.PRIORITY_KEY: '7'}, None, GuestCode.PRIORITY),
            (
                'ACTIVE',
                {wishes.PRIORITY_KEY: 'x'},
                None,
                GuestCode.PRIORITY_UNKNOWN,
            ),
        ):
            with self.subTest(status=status, metadata=metadata):
                treated = treat(status, guest={'metadata': metadata})

                self.assertEqual(code, draining.code(treated.reason))
                self.assertEqual(
                    [remark], [each.code for each in treated.wishes]
                )
        tagged = treat(guest={'tags': frozenset({'hvctl:drain=cool'})})
        self.assertEqual(GuestCode.WISH_UNKNOWN, tagged.wishes[0].code)

    def test_busy(self):
        """What is on its way to another state is looked at again."""
        for status, task in (('BUILD', None), ('ACTIVE', 'rebooting')):
            treated = treat(status, guest={'task_state': task})

            self.assertTrue(treated.busy)
            self.assertEqual(GuestCode.BUSY, treated.reason.code)

    def test_wish_as_tag(self):
        """A tag says the same."""
        tags = frozenset({'hvctl:drain=cold', 'other'})

        self.assertEqual(COLD, treat(guest={'tags': tags}).method)

    def test_shown(self):
        """What a terminal would obey is shown and not done."""
        for said, shown in (('cool', 'cool'), ('\x1b[2J', r"'\x1b[2J'")):
            guest = {'metadata': {wishes.WISH_KEY: said}}

            (remark,) = treat(guest=guest).wishes

            self.assertEqual(shown, remark.facts['wish'])

    def test_priority(self):
        """A number, or none."""
        for said, expected in (('7', 7), ('-1', -1), ('first', 0)):
            guest = builders.a_guest(metadata={wishes.PRIORITY_KEY: said})

            self.assertEqual(expected, wishes.priority(guest))


class TestRules(unittest.TestCase):
    """The table itself."""

    def test_names(self):
        """Each rule has a name of its own, and says what it does."""
        names = [rule.name for rule in treatment.RULES]

        self.assertEqual(len(names), len(set(names)))
        for rule in treatment.RULES:
            self.assertTrue(rule.words.isprintable() and rule.words)

    def test_affinity(self):
        """Only what would migrate is kept by its group."""
        tied = Ties(affinity='group')
        for status, code in (
            ('ACTIVE', GuestCode.AFFINITY),
            ('SHUTOFF', GuestCode.AFFINITY),
            ('SHELVED', GuestCode.IS_SHELVED),
            ('RESCUE', GuestCode.IN_RESCUE),
        ):
            with self.subTest(status=status):
                guest = builders.a_guest(status=status)

                treated = treatment.treat(guest, DrainOptions(), tied)

                self.assertEqual(code, treated.reason.code)
