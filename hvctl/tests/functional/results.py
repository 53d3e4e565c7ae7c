# SPDX-License-Identifier: Apache-2.0
"""Reads how the tests of a stestr repository ended."""

from __future__ import annotations

from collections.abc import Sequence
import dataclasses
import typing

from stestr.repository import abstract
from stestr.repository import file
import testtools

_PASSED = frozenset({'success', 'xfail'})


@dataclasses.dataclass(frozen=True, slots=True)
class Results:
    """How a run ended.  A test that never ended counts as failed.

    :ivar reasons: why tests were skipped, one for each of them
    """

    passed: int = 0
    failed: int = 0
    reasons: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there was a test."""
        return bool(self.passed or self.failed or self.reasons)


def read(repository: str) -> Results:
    """Read the last run of a repository.

    :param repository: the directory that holds ``.stestr``
    """
    tests: list[typing.Any] = []
    try:
        run = file.RepositoryFactory().open(repository).get_latest_run()
    except (abstract.RepositoryNotFound, KeyError):
        return Results()
    stream = testtools.StreamToDict(tests.append)
    stream.startTestRun()
    run.get_test().run(stream)
    stream.stopTestRun()
    ended = [test for test in tests if test['status'] != 'exists']
    passed = sum(test['status'] in _PASSED for test in ended)
    reasons = tuple(map(_reason, filter(_was_skipped, ended)))
    return Results(passed, len(ended) - passed - len(reasons), reasons)


def _was_skipped(test: dict[str, typing.Any]) -> bool:
    return bool(test['status'] == 'skip')


def _reason(test: dict[str, typing.Any]) -> str:
    reason = test['details'].get('reason')
    return reason.as_text().strip() if reason else 'no reason'


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table as the documentation has it."""
    widths = [
        max(map(len, column)) for column in zip(header, *rows, strict=True)
    ]
    rule = '  '.join('=' * width for width in widths)
    lines = [
        '  '.join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in (header, *rows)
    ]
    return '\n'.join((rule, lines[0], rule, *lines[1:], rule))
