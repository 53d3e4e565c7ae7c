# SPDX-License-Identifier: Apache-2.0
"""Columns that read one way for people and another for programs."""

from __future__ import annotations

import typing

from cliff import columns

if typing.TYPE_CHECKING:
    _Column = columns.FormattableColumn[typing.Any]
else:
    # Only since its version 4.9 does cliff's class take a type at run time.
    _Column = columns.FormattableColumn


class Duration(_Column):
    """Whole seconds; for people in the units they count in."""

    def human_readable(self) -> str:
        """Render it as in ``3m12s``: the two largest units."""
        if self._value is None:
            return ''
        return words(self._value)


def words(seconds: float) -> str:
    """Render a duration in its two largest units."""
    left = int(seconds)
    parts: list[str] = []
    for unit, size in (('d', 86400), ('h', 3600), ('m', 60), ('s', 1)):
        number, left = divmod(left, size)
        if number or (unit == 's' and not parts):
            parts.append(f'{number}{unit}')
    return ''.join(parts[:2])


class Nested(_Column):
    """Mappings and lists in each other; for people a line for each value."""

    def human_readable(self) -> str:
        """Render it as in ``DEFAULT.my_ip='10.0.0.1'``."""
        return '\n'.join(_lines(self._value, ''))


def _lines(value: typing.Any, key: str) -> typing.Iterator[str]:
    if isinstance(value, dict) and value:
        for name, below in value.items():
            yield from _lines(below, f'{key}.{name}' if key else name)
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from _lines(item, f'{key}[{number}]')
    elif key and value is not None:
        yield f'{key}={value!r}'
