# SPDX-License-Identifier: Apache-2.0
"""Decides what is written down of the time that each phase took.

Nova knows when the server was made and when it was deployed.  What comes
after that only a run sees, so ``create`` writes it into the server's metadata
before it lets guests in.
"""

from __future__ import annotations

import datetime

from hvctl.decide.case import Case
from hvctl.decide.hypervisor import phases
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor, Phase
from hvctl.model.ledger import Ledger
from hvctl.model.steps import NoteTimes

#: Between two phases in the metadata, and between a phase and its seconds.
_NEXT, _OF = '; ', '='


def note(case: Case) -> tuple[NoteTimes, ...]:
    """Return what to write down of a hypervisor that is opened now.

    :returns: nothing when it is written
    """
    hv, now = case.hv, case.now
    if hv.server is None or hv.opened:
        return ()
    if case.ledger.times(case.hv.name, NoteTimes):
        return ()
    opened = case.snapshot.taken_at.isoformat(timespec='seconds')
    metadata = {identity.ENABLED_KEY: opened}
    took = _NEXT.join(
        f'{phase}{_OF}{round((end - begin).total_seconds())}'
        for phase, begin, end in _seen(hv.name, case.ledger, now)
    )
    if took:
        metadata[identity.PHASES_KEY] = took
    return (
        NoteTimes(name=hv.name, server_id=hv.server.id, metadata=metadata),
    )


def _seen(
    name: str, ledger: Ledger, now: datetime.datetime
) -> list[tuple[Phase, datetime.datetime, datetime.datetime]]:
    """Return the phases that this run saw begin, with their times."""
    begun = sorted(
        (at, phase)
        for (seen, phase), at in ledger.first_seen.items()
        if seen == name
    )
    ends = [at for at, _ in begun[1:]] + [now]
    found = [
        (phase, at, end) for (at, phase), end in zip(begun, ends, strict=False)
    ]
    # The first began before this run, so its length is not known.
    return found[1:]


def took(hv: Hypervisor, now: datetime.datetime) -> dict[str, int]:
    """Return the seconds that each phase took, as far as the cloud has it.

    :returns: by phase, the one that lasts on included
    """
    server = hv.server
    if server is None or server.created_at is None:
        return {}
    phase = phases.status(hv).phase
    if phase is Phase.BUILDING:
        return {str(phase): _whole(now - server.created_at)}
    if server.launched_at is None:
        return {}
    building = {
        str(Phase.BUILDING): _whole(server.launched_at - server.created_at)
    }
    if phase is Phase.BOOTING:
        return building | {str(phase): _whole(now - server.launched_at)}
    return building | _read(server.metadata.get(identity.PHASES_KEY, ''))


def _read(text: str) -> dict[str, int]:
    """Read what :func:`note` has written, or somebody else."""
    found = {}
    for entry in text.split(_NEXT):
        phase, _, seconds = entry.partition(_OF)
        if phase in set(Phase) and seconds.isdecimal():
            found[phase] = int(seconds)
    return found


def _whole(time: datetime.timedelta) -> int:
    # The cloud's clocks may differ.
    return max(0, round(time.total_seconds()))
