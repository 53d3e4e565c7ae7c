# SPDX-License-Identifier: Apache-2.0
"""What the tests of the machines share."""

from __future__ import annotations

import pathlib

import fixtures
import testtools

from hvctl_lab import paths


class TestCase(testtools.TestCase):
    """A test with a lab in a directory of its own."""

    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        for variable, value in (
            (paths.DIRECTORY_VARIABLE, self.directory / 'lab'),
            (paths.CACHE_VARIABLE, self.directory / 'cache'),
            (paths.PORT_BASE_VARIABLE, 20000),
        ):
            self.useFixture(fixtures.EnvironmentVariable(variable, str(value)))
        self.lab = paths.Lab.from_environment()

    def patch(self, name, value):
        """Replace something for the time of the test.

        :param name: its full name
        :param value: what to put there
        :returns: the value
        """
        self.useFixture(fixtures.MonkeyPatch(name, value))
        return value
