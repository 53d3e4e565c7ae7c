# SPDX-License-Identifier: Apache-2.0
"""Guests that run leave a real hypervisor, and come back."""

from __future__ import annotations

from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import services
from hvctl.tests.functional_real import base
from hvctl.tests.functional_real import machines

#: So many guests leave at once.
_MANY = 4


class TestMoves(base.RealTestCase):
    def test_live_there_and_back(self) -> None:
        """A guest with a disk of its own counts on through two moves."""
        guest, counted = self.counting_guest()

        there = self.drained(self.source)
        counted = self.goes_on(guest, counted)
        self.assertEqual('live', there[guest]['Method'])
        self.assert_only_on(guest, self.target)
        self.assert_empty()
        services.enable(self.source)
        self.addCleanup(services.enable, self.target)
        back = self.drained(self.target)

        self.goes_on(guest, counted)
        self.assertEqual('live', back[guest]['Method'])
        self.assert_only_on(guest, self.source)

    def test_paused(self) -> None:
        """A guest that is paused moves so, and counts on when it is let."""
        guest, counted = self.counting_guest()
        guests.act(guest, 'pause')
        guests.wait(guest, 'PAUSED')

        rows = self.drained(self.source)

        self.assertEqual('live', rows[guest]['Method'])
        self.assertEqual('PAUSED', facts.server(guest)['status'])
        self.assert_only_on(guest, self.target)
        guests.act(guest, 'unpause')
        guests.wait(guest, 'ACTIVE')
        self.goes_on(guest, counted)

    def test_config_drive(self) -> None:
        """A config drive is empty after a live move, as the plan says."""
        guest, counted = self.counting_guest(config_drive=True)
        drive = f'/var/lib/nova/instances/{guest}/disk.config'
        self.assertTrue(_has_content(self.source, drive))
        planned = self.moves(
            self.succeed(self.drain(self.source, '--dry-run'))
        )
        self.assertIn('config drive', planned[guest]['Reason'])

        self.drained(self.source)

        self.goes_on(guest, counted)
        self.assertFalse(_has_content(self.target, drive))

    def test_many(self) -> None:
        """Several leave at once, and none of them notices."""
        ids = [self.real_guest() for _ in range(_MANY)]
        counted = {guest: self.counts(guest) for guest in ids}

        self.drained(self.source, '--max-parallel', str(_MANY))

        for guest, before in counted.items():
            self.goes_on(guest, before)
            self.assert_only_on(guest, self.target)
        self.assert_empty()

    def test_cold(self) -> None:
        """A guest that is off moves so; it counts anew where it starts."""
        guest, counted = self.counting_guest()
        guests.act(guest, 'os-stop')
        guests.wait(guest, 'SHUTOFF', timeout=base.PATIENCE)

        rows = self.drained(self.source, '--confirm-resizes')

        self.assertEqual('cold', rows[guest]['Method'])
        self.assertEqual('SHUTOFF', facts.server(guest)['status'])
        (record,) = facts.migrations(guest)
        self.assertEqual('confirmed', record['status'])
        self.assert_only_on(guest, self.target)
        self.assert_empty()
        guests.act(guest, 'os-start')
        guests.wait(guest, 'ACTIVE', timeout=base.PATIENCE)
        self.assertNotEqual(counted.boot, self.counts(guest).boot)


def _has_content(host: str, path: str) -> bool:
    """Whether a file of a host has anything but zeros in it."""
    return bool(machines.shell(host, f"tr -d '\\0' <{path} | head -c 1"))
