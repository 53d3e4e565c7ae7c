# SPDX-License-Identifier: Apache-2.0
"""Decides which of several servers of one name goes.

Two runs at once may both make one.
"""

from __future__ import annotations

from hvctl.decide.create import waiting
from hvctl.decide.create.case import CreateCase
from hvctl.decide.wording import text
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Hypervisor, Status
from hvctl.model.reasons import Reason
from hvctl.model.steps import DeleteServer, Step
from hvctl.model.verdict import Verdict

#: Seconds in which one that lost a race is gone, or never.
_HANGS = 600


def delete_duplicates(case: CreateCase) -> Verdict | None:
    """Delete those that are not to stay, once it is clear which do not."""
    hv = case.hv
    if not hv.duplicates:
        return None
    if _port_not_bound_yet(hv):
        return waiting.overdue(case) or Verdict(status=case.status)
    status = Status(
        phase=case.status.phase,
        reason=Reason.of(
            StatusCode.DUPLICATE_GOES, server_id=hv.duplicates[0].id
        ),
    )
    todo: list[Step] = []
    for server in hv.duplicates:
        delete = DeleteServer(
            name=hv.name, server_id=server.id, status=server.status
        )
        if server.task_state == 'deleting':
            continue
        if delete not in case.ledger.done:
            todo.append(delete)
        elif server.status == 'ERROR':
            return Verdict.failed(
                status,
                Reason.of(
                    OutcomeCode.DUPLICATE_STAYS,
                    server_id=server.id,
                    fault=text.fault(server),
                ),
            )
    lasted = case.lasted(status)
    if not todo and lasted >= _HANGS:
        return Verdict.failed(
            status,
            Reason.of(
                OutcomeCode.DUPLICATE_HANGS,
                server_id=hv.duplicates[0].id,
                seconds=round(lasted),
            ),
        )
    return Verdict(status=status, steps=tuple(todo))


def _port_not_bound_yet(hv: Hypervisor) -> bool:
    """Return whether it is still open which of a name's servers gets the port.

    Another run sees the same servers at another moment.  Until Nova has given
    the port to one of them, each could choose another one to stay, and both
    would be deleted.  One that is ACTIVE is the one, with or without it.
    """
    assert hv.server is not None
    rivals = (hv.server, *hv.duplicates)
    holders = {port.device_id for port in hv.ports}
    return (
        hv.server.status != 'ACTIVE'
        and not any(server.id in holders for server in rivals)
        and any(server.status == 'BUILD' for server in rivals)
    )
