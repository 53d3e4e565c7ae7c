# SPDX-License-Identifier: Apache-2.0
"""Tests of what is said of guests' devices."""

import unittest

from hvctl.decide.drain import drain
from hvctl.decide.drain.moves import cold
from hvctl.decide.drain.plan import devices
from hvctl.model.drain_options import DrainOptions, Method
from hvctl.model.ledger import Ledger
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks

LIVE, COLD, SHELVE = Method.LIVE, Method.COLD, Method.SHELVE
PCI = {'pci_passthrough:alias': 'a1:1'}
VGPU = {'resources:VGPU': '1'}
VTPM = {'hw:tpm_version': '2.0'}
ACCELERATOR = {'accel:device_profile': 'fpga'}


class TestNotes(unittest.TestCase):
    """What the plan says of what a guest has."""

    def test_devices(self):
        """It depends on the device and on how the guest moves."""
        for specs, ports, method, words in (
            ({}, (), LIVE, []),
            ({}, ('direct',), LIVE, ['direct port: unplugged for the move']),
            ({}, ('vdpa',), LIVE, ['vdpa port: unplugged for the move']),
            ({}, ('direct',), COLD, ['direct port: gets another one']),
            ({}, ('direct',), None, ['direct port']),
            ({}, ('direct', 'vdpa'), None, ['direct port', 'vdpa port']),
            (PCI, (), LIVE, ['PCI device (a1:1): migrated if its alias']),
            (PCI, (), COLD, ['PCI device (a1:1): gets another one']),
            (VGPU, (), LIVE, ['virtual GPU: migrated if libvirt']),
            (VGPU, (), COLD, ['virtual GPU: gets another one']),
            (VTPM, (), COLD, ['vTPM']),
        ):
            with self.subTest(specs=specs, ports=ports, method=method):
                guest = builders.a_guest(extra_specs=specs)

                found = devices.notes(guest, method, ports)

                self.assertEqual(len(words), len(found))
                for word, note in zip(words, found, strict=True):
                    self.assertTrue(note.startswith(word), note)

    def test_volumes(self):
        """How many there are, and whether it boots from one."""
        for volumes, boots, words in (
            (0, False, []),
            (1, False, ['with 1 volume']),
            (2, False, ['with 2 volumes']),
            (1, True, ['boots from a volume']),
            (3, True, ['boots from a volume and 2 others']),
        ):
            guest = builders.a_guest(volumes=volumes, boots_from_volume=boots)

            self.assertEqual(words, devices.notes(guest, LIVE, ()))


class TestRefusal(unittest.TestCase):
    """What Nova does not move."""

    def test_table(self):
        """By device and by method."""
        for specs, ports, method, words in (
            ({}, ('direct', 'direct-physical', 'vdpa'), LIVE, None),
            ({}, ('accelerator-direct',), LIVE, 'accelerator-direct'),
            ({}, ('accelerator-direct',), SHELVE, 'accelerator-direct'),
            (ACCELERATOR, (), LIVE, 'accelerator (fpga)'),
            (ACCELERATOR, (), COLD, 'accelerator (fpga)'),
            (ACCELERATOR, (), SHELVE, None),
            (VTPM, (), SHELVE, 'vTPM'),
            (VTPM, (), COLD, None),
        ):
            with self.subTest(specs=specs, ports=ports, method=method):
                guest = builders.a_guest(extra_specs=specs)

                found = devices.refusal(guest, method, ports)

                if words is None:
                    self.assertIsNone(found)
                else:
                    self.assertIn(words, found[0])

    def test_in_the_way(self):
        """A drain names it before the first guest moves."""
        pinned, other = builders.a_guest('g1'), builders.a_guest('g2')
        look = builders.a_snapshot(
            'hv1',
            services=(builders.a_disabled_service(cold.drain_reason(3)),),
            guests={'hv1': (pinned, other)},
            direct_ports={
                pinned.id: ('accelerator-direct',),
                other.id: ('direct',),
            },
        )
        goal = drain.Drain(names=('hv1',), options=DrainOptions())
        ledger = Ledger(started_at=clocks.START, looks=1)

        verdict = goal.decide(look, ledger, clocks.START)['hv1']

        self.assertEqual((), verdict.steps)
        self.assertIn('1 of 2 guests in the way', verdict.outcome.reason)
        left, planned = verdict.moves
        self.assertEqual(('left', 'planned'), (left.result, planned.result))
        self.assertIn('accelerator-direct', left.reason)
        self.assertIn('plugged again', planned.note)
