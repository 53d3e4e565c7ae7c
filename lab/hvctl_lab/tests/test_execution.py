# SPDX-License-Identifier: Apache-2.0
"""Tests of running programs."""

from __future__ import annotations

import os
from unittest import mock

from hvctl_lab import errors
from hvctl_lab import execution
from hvctl_lab.tests import base


class TestRun(base.LabTestCase):
    """Programs that are run to their end."""

    def test_environment(self):
        """Nothing of the user's shell reaches a program."""
        with mock.patch.dict(
            os.environ, {'http_proxy': 'x', 'PYTHONDONTWRITEBYTECODE': '1'}
        ):
            written = execution.run(self.lab, ['env'], {'OWN': 'y'})

        lines = written.splitlines()
        self.assertIn('OWN=y', lines)
        self.assertIn('HVCTL_LAB_PORT_BASE=23000', lines)
        self.assertNotIn('http_proxy', written)
        self.assertNotIn('PYTHONDONTWRITEBYTECODE', written)

    def test_failure(self):
        """The last lines of what failed are shown."""
        with self.assertRaises(errors.LabError) as caught:
            execution.run(self.lab, ['sh', '-c', 'seq 100; exit 3'])

        text = str(caught.exception)
        self.assertIn('failed with exit status 3', text)
        self.assertTrue(text.endswith('\n99\n100'))
        self.assertNotIn('\n50\n', text)
