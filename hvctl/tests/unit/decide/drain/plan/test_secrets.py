# SPDX-License-Identifier: Apache-2.0
"""Tests of guests that only their owner can start again."""

from __future__ import annotations

import unittest

from hvctl.decide.drain.plan import secrets
from hvctl.decide.drain.plan import treatment
from hvctl.decide.drain.plan import wishes
from hvctl.model.drain_options import DrainOptions, Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import GuestVolumes
from hvctl.model.move import Ties
from hvctl.model.move import Treatment
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining

VERSION = 'hw:tpm_version'
SECURITY = 'hw:tpm_secret_security'
OWNER, HOST = GuestCode.VTPM_OF_OWNER, GuestCode.VTPM_OF_HOST
VOLUMES, UNKNOWN = GuestCode.ENCRYPTED_VOLUMES, GuestCode.ENCRYPTION_UNKNOWN
TOLD = Ties(volumes=GuestVolumes(encrypted=False))
ENCRYPTED = Ties(volumes=GuestVolumes(encrypted=True))
NOT_TOLD = Ties(volumes=GuestVolumes())
PCI = {'pci_passthrough:alias': 'gpu:1'}


def treat(status='SHUTOFF', ties=TOLD, wish=None, guest=None, **options):
    """What is done with a guest."""
    return treatment.treat(
        builders.a_guest(
            status=status,
            metadata={wishes.WISH_KEY: wish} if wish else {},
            **(guest or {}),
        ),
        DrainOptions(**options),
        ties,
    )


class TestVtpm(unittest.TestCase):
    """Who has the secret of a vTPM."""

    def test_table(self):
        """The flavor says who; flavor or image say that there is one."""
        image = {'hw_tpm_version': '2.0'}
        for specs, of_image, of_volume, security, code in (
            ({}, {}, {}, None, None),
            ({SECURITY: 'user'}, {}, {}, None, None),
            ({VERSION: '2.0'}, {}, {}, 'user', OWNER),
            ({VERSION: '1.2', SECURITY: 'user'}, {}, {}, 'user', OWNER),
            ({VERSION: '2.0', SECURITY: 'host'}, {}, {}, 'host', HOST),
            (
                {VERSION: '2.0', SECURITY: 'deployment'},
                {},
                {},
                'deployment',
                None,
            ),
            ({}, image, {}, 'user', OWNER),
            ({}, {}, image, 'user', OWNER),
            ({SECURITY: 'deployment'}, image, {}, 'deployment', None),
            ({}, {'hw_tpm_model': 'tpm-crb'}, {}, None, None),
        ):
            with self.subTest(specs=specs, image=of_image, volume=of_volume):
                guest = builders.a_guest(extra_specs=specs, image=of_image)
                volumes = GuestVolumes(encrypted=False, image=of_volume)
                ties = Ties(volumes=volumes)

                self.assertEqual(security, secrets.vtpm(guest, ties))
                self.assertEqual(
                    code, draining.code(secrets.of_owner(security, ties))
                )


class TestCold(unittest.TestCase):
    """Whether such a guest is cold-migrated."""

    def assert_stays(self, secret: GuestCode, treated: Treatment) -> None:
        """It is in the way, and why."""
        self.assertIsNone(treated.method)
        self.assertIsNotNone(treated.reason)
        found = draining.facts(treated.reason)
        self.assertEqual(
            (GuestCode.ONLY_OWNER, secret),
            (draining.code(treated.reason), draining.code(found['secret'])),
        )

    def test_in_the_way(self):
        """Whatever brings it to be cold, but that cold is wanted."""
        for security, code in ((None, OWNER), ('user', OWNER), ('host', HOST)):
            specs = {VERSION: '2.0'}
            if security is not None:
                specs[SECURITY] = security
            with self.subTest(security=security):
                self.assert_stays(code, treat(guest={'extra_specs': specs}))
                self.assert_stays(
                    code, treat(guest={'extra_specs': specs}, wish='live')
                )
                for insisted in (
                    treat(guest={'extra_specs': specs}, wish='cold'),
                    treat(guest={'extra_specs': specs}, method=Method.COLD),
                ):
                    self.assertEqual(Method.COLD, insisted.method)
                    (doubt,) = insisted.doubts
                    self.assertEqual(code, doubt.code)
        allowed = treat(
            'ACTIVE', guest={'extra_specs': {VERSION: '2.0'}}, allow_cold=True
        )
        self.assert_stays(OWNER, allowed)
        running = treat('ACTIVE', guest={'extra_specs': {VERSION: '2.0'}})
        self.assertEqual(GuestCode.NOT_LIVE, draining.code(running.reason))
        self.assertTrue(draining.facts(running.reason)['only_owner'])

    def test_secret_of_nova(self):
        """What Nova itself may read goes cold."""
        specs = {VERSION: '2.0', SECURITY: 'deployment'}

        treated = treat(guest={'extra_specs': specs})
        allowed = treat(
            'ACTIVE', guest={'extra_specs': specs}, allow_cold=True
        )

        self.assertEqual((Method.COLD, ()), (treated.method, treated.doubts))
        self.assertEqual(Method.COLD, allowed.method)

    def test_volumes(self):
        """It depends on what Cinder tells of them, where that matters."""
        two = {'volumes': 2}
        pinned = {'extra_specs': PCI, 'volumes': 1}
        self.assert_stays(VOLUMES, treat(ties=ENCRYPTED, guest=two))
        self.assert_stays(
            VOLUMES,
            treat('ACTIVE', ties=ENCRYPTED, guest=pinned, allow_cold=True),
        )
        for ties, status, options, method, asks, doubts in (
            (Ties(), 'SHUTOFF', {}, 'cold', True, ()),
            (TOLD, 'SHUTOFF', {}, 'cold', False, ()),
            (NOT_TOLD, 'SHUTOFF', {}, 'cold', False, (UNKNOWN,)),
            (Ties(), 'ACTIVE', {}, 'live', False, ()),
            (ENCRYPTED, 'ACTIVE', {}, 'live', False, ()),
            (Ties(), 'SHUTOFF', {'wish': 'cold'}, 'cold', False, ()),
            (
                ENCRYPTED,
                'SHUTOFF',
                {'wish': 'cold'},
                'cold',
                False,
                (VOLUMES,),
            ),
            (ENCRYPTED, 'SHUTOFF', {'wish': 'shelve'}, 'shelve', False, ()),
        ):
            with self.subTest(ties=ties, status=status, options=options):
                treated = treat(status, ties, guest=two, **options)

                self.assertEqual(
                    (method, asks, doubts),
                    (
                        treated.method,
                        treated.asks,
                        tuple(doubt.code for doubt in treated.doubts),
                    ),
                )
        self.assertFalse(treat(ties=Ties()).asks)
