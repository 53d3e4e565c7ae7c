# SPDX-License-Identifier: Apache-2.0
"""A lab in a temporary directory, for tests."""

from __future__ import annotations

import os
import pathlib
import tempfile
import typing
import unittest
from unittest import mock

from hvctl_lab import paths

PORT_BASE = 23000


class LabTestCase(unittest.TestCase):
    """A test that has ``self.lab``, with nothing in it.

    It is the lab that the environment names, too.
    """

    def setUp(self) -> None:
        """Make the directory."""
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        environment = mock.patch.dict(
            os.environ,
            {
                paths.DIRECTORY_VARIABLE: str(self.directory / 'lab'),
                paths.CACHE_VARIABLE: str(self.directory / 'cache'),
                paths.PORT_BASE_VARIABLE: str(PORT_BASE),
            },
        )
        environment.start()
        self.addCleanup(environment.stop)
        self.lab = paths.Lab.from_environment()

    def replace(self, target: str, value: typing.Any) -> None:
        """Replace something for the time of the test.

        :param target: its full name
        :param value: what to put there
        """
        patcher = mock.patch(target, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    def mock(self, target: str, answer: object = True) -> typing.Any:
        """Let a function give an answer for the time of the test.

        :param target: its full name
        :param answer: what it returns
        :returns: its mock
        """
        patcher = mock.patch(target, autospec=True, return_value=answer)
        self.addCleanup(patcher.stop)
        return patcher.start()
