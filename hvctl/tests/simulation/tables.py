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

    :ivar value: of a record
    :ivar first: the numbers of the first records that have a value, rising,
        by arithmetic
    """

    value: Callable[[_T], str | None]
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
        self._indexes = indexes or {}
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
        for name, index in self._indexes.items():
            for record, forget in ((old, True), (new, False)):
                value = None if record is None else index.value(record)
                if value is None:
                    continue
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
            for number in self._indexes[index].first(value)
            if number < self._count and number not in self._changed
        )
        changed = sorted(self._found.get((index, value), ()))
        return self._records(heapq.merge(first, changed))

    def _records(self, numbers: Iterable[int]) -> Iterator[tuple[int, _T]]:
        for number in numbers:
            record = self.get(number)
            if record is not None:
                yield number, record
