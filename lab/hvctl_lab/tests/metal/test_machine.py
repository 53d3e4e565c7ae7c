# SPDX-License-Identifier: Apache-2.0
"""Tests of the program that is a node."""

from __future__ import annotations

import importlib.util
import pathlib

import hvctl_lab
from hvctl_lab.metal import machine
from hvctl_lab.tests import base


class TestMachine(base.LabTestCase):
    """What a machine is started with."""

    def test_command(self):
        """The machine shares the code and ends with its first process."""
        command = machine.nspawn(
            self.lab, 'node-0', pathlib.Path('/disks/root')
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

    def test_programs(self):
        """Each program of the image is a module that is there."""
        machine._install_programs(self.lab, self._root())

        for program, command in machine.PROGRAMS.items():
            file = self.directory / 'root/usr/bin' / program
            self.assertEqual(0o755, file.stat().st_mode & 0o777)
            self.assertIn(f'{self.lab.python} -m {command} ', file.read_text())
            module = command.split()[0]
            self.assertIsNotNone(importlib.util.find_spec(module))

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
        return root
