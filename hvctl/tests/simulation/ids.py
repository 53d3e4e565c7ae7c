# SPDX-License-Identifier: Apache-2.0
"""UUIDs that follow from a seed and a number, and tell the number again."""

from __future__ import annotations

import hashlib
import re
import typing

_DIGITS = 32
_NUMBERS = 1 << _DIGITS
_UUID = re.compile('([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}')


class Ids(typing.NamedTuple):
    """The ids of one kind of thing.

    :ivar factor: odd, so that every number has an id of its own
    :ivar rest: what all these ids end with
    """

    factor: int
    shift: int
    rest: str

    @classmethod
    def of(cls, seed: int, kind: str) -> Ids:
        """Choose the ids of a kind of thing."""
        digest = hashlib.sha256(f'{seed} {kind}'.encode()).hexdigest()
        return cls(
            factor=int(digest[:8], 16) | 1,
            shift=int(digest[8:16], 16),
            rest=(
                f'-{digest[16:20]}-4{digest[20:23]}-a{digest[23:26]}'
                f'-{digest[26:38]}'
            ),
        )

    def id(self, number: int) -> str:
        """Return the id of a number."""
        first = (number * self.factor + self.shift) % _NUMBERS
        return f'{first:08x}{self.rest}'

    def number(self, id_: str) -> int | None:
        """Return the number of an id; None where it is none of these."""
        if not id_.endswith(self.rest) or not _UUID.fullmatch(id_):
            return None
        first = int(id_[:8], 16)
        return (first - self.shift) * pow(self.factor, -1, _NUMBERS) % _NUMBERS
