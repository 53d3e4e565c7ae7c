# SPDX-License-Identifier: Apache-2.0
"""What is in a simulated cloud, so that two times can be compared."""

from __future__ import annotations

from collections.abc import Container
import dataclasses
import typing

from hvctl.tests.simulation import world

Picture = dict[tuple[str, str], typing.Any]

#: By table, what names an entry.  History, which only grows, is left out.
_KEYS = {
    'services': 'id',
    'compute_nodes': 'uuid',
    'providers': 'uuid',
    'consumers': 'uuid',
    'servers': 'id',
    'ports': 'id',
    'agents': 'id',
    'nodes': 'uuid',
    'aggregates': 'uuid',
    'trunks': 'id',
}


def picture(of: world.World, but: Container[str] = ()) -> Picture:
    """Return what is there, by table and id.

    Generations are left out: they count what was changed and changed back.

    :param but: the ids of what is left out
    """
    found: Picture = {}
    for table, key in _KEYS.items():
        for _, record in getattr(of, table).rising():
            id_ = getattr(record, key)
            if id_ not in but:
                found[table, id_] = _bare(record)
    return found


def _bare(record: typing.Any) -> typing.Any:
    if hasattr(record, 'generation'):
        return dataclasses.replace(record, generation=0)
    return record


def differences(before: Picture, after: Picture) -> list[str]:
    """Return what is not as it was."""
    return [
        f'{" ".join(key)}: {before.get(key)} -> {after.get(key)}'
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    ]
