# SPDX-License-Identifier: Apache-2.0
"""What an answer looks like, whatever it tells: its keys and their types."""

from __future__ import annotations

import typing

#: Objects whose keys are ids, names or what people chose, and what stands for
#: them.
_FREE = frozenset(
    {
        'addresses',
        'allocations',
        'extra_specs',
        'instance_info',
        'inventories',
        'metadata',
        'provider_summaries',
        'resources',
        'usages',
    }
)

#: Objects that each driver fills as it likes.
_OPAQUE = frozenset(
    {'binding:profile', 'binding:vif_details', 'configurations', 'cpu_info'}
)

_NUMBERS = (int, float)


def of(body: object, path: str = '') -> dict[str, set[str]]:
    """Return the types of what an answer has, by where that is.

    What one entry of a list has need not be in all of them.
    """
    found: dict[str, set[str]] = {path: {_kind(body)}}
    if isinstance(body, list):
        for entry in body:
            _add(found, of(entry, f'{path}[]'))
    elif isinstance(body, dict) and path.rpartition('.')[2] not in _OPAQUE:
        free = path.rpartition('.')[2] in _FREE
        for key, value in body.items():
            _add(found, of(value, f'{path}.{"*" if free else key}'))
    return found


def differences(one: object, other: object) -> list[str]:
    """Say in what the shapes of two answers differ.

    Where one has an empty list, null or an empty object, the other may have
    more.
    """
    mine, theirs = of(one), of(other)
    said = []
    for which, has, lacks in (
        ('only the first', mine, theirs),
        ('only the second', theirs, mine),
    ):
        for path in sorted(has.keys() - lacks.keys()):
            above = (
                path.rpartition('.')[0]
                if not path.endswith('[]')
                else (path.removesuffix('[]'))
            )
            if above in lacks and _has_entries(above, lacks):
                said.append(f'{which} has {path}')
    for path in sorted(mine.keys() & theirs.keys()):
        kinds = [each[path] - {'null'} for each in (mine, theirs)]
        if all(kinds) and not kinds[0] & kinds[1]:
            said.append(f'{path} is {kinds[0]} or {kinds[1]}')
    return said


def _has_entries(path: str, found: dict[str, set[str]]) -> bool:
    """Return whether anything is known of what is below a path."""
    return any(
        each != path and each.startswith((f'{path}.', f'{path}[]'))
        for each in found
    )


def _kind(value: object) -> str:
    if value is None:
        return 'null'
    if isinstance(value, bool):
        return 'bool'
    if isinstance(value, _NUMBERS):
        return 'number'
    if isinstance(value, str):
        return 'text'
    return 'list' if isinstance(value, list) else 'object'


def _add(
    found: dict[str, set[str]], more: typing.Mapping[str, set[str]]
) -> None:
    for path, kinds in more.items():
        found.setdefault(path, set()).update(kinds)
