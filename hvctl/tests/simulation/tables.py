# SPDX-License-Identifier: Apache-2.0
"""Records by number, of which those that were there at first cost nothing.

A record follows from its number until it is changed.  An index says by
arithmetic which of the first records have a value, and remembers the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
import dataclasses
import heapq
import typing

_T = typing.TypeVar('_T')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Index(typing.Generic[_T]):
    """Finds records by a value.

    :ivar values: of a record
    :ivar first: the numbers of the first records that have a value, rising,
        by arithmetic
    """

    values: Callable[[_T], Iterable[str]]
    first: Callable[[str], range]


class Table(typing.Generic[_T]):
    """Records of one kind.

    :param count: how many there are at first
    :param make: makes one of these from its number
    :param indexes: by name
    """

    def __init__(
        self,
        count: int = 0,
        make: Callable[[int], _T] | None = None,
        indexes: Mapping[str, Index[_T]] | None = None,
    ) -> None:
        self._count = count
        self._make = make
        self.indexes = indexes or {}
        self._next = count
        # None: it is gone.
        self._changed: dict[int, _T | None] = {}
        self._found: dict[tuple[str, str], set[int]] = {}

    def next_number(self) -> int:
        """Return the number that the next new record has."""
        return self._next

    def get(self, number: int | None) -> _T | None:
        """Return a record; None when it is not there."""
        if number is None or number < 0:
            return None
        if number in self._changed:
            return self._changed[number]
        if number < self._count and self._make is not None:
            return self._make(number)
        return None

    def add(self, record: _T) -> int:
        """Add a record, and return its number."""
        number = self._next
        self._next += 1
        self._change(number, None, record)
        return number

    def put(self, number: int, record: _T) -> None:
        """Change a record."""
        self._change(number, self.get(number), record)

    def remove(self, number: int) -> None:
        """Remove a record."""
        self._change(number, self.get(number), None)

    def _change(self, number: int, old: _T | None, new: _T | None) -> None:
        for name, index in self.indexes.items():
            for record, forget in ((old, True), (new, False)):
                for value in () if record is None else index.values(record):
                    found = self._found.setdefault((name, value), set())
                    if forget:
                        found.discard(number)
                    else:
                        found.add(number)
        self._changed[number] = new

    def rising(self, after: int = -1) -> Iterator[tuple[int, _T]]:
        """Give the records with greater numbers, the oldest first."""
        return self._records(range(after + 1, self._next))

    def falling(self, before: int | None = None) -> Iterator[tuple[int, _T]]:
        """Give the records with smaller numbers, the newest first."""
        top = self._next if before is None else min(before, self._next)
        return self._records(range(top - 1, -1, -1))

    def having(self, index: str, value: str) -> Iterator[tuple[int, _T]]:
        """Give the records that an index finds, the oldest first."""
        first = (
            number
            for number in self.indexes[index].first(value)
            if self._is_first(number)
        )
        changed = sorted(self._found.get((index, value), ()))
        return self._records(heapq.merge(first, changed))

    def having_before(
        self, index: str, value: str, before: int | None = None
    ) -> Iterator[tuple[int, _T]]:
        """Give the records that an index finds, the newest first.

        :param before: a number that none of them has or is above
        """
        top = self._next if before is None else before
        first = (
            number
            for number in reversed(_below(self.indexes[index], value, top))
            if self._is_first(number)
        )
        changed = sorted(
            (n for n in self._found.get((index, value), ()) if n < top),
            reverse=True,
        )
        return self._records(heapq.merge(first, changed, reverse=True))

    def find(self, index: str, value: str) -> tuple[int, _T] | None:
        """Return the oldest record that an index finds."""
        return next(self.having(index, value), None)

    def count(self, index: str, value: str) -> int:
        """Count the records that an index finds."""
        first = self.indexes[index].first(value)
        gone = sum(number in first for number in self._changed)
        return len(first) - gone + len(self._found.get((index, value), ()))

    def _is_first(self, number: int) -> bool:
        """Return whether a record is as it was at first."""
        return number < self._count and number not in self._changed

    def _records(self, numbers: Iterable[int]) -> Iterator[tuple[int, _T]]:
        for number in numbers:
            record = self.get(number)
            if record is not None:
                yield number, record


def _below(index: Index[_T], value: str, top: int) -> range:
    """Return the numbers of an index's first records that are below one."""
    found = index.first(value)
    less = -(-(top - found.start) // found.step)
    return found[: max(0, less)]
