# SPDX-License-Identifier: Apache-2.0
"""Tests of how the tools read what tests have said."""

from __future__ import annotations

import tempfile
import unittest

from stestr.repository import file

from hvctl.tests.functional import results

SAID = {
    'skip': ('reason', b'no such thing here\n'),
    'fail': ('traceback', b'Traceback:\n  File\nValueError: no\n\n'),
}


class TestRead(unittest.TestCase):
    """What a run has left."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.repository = directory.name

    def run_tests(self, **statuses: str | None) -> None:
        """Leave a run; None is the status of a test that never ends."""
        run = file.RepositoryFactory().initialise(self.repository)
        into = run.get_inserter()
        into.startTestRun()
        for test, status in statuses.items():
            into.status(test_id=test, test_status='inprogress')
            if status in SAID:
                name, said = SAID[status]
                into.status(
                    test_id=test,
                    test_status=status,
                    file_name=name,
                    file_bytes=said,
                    mime_type='text/plain;charset=utf8',
                    eof=True,
                )
            elif status:
                into.status(test_id=test, test_status=status)
        into.stopTestRun()

    def test_every_end(self) -> None:
        """Each test counts once, and one that never ended as failed."""
        self.run_tests(
            one='success', two='xfail', three='fail', four=None, five='skip'
        )

        self.assertEqual(
            results.Results(
                2,
                ('three: Traceback: | File | ValueError: no', 'four: fail'),
                ('no such thing here',),
            ),
            results.read(self.repository),
        )

    def test_nothing(self) -> None:
        """Without a run, or without tests in it, nothing is known."""
        self.assertFalse(results.read(self.repository))

        self.run_tests()

        self.assertFalse(results.read(self.repository))


class TestTable(unittest.TestCase):
    """What is printed."""

    def test_widths(self) -> None:
        """A column is as wide as its widest cell."""
        self.assertEqual(
            '=======  ===\n'
            'Release  s\n'
            '=======  ===\n'
            '2025.1   123\n'
            '=======  ===',
            results.table(('Release', 's'), [('2025.1', '123')]),
        )
