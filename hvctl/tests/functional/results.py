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

#: So many of the last lines of a failure are told; commands that failed end
#: with their exit status.
_LAST = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Results:
    """How a run ended.  A test that never ended counts as failed.

    :ivar failures: of each test that failed, its name and what it said last
    :ivar reasons: why tests were skipped, one for each of them
    """

    passed: int = 0
    failures: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there was a test."""
        return bool(self.passed or self.failures or self.reasons)


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
    skipped = [test for test in ended if test['status'] == 'skip']
    failed = [
        test for test in ended if test['status'] not in {*_PASSED, 'skip'}
    ]
    return Results(
        len(ended) - len(skipped) - len(failed),
        tuple(map(_failure, failed)),
        tuple(map(_reason, skipped)),
    )


def _failure(test: dict[str, typing.Any]) -> str:
    traceback = test['details'].get('traceback')
    lines = traceback.as_text().splitlines() if traceback else []
    said = [line.strip() for line in lines if line.strip()]
    return f'{test["id"]}: {" | ".join(said[-_LAST:]) or test["status"]}'


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
