# SPDX-License-Identifier: Apache-2.0
"""Decides the names of hypervisors that are made to a number."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator
import dataclasses
import itertools
import re

from hvctl import exceptions
from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import naming
from hvctl.decide.hypervisor import ownership
from hvctl.model.snapshot import Snapshot

_FORMAT = re.compile(r'([^%]*)%(?:0([1-9]))?d([^%]*)')
_NUMBERED = re.compile(r'(.*?)([0-9]+)([^0-9]*)')


@dataclasses.dataclass(frozen=True, slots=True)
class Format:
    """What the names of a profile's hypervisors have in common.

    :ivar before: what comes before the number
    :ivar width: how many digits the number has at least
    :ivar after: what comes after it
    """

    before: str
    width: int
    after: str

    def name(self, number: int) -> str:
        """Return the name with a number."""
        return f'{self.before}{number:0{self.width}}{self.after}'

    def has(self, name: str) -> bool:
        """Return whether a name is one of these."""
        inner = name.removeprefix(self.before).removesuffix(self.after)
        return (
            inner.isascii()
            and inner.isdecimal()
            and self.name(int(inner)) == name
        )

    def __str__(self) -> str:
        """Return it as it is typed."""
        width = f'0{self.width}' if self.width > 1 else ''
        return f'{self.before}%{width}d{self.after}'


def read(text: str) -> Format:
    """Read a format that somebody has typed.

    :raises InvalidRequest: when it has no number, or makes bad names
    """
    found = _FORMAT.fullmatch(text)
    if found is None:
        raise exceptions.InvalidRequest(
            f'--name-format {text!r}: give it one number, %d or %02d, as in '
            'supercloud%02d'
        )
    made = Format(found[1], int(found[2] or 1), found[3])
    first = made.name(1)
    naming.check([first])
    naming.check_new([first])
    return made


def told(names: Iterable[str]) -> Format | None:
    """Return the format that names have in common, if it is clear.

    Of ``hv10`` alone nobody can tell whether the first is ``hv1`` or ``hv01``.
    """
    names = tuple(names)
    found = [_NUMBERED.fullmatch(name) for name in names]
    parts = {(each[1], each[3]) for each in found if each is not None}
    numbers = [each[2] for each in found if each is not None]
    if None in found or len(parts) != 1:
        return None
    shortest = min(map(len, numbers))
    if shortest > 1 and not any(each.startswith('0') for each in numbers):
        return None
    ((before, after),) = parts
    common = Format(before, shortest, after)
    return common if all(map(common.has, names)) else None


def free(
    form: Format, half_made: Collection[str], taken: Container[str]
) -> Iterator[str]:
    """Give names, the half made first, and then the lowest free numbers.

    Two who look at once so choose the same, and make the same.

    :param half_made: names of which a create that was stopped has left what
        another takes up
    :param taken: names of which anything else is there
    """
    yield from sorted(filter(form.has, half_made))
    for number in itertools.count(1):
        name = form.name(number)
        if name not in half_made and name not in taken:
            yield name


def held(
    look: Snapshot, names: Iterable[str], domain: str | None
) -> frozenset[str]:
    """Return those names that something has that is not ours, or is left.

    :param look: that has reached the names
    """
    found = assemble.assemble(look, names, domain)
    return frozenset(
        name for name, hv in found.items() if ownership.holders(look, hv)
    )
