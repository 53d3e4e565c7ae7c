# SPDX-License-Identifier: Apache-2.0
"""Hypervisors that tests share, since each takes half a minute to make.

Whatever the tests make has a name from here, and is gone when they are done,
or else when they begin the next time.
"""

from __future__ import annotations

import atexit
import functools
import secrets

from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import shell

_PREFIX = 'fn-'

#: Every name that was given out and may still be in the cloud.
_given: set[str] = set()

#: Those that are enabled and at everybody's disposal.
_shared: list[str] = []


def name(purpose: str) -> str:
    """Choose a name that nobody has had.

    :param purpose: a part of it
    """
    _begin()
    chosen = f'{_PREFIX}{purpose}-{secrets.token_hex(2)}'
    _given.add(chosen)
    return chosen


def share(*names: str) -> None:
    """Leave enabled hypervisors to the tests that come."""
    _shared.extend(names)


def enabled(count: int) -> list[str]:
    """Give enabled hypervisors without guests, making what is missing.

    :raises AssertionError: when they cannot be made
    """
    for host in list(_shared):
        service = facts.service(host)
        if (service and (service['state'], service['status'])) != (
            'up',
            'enabled',
        ):
            _shared.remove(host)
    missing = [name('shared') for _ in range(count - len(_shared))]
    if missing:
        made = shell.ephemeral('create', *missing, *shell.recipe()).result()
        assert made.status == 0, made
        share(*missing)
    return _shared[:count]


def make_room(count: int) -> None:
    """See that so many nodes are free, if need be by what is shared."""
    missing = count - facts.free_nodes()
    if missing > 0 and _shared:
        delete(*_shared[-missing:])
    facts.wait(
        lambda: facts.free_nodes() >= count, f'{count} nodes to be free'
    )


def delete(*names: str) -> shell.Result:
    """Delete hypervisors, whatever state they are in."""
    result = shell.ephemeral('delete', *names).result()
    if result.status == 0:
        forget(*names)
    return result


def forget(*names: str) -> None:
    """Leave out of account what a test has deleted itself."""
    _given.difference_update(names)
    for gone in set(names) & set(_shared):
        _shared.remove(gone)


def clear() -> None:
    """Remove what a test has made and neither deleted nor shared.

    A test that failed would keep nodes that those after it need.
    """
    left = _given.difference(_shared)
    if left:
        delete(*left)


@functools.cache
def _begin() -> None:
    """Remove what tests that were killed have left, and see to our own."""
    guests.delete_all()
    listed = shell.ephemeral('list').result()
    assert listed.status == 0, listed
    left = [row['Name'] for row in listed.json()]
    left = [each for each in left if each.startswith(_PREFIX)]
    if left:
        removed = delete(*left)
        assert removed.status == 0, removed
    atexit.register(_end)


def _end() -> None:
    guests.delete_all()
    if _given:
        delete(*_given)
