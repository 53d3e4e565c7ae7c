# SPDX-License-Identifier: Apache-2.0
"""Reads the fields of an answer, and insists on their types.

A proxy's page, an answer that was cut off or one of another service must not
become a record with a hole in it: what is not as the service's API document
says is no answer at all.
"""

from __future__ import annotations

from collections.abc import Iterator
import typing

_T = typing.TypeVar('_T')

#: What the types of JSON are called.
_NAMES: dict[type, str] = {
    dict: 'an object',
    list: 'a list',
    str: 'a text',
    bool: 'true or false',
    int: 'a whole number',
    float: 'a fraction',
    type(None): 'null',
}


class UnexpectedAnswer(ValueError):
    """An answer is not what its service's API document says."""


class Fields:
    """One object of an answer.

    What may be left out of it, or be null, is read by the methods whose names
    begin with ``any``.
    """

    __slots__ = ('_body',)

    def __init__(self, body: object) -> None:
        self._body: dict[str, object] = _insist(body, dict, 'the answer')

    def get(self, key: str) -> object:
        """Return a field as it is; None when it is left out."""
        return self._body.get(key)

    def names(self) -> list[str]:
        """Return the names of all fields."""
        return list(self._body)

    def text(self, key: str) -> str:
        """Return a text."""
        return self._read(key, str)

    def any_text(self, key: str) -> str | None:
        """Return a text that may be left out."""
        return self._read_any(key, str)

    def number(self, key: str) -> int:
        """Return a whole number."""
        return self._read(key, int)

    def any_number(self, key: str) -> int | None:
        """Return a whole number that may be left out."""
        return self._read_any(key, int)

    def fraction(self, key: str) -> float:
        """Return a number that may have a fraction."""
        if type(self.get(key)) is int:
            return float(self.number(key))
        return self._read(key, float)

    def any_flag(self, key: str) -> bool:
        """Return whether something is so; not where that is left out."""
        return bool(self._read_any(key, bool))

    def part(self, key: str) -> Fields:
        """Return an object."""
        return Fields(self._read(key, dict))

    def any_part(self, key: str) -> Fields:
        """Return an object; an empty one where it is left out."""
        return Fields(self._read_any(key, dict) or {})

    def parts(self, key: str) -> list[Fields]:
        """Return a list of objects."""
        return [
            Fields(_insist(part, dict, f'an entry of {key}'))
            for part in self._read(key, list)
        ]

    def any_parts(self, key: str) -> list[Fields]:
        """Return a list of objects; an empty one where it is left out."""
        return [] if self.get(key) is None else self.parts(key)

    def texts(self, key: str) -> list[str]:
        """Return a list of texts."""
        return [
            _insist(text, str, f'an entry of {key}')
            for text in self._read(key, list)
        ]

    def any_texts(self, key: str) -> list[str]:
        """Return a list of texts; an empty one where it is left out."""
        return [] if self.get(key) is None else self.texts(key)

    def all_parts(self) -> Iterator[tuple[str, Fields]]:
        """Return all fields, which are objects, by name."""
        for key in self._body:
            yield key, self.part(key)

    def all_texts(self) -> dict[str, str]:
        """Return all fields, which are texts, by name."""
        return {key: self.text(key) for key in self._body}

    def all_numbers(self) -> dict[str, int]:
        """Return all fields, which are whole numbers, by name."""
        return {key: self.number(key) for key in self._body}

    def _read(self, key: str, kind: type[_T]) -> _T:
        if key not in self._body:
            raise UnexpectedAnswer(f'{key} is missing')
        return _insist(self._body[key], kind, key)

    def _read_any(self, key: str, kind: type[_T]) -> _T | None:
        return None if self.get(key) is None else self._read(key, kind)


def _insist(value: object, kind: type[_T], what: str) -> _T:
    # A bool is an int to Python, and is none to JSON.
    if isinstance(value, kind) and (kind is bool) == isinstance(value, bool):
        return value
    found = _NAMES.get(type(value), 'something else')
    raise UnexpectedAnswer(f'{what} is {found} instead of {_NAMES[kind]}')
