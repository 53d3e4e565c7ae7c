# SPDX-License-Identifier: Apache-2.0
"""Tests of where a lab is."""

from __future__ import annotations

import pathlib
import sys
import unittest

from hvctl_lab import paths


class TestLab(unittest.TestCase):
    """The lab that the environment names."""

    def test_defaults(self):
        """Without variables the lab is where the documentation says."""
        lab = paths.Lab.from_environment({})

        self.assertEqual(pathlib.Path('/var/lib/hvctl-lab'), lab.directory)
        self.assertEqual(pathlib.Path('/var/cache/hvctl-lab'), lab.cache)
        self.assertEqual(pathlib.Path(sys.prefix), lab.prefix)
        self.assertEqual('http://127.0.0.1:17004', lab.url(paths.Port.NOVA))

    def test_same_lab_again(self):
        """A process that is given the lab's variables finds the same lab."""
        lab = paths.Lab.from_environment(
            {'HVCTL_LAB_DIR': '/a/b', 'HVCTL_LAB_PORT_BASE': '20000'}
        )

        self.assertEqual(lab, paths.Lab.from_environment(lab.environment()))

    def test_bad_port_base(self):
        """What is no first port of a block is refused in a sentence."""
        for base in ('', 'x', '-1', '80', '65535', '1e4'):
            with (
                self.subTest(base=base),
                self.assertRaisesRegex(ValueError, 'HVCTL_LAB_PORT_BASE='),
            ):
                paths.Lab.from_environment({'HVCTL_LAB_PORT_BASE': base})

    def test_ports_differ(self):
        """No two programs share a port."""
        lab = paths.Lab.from_environment({})
        ports = {lab.port(port) for port in paths.Port}

        self.assertEqual(len(paths.Port), len(ports))
