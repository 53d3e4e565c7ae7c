# SPDX-License-Identifier: Apache-2.0
"""Columns that read one way for people and another for programs."""

from __future__ import annotations

from cliff import columns


class Duration(columns.FormattableColumn[int | None]):
    """Whole seconds; for people in the units they count in."""

    def human_readable(self) -> str:
        """As in ``3m12s``; the two largest units."""
        if self._value is None:
            return ''
        return words(self._value)


def words(seconds: float) -> str:
    """Say a duration in its two largest units."""
    left = int(seconds)
    parts: list[str] = []
    for unit, size in (('d', 86400), ('h', 3600), ('m', 60), ('s', 1)):
        number, left = divmod(left, size)
        if number or (unit == 's' and not parts):
            parts.append(f'{number}{unit}')
    return ''.join(parts[:2])
