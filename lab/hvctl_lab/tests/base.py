# SPDX-License-Identifier: Apache-2.0
"""A lab in a temporary directory, for tests."""

from __future__ import annotations

import pathlib
import tempfile
import unittest

from hvctl_lab import paths


class LabTestCase(unittest.TestCase):
    """A test that has ``self.lab``, with nothing in it."""

    def setUp(self) -> None:
        """Make the directory."""
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.lab = paths.Lab.from_environment(
            {
                'HVCTL_LAB_DIR': str(self.directory / 'lab'),
                'HVCTL_LAB_CACHE': str(self.directory / 'cache'),
                'HVCTL_LAB_PORT_BASE': '23000',
            }
        )
