# SPDX-License-Identifier: Apache-2.0
"""Tests of the program that is a node."""

from __future__ import annotations

import importlib.util
import pathlib

import hvctl_lab
from hvctl_lab.metal import machine
from hvctl_lab.metal import variants
from hvctl_lab.tests import base


class TestMachine(base.LabTestCase):
    """What a machine is started with."""

    def test_command(self):
        """The machine shares the code and ends with its first process."""
        for variant in variants.ALL:
            command = machine.nspawn(
                self.lab, 'node-0', variant, pathlib.Path('/disks/root')
            )

            self.assertIn('--kill-child', command)
            self.assertIn('--directory=/disks/root', command)
            self.assertIn('--machine=hvctl-lab-23000-node-0', command)
            shared = [
                pathlib.Path(argument.removeprefix('--bind-ro='))
                for argument in command
                if argument.startswith('--bind-ro=')
            ]
            code = pathlib.Path(hvctl_lab.__file__)
            for needed in (self.lab.python, code):
                self.assertTrue(
                    any(needed.is_relative_to(each) for each in shared)
                )

    def test_for_guests(self):
        """Only a machine with real guests may change its network."""
        capabilities = {
            variant.name: any(
                'CAP_NET_ADMIN' in argument
                for argument in machine.nspawn(
                    self.lab, 'node-0', variant, pathlib.Path('/disks/root')
                )
            )
            for variant in variants.ALL
        }

        self.assertEqual({'pretended': False, 'real': True}, capabilities)

    def test_programs(self):
        """Each program of the image is a module that is there."""
        machine._install_programs(self.lab, variants.PRETENDED, self._root())

        for program, command in variants.PRETENDED.programs.items():
            file = self.directory / 'root/usr/bin' / program
            self.assertEqual(0o755, file.stat().st_mode & 0o777)
            self.assertIn(f'{self.lab.python} {command} ', file.read_text())
            module = command.split()[1]
            self.assertIsNotNone(importlib.util.find_spec(module))

    def test_real_programs(self):
        """Each program of a package is one of the virtualenv's instead.

        What of a package calls another by a link is left alone.
        """
        root = self._root()
        packages = root / 'usr/lib/python3/dist-packages'
        packages.mkdir(parents=True)
        (packages / 'libvirt.py').touch()
        (packages / 'nova').mkdir()
        (root / 'usr/share').mkdir()
        (root / 'usr/share/nova-compute').touch()
        (root / 'usr/bin/nova-compute').symlink_to('../share/nova-compute')

        machine._install_programs(self.lab, variants.REAL, root)
        # A machine is switched on again.
        machine._install_programs(self.lab, variants.REAL, root)

        for program in variants.REAL.programs:
            self.assertIn(
                f'exec {self.lab.program(program)} ',
                (root / 'usr/bin' / program).read_text(),
            )
            self.assertTrue(self.lab.program(program).exists(), program)
        self.assertEqual('', (root / 'usr/share/nova-compute').read_text())
        bindings = root / 'usr/local/lib/hvctl-lab'
        self.assertEqual(
            ['/usr/lib/python3/dist-packages/libvirt.py'],
            [str(file.readlink()) for file in bindings.iterdir()],
        )

    def test_nothing_to_boot(self):
        """A node without a disk is on and does nothing."""
        idle = []
        self.replace('sys.argv', ['machine', 'node-0'])

        def stop():
            idle.append(True)
            raise SystemExit

        self.replace('hvctl_lab.metal.machine._idle', stop)

        self.assertRaises(SystemExit, machine.main)
        self.assertEqual([True], idle)

    def _root(self):
        root = self.directory / 'root'
        (root / 'usr/bin').mkdir(parents=True)
        (root / 'usr/local/lib').mkdir(parents=True)
        return root
