# SPDX-License-Identifier: Apache-2.0
"""Tests of how a host remembers its guests."""

from __future__ import annotations

from hvctl_lab.host import guests
from hvctl_lab.tests import base


class Instance:
    """What Nova's fake driver puts into its dictionary."""

    def __init__(self, name, state, uuid):
        self.name = name
        self.state = state
        self.uuid = uuid


class TestGuests(base.LabTestCase):
    """Guests and their files."""

    def setUp(self):
        super().setUp()
        self.guests = guests.Guests(self.directory / 'guests')
        self.guests['u1'] = Instance('one', 1, 'u1')
        self.guests['u2'] = Instance('two', 1, 'u2')

    def _again(self):
        """Read what a restarted nova-compute would know."""
        return {
            uuid: (guest.name, guest.state)
            for uuid, guest in guests.Guests(self.directory / 'guests').items()
        }

    def test_remembered(self):
        """Guests outlive the process."""
        self.assertEqual({'u1': ('one', 1), 'u2': ('two', 1)}, self._again())

    def test_state_is_saved(self):
        """A new power state is remembered at once."""
        self.guests['u1'].state = 4

        self.assertEqual(('one', 4), self._again()['u1'])

    def test_forgotten(self):
        """A removed guest does not come back."""
        del self.guests['u1']

        self.assertEqual({'u2': ('two', 1)}, self._again())
        self.assertRaises(KeyError, self.guests.__getitem__, 'u1')

    def test_unfinished_file(self):
        """What a cut left half written is no guest."""
        (self.directory / 'guests/u3.new').write_text('{')

        self.assertEqual(2, len(self._again()))
