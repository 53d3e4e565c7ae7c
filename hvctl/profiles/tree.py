# SPDX-License-Identifier: Apache-2.0
"""What a profiles file says, and where it says it."""

from __future__ import annotations

from collections.abc import Iterable
import dataclasses
import typing

Scalar = str | int | float | bool | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a file.

    :ivar path: the file, as it was found
    :ivar line: its number, the first is 1
    """

    path: str
    line: int

    def __str__(self) -> str:
        return f'{self.path}, line {self.line}'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value of a file.

    :ivar content: values by key, values in their order, or a scalar
    :ivar text: a scalar as it was written
    :ivar place: where it is; below a key, the line of the key
    :ivar secret: it comes from the file of secrets
    """

    content: dict[str, Value] | list[Value] | Scalar = dataclasses.field(
        repr=False
    )
    text: str = dataclasses.field(default='', repr=False)
    place: Place
    secret: bool = False

    @property
    def mapping(self) -> dict[str, Value]:
        """The values by key; none where it is no mapping."""
        return self.content if isinstance(self.content, dict) else {}

    @property
    def items(self) -> list[Value]:
        """The values of a list; none where it is no list."""
        return self.content if isinstance(self.content, list) else []

    def get(self, key: str) -> Value | None:
        """Return the value of a key, None where it is not there or null."""
        found = self.mapping.get(key)
        return None if found is None or found.content is None else found

    def at(self, keys: Iterable[str]) -> Value | None:
        """Return the value below several keys, None where it is not there."""
        found: Value | None = self
        for key in keys:
            found = found.get(key) if found else None
        return found

    def plain(self) -> typing.Any:
        """Return what a schema checks, without what is null."""
        if isinstance(self.content, dict):
            return {
                key: value.plain()
                for key, value in self.content.items()
                if value.content is not None
            }
        if isinstance(self.content, list):
            return [value.plain() for value in self.content]
        return self.content


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that is wrong in a file, never with the value that is.

    :ivar place: where
    :ivar key: the key, with those above it
    :ivar words: what is wrong, and what to do
    """

    place: Place
    key: str
    words: str

    def __str__(self) -> str:
        return f'{self.place}: {self.key}: {self.words}'


def merge(below: Value, above: Value) -> Value:
    """Lay one value over another.

    Mappings are merged key by key, anything else replaces what is below; a
    null takes away what is below.  The places are those of what counts in
    the end.
    """
    if not (
        isinstance(below.content, dict) and isinstance(above.content, dict)
    ):
        return above
    content = dict(below.content)
    for key, value in above.content.items():
        old = content.get(key)
        content[key] = value if old is None else merge(old, value)
    return dataclasses.replace(above, content=content)
