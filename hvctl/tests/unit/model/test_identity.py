# SPDX-License-Identifier: Apache-2.0
"""Tests of the marks and of the ids that prove themselves."""

from __future__ import annotations

import unittest
import uuid

import hypothesis
from hypothesis import strategies

from hvctl.model import identity

NAMES = strategies.from_regex(r'\A[a-z0-9][a-z0-9-]{0,20}[a-z0-9]\Z')
NONCES = strategies.binary(min_size=6, max_size=6)
PROJECTS = strategies.uuids(version=4).map(lambda found: found.hex)


class TestComputeId(unittest.TestCase):
    """Ids of compute nodes."""

    @hypothesis.given(NAMES, NONCES)
    def test_proves_itself(self, name, nonce):
        """A chosen id is ours for its name, also as Nova may write it."""
        chosen = identity.new_compute_id(name, nonce)

        self.assertTrue(identity.is_ours(name, chosen))
        self.assertTrue(identity.is_ours(name, chosen.upper()))
        self.assertTrue(identity.is_ours(f'{name}.example.org', chosen))

    @hypothesis.given(NAMES, NONCES)
    def test_is_a_uuid_of_version_8(self, name, nonce):
        """A chosen id is a proper UUID that no generator makes."""
        chosen = uuid.UUID(identity.new_compute_id(name, nonce))

        self.assertEqual(8, chosen.version)
        self.assertEqual(uuid.RFC_4122, chosen.variant)

    @hypothesis.given(NAMES, NAMES, NONCES)
    def test_belongs_to_one_name(self, name, other, nonce):
        """An id is not ours for another name, hv1 not for hv10."""
        hypothesis.assume(name != other)

        chosen = identity.new_compute_id(name, nonce)

        self.assertFalse(identity.is_ours(other, chosen))

    @hypothesis.given(NAMES, strategies.uuids())
    def test_others_are_not_ours(self, name, other):
        """No other UUID passes for one of ours."""
        self.assertFalse(identity.is_ours(name, str(other)))

    def test_what_is_no_uuid_is_not_ours(self) -> None:
        """An id of an old Nova, or none at all, is simply not ours."""
        for text in ('', '17', 'hv1', 'no-uuid'):
            with self.subTest(text=text):
                self.assertFalse(identity.is_ours('hv1', text))

    def test_wants_six_bytes(self) -> None:
        """A nonce of another size is a mistake in the program."""
        with self.assertRaises(ValueError):
            identity.new_compute_id('hv1', b'short')

    def test_every_life_has_another(self) -> None:
        """Two lives of one name have different ids, holds and addresses."""
        first = identity.new_compute_id('hv1', b'000001')
        second = identity.new_compute_id('hv1', b'000002')

        self.assertNotEqual(first, second)
        self.assertNotEqual(identity.hold_id(first), identity.hold_id(second))
        self.assertNotEqual(
            identity.port_mac(first, 'n'), identity.port_mac(second, 'n')
        )


class TestOtherProject(unittest.TestCase):
    """Ids that tell whose project has the machine."""

    @hypothesis.given(NAMES, NONCES, PROJECTS, PROJECTS)
    def test_tells_its_project(self, name, nonce, project, other):
        """It is ours by its name, and tells every other project whose."""
        hypothesis.assume(project[:6] != other[:6])

        chosen = identity.new_compute_id(name, nonce, project)

        for label in (name, f'{name}.example.org'):
            self.assertTrue(identity.is_ours(label, chosen))
            self.assertIsNone(identity.other_project(label, chosen, project))
            for looking in (other, None, 'default'):
                self.assertEqual(
                    project[:6],
                    identity.other_project(label, chosen.upper(), looking),
                )
        self.assertIsNone(identity.other_project('no', chosen, other))

    @hypothesis.given(NAMES, NONCES, PROJECTS)
    def test_tells_nothing(self, name, nonce, project):
        """Those of earlier versions, and of odd projects, tell nothing."""
        for odd in (None, 'default', ''):
            chosen = identity.new_compute_id(name, nonce, odd)

            self.assertTrue(identity.is_ours(name, chosen))
            self.assertIsNone(identity.other_project(name, chosen, project))

    def test_earlier_version(self) -> None:
        """What an earlier version has chosen remains ours."""
        chosen = '30303030-3031-8d1b-8f96-b07f4afc1833'

        self.assertTrue(identity.is_ours('hv1', chosen))

    def test_every_life_has_another(self) -> None:
        """Two lives of one name in one project have different ids."""
        lives = {
            identity.new_compute_id('hv1', nonce, '3f2a9c00')
            for nonce in (b'000001', b'000002')
        }

        self.assertEqual(2, len(lives))
        self.assertEqual({'3f2a9c'}, {life[:6] for life in lives})


class TestPortMac(unittest.TestCase):
    """The address of a port that is not bound yet."""

    @hypothesis.given(strategies.uuids(), strategies.uuids())
    def test_is_locally_administered(self, compute_id, network_id):
        """It is a unicast address that no manufacturer gave."""
        mac = identity.port_mac(str(compute_id), str(network_id))

        self.assertRegex(mac, r'^02(:[0-9a-f]{2}){5}$')

    def test_differs_by_network(self) -> None:
        """A machine has another address in each of its networks."""
        chosen = identity.new_compute_id('hv1', b'000001')

        self.assertNotEqual(
            identity.port_mac(chosen, 'a'), identity.port_mac(chosen, 'b')
        )
