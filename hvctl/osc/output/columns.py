# SPDX-License-Identifier: Apache-2.0
"""Columns that read one way for people and another for programs."""

from __future__ import annotations

import datetime
import typing

from cliff import columns

if typing.TYPE_CHECKING:
    _Column = columns.FormattableColumn[typing.Any]
else:
    # Only since its version 4.9 does cliff's class take a type at run time.
    _Column = columns.FormattableColumn


class Number(_Column):
    """A number that may not be known: for people there is nothing then."""

    def __lt__(self, other: object) -> bool:
        """Sort what is not known behind everything else."""
        if not isinstance(other, Number):
            return NotImplemented
        return (self._value is None, self._value or 0) < (
            other._value is None,
            other._value or 0,
        )

    def human_readable(self) -> str:
        """Render it as it is."""
        return '' if self._value is None else str(self._value)


class Duration(Number):
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


class Share(Number):
    """How much there is; for people with how much of it is used."""

    def __init__(self, value: int | None, used: int | None) -> None:
        """Take both."""
        super().__init__(value)
        self._used = used

    def human_readable(self) -> str:
        """Render it as in ``12/64``."""
        if self._value is None:
            return ''
        used = '?' if self._used is None else self._used
        return f'{used}/{self._value}'


#: How people read a moment, as in ``2026-11-27T08:30Z``.
_MINUTE = '%Y-%m-%dT%H:%MZ'


def utc(moment: datetime.datetime, form: str = _MINUTE) -> str:
    """Render a moment in UTC.

    :param form: as for ``strftime``
    """
    return moment.astimezone(datetime.UTC).strftime(form)


class Instant(_Column):
    """A moment as text; for people without what they do not look at."""

    _form = _MINUTE

    def human_readable(self) -> str:
        """Render it, as nothing where there is none."""
        if not self._value:
            return ''
        return utc(datetime.datetime.fromisoformat(self._value), self._form)


class Day(Instant):
    """A moment as text; for people the day of it, as in ``2026-11-27``."""

    _form = '%Y-%m-%d'


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
