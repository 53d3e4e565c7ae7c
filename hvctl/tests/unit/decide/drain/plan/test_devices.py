# SPDX-License-Identifier: Apache-2.0
"""Tests of what is said of guests' devices."""

from __future__ import annotations

import unittest

from hvctl.decide.drain.plan import devices
from hvctl.model.codes import OutcomeCode
from hvctl.model.drain_options import Method
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import Ties
from hvctl.model.reasons import Reason
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining

LIVE, COLD, SHELVE = Method.LIVE, Method.COLD, Method.SHELVE
PCI = {'pci_passthrough:alias': 'a1:1'}
VGPU = {'resources:VGPU': '1'}
VTPM = {'hw:tpm_version': '2.0'}
ACCELERATOR = {'accel:device_profile': 'fpga'}


class TestNotes(unittest.TestCase):
    """What the plan says of what a guest has."""

    def test_devices(self):
        """It depends on the device and on how the guest moves."""
        port, alias = GuestCode.HAS_PORT, GuestCode.HAS_PCI_DEVICE
        for specs, ports, method, expected in (
            ({}, (), LIVE, []),
            ({}, ('direct',), LIVE, [(port, 'direct')]),
            ({}, ('direct', 'vdpa'), None, [(port, 'direct'), (port, 'vdpa')]),
            (PCI, (), LIVE, [(alias, 'a1:1')]),
            (VGPU, (), COLD, [(GuestCode.HAS_VIRTUAL_GPU, None)]),
            (VTPM, (), COLD, [(GuestCode.HAS_VTPM, None)]),
        ):
            with self.subTest(specs=specs, ports=ports, method=method):
                guest = builders.a_guest(extra_specs=specs)

                found = devices.notes(guest, method, Ties(ports=ports))

                self.assertEqual(
                    expected,
                    [
                        (
                            note.code,
                            note.facts.get('port', note.facts.get('alias')),
                        )
                        for note in found
                    ],
                )
                for note in found:
                    self.assertEqual(method, note.facts.get('method', method))

    def test_config_drive(self):
        """Only a live migration leaves it behind."""
        guest = builders.a_guest(config_drive=True)
        for method, codes in (
            (LIVE, [GuestCode.HAS_CONFIG_DRIVE]),
            (COLD, []),
            (SHELVE, []),
            (None, []),
        ):
            found = devices.notes(guest, method, Ties())

            self.assertEqual(codes, [note.code for note in found])

    def test_volumes(self):
        """How many there are, and whether it boots from one."""
        has, boot = GuestCode.HAS_VOLUMES, GuestCode.BOOTS_FROM_VOLUME
        for volumes, boots, codes in (
            (0, False, []),
            (1, False, [has]),
            (2, False, [has]),
            (1, True, [boot]),
            (3, True, [boot]),
        ):
            guest = builders.a_guest(volumes=volumes, boots_from_volume=boots)

            self.assertEqual(
                [Reason.of(code, volumes=volumes) for code in codes],
                devices.notes(guest, LIVE, Ties()),
            )


class TestRefusal(unittest.TestCase):
    """What Nova does not move."""

    def test_table(self):
        """By device and by method."""
        port = GuestCode.ACCELERATOR_PORT
        for specs, ports, method, code in (
            ({}, ('direct', 'direct-physical', 'vdpa'), LIVE, None),
            ({}, ('accelerator-direct',), LIVE, port),
            ({}, ('accelerator-direct',), SHELVE, port),
            (ACCELERATOR, (), LIVE, GuestCode.ACCELERATOR),
            (ACCELERATOR, (), COLD, GuestCode.ACCELERATOR),
            (ACCELERATOR, (), SHELVE, None),
            (VTPM, (), SHELVE, GuestCode.VTPM_NOT_SHELVED),
            (VTPM, (), COLD, None),
        ):
            with self.subTest(specs=specs, ports=ports, method=method):
                guest = builders.a_guest(extra_specs=specs)

                found = devices.refusal(guest, method, Ties(ports=ports))

                self.assertEqual(code, draining.code(found))

    def test_in_the_way(self):
        """A drain names it before the first guest moves."""
        pinned, other = builders.a_guest('g1'), builders.a_guest('g2')
        look = draining.a_look(
            pinned,
            other,
            direct_ports={
                pinned.id: ('accelerator-direct',),
                other.id: ('direct',),
            },
        )

        verdict = draining.decide(look)

        self.assertEqual((), verdict.steps)
        self.assertEqual(
            Reason.of(OutcomeCode.IN_THE_WAY, in_the_way=1, guests=2),
            verdict.outcome.reason,
        )
        stayed, planned = verdict.moves
        self.assertEqual(('stayed', 'planned'), (stayed.state, planned.state))
        self.assertEqual(GuestCode.ACCELERATOR_PORT, stayed.reason.code)
        self.assertEqual(
            (Reason.of(GuestCode.HAS_PORT, port='direct', method=LIVE),),
            planned.notes,
        )
