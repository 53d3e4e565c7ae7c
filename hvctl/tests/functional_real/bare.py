# SPDX-License-Identifier: Apache-2.0
"""Moves guests by plain requests, and reads how long they stood still."""

from __future__ import annotations

import functools
import typing

from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional_real import base
from hvctl.tests.functional_real import machines

#: How a record of a migration ends (nova/objects/migration.py and the API's
#: own list of migrations that are under way).
_ENDED = frozenset({'completed', 'confirmed', 'error', 'failed', 'cancelled'})


class Job(typing.NamedTuple):
    """What libvirt has written down of a live migration.

    :ivar milliseconds: from its begin to its end
    :ivar downtime: so long the guest ran on neither host
    """

    milliseconds: int
    downtime: int


def live(server_id: str, host: str | None = None) -> None:
    """Move a guest live, and see it arrive.

    :param host: where to; None is the scheduler's choice
    """
    before = _newest(server_id)
    guests.act(server_id, 'os-migrateLive', host=host, block_migration='auto')
    _succeeds(server_id, before, 'completed')


def cold(server_id: str) -> None:
    """Move a guest that is off, confirm that, and see it arrive."""
    before = _newest(server_id)
    guests.act(server_id, 'migrate')
    guests.wait(server_id, 'VERIFY_RESIZE', 'ERROR', timeout=base.PATIENCE)
    guests.act(server_id, 'confirmResize')
    _succeeds(server_id, before, 'confirmed')


def job(host: str, server_id: str) -> Job:
    """Read what libvirt has written down of the guest that came last.

    :param host: where it came to
    """
    told = machines.run(
        host, 'virsh', 'domjobinfo', server_id, '--completed', '--rawstats'
    )
    found = dict(
        line.split(': ', 1) for line in told.splitlines() if ': ' in line
    )
    return Job(int(found['time_elapsed']), int(found['downtime']))


def _newest(server_id: str) -> int:
    """Return the number of the newest record of a guest; 0 without any."""
    return max((each['id'] for each in facts.migrations(server_id)), default=0)


def _succeeds(server_id: str, before: int, expected: str) -> None:
    """See the one record that is newer than another end well."""
    ended = facts.wait(
        functools.partial(_ended, server_id, before), server_id, base.PATIENCE
    )
    assert ended == expected, f'guest {server_id}: {ended}'


def _ended(server_id: str, before: int) -> str | None:
    newer = [
        each['status']
        for each in facts.migrations(server_id)
        if each['id'] > before and each['status'] in _ENDED
    ]
    return newer[0] if newer else None
