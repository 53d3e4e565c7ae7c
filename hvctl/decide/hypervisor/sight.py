# SPDX-License-Identifier: Apache-2.0
"""Decides how a hypervisor is, as far as a look tells that may lack something.

Nova leaves out the servers of a cell that does not answer, and does not know
the state of its services (nova/compute/multi_cell_list.py).  ``list`` and
``show`` go on all the same, so what they show must not follow from what is
missing.
"""

from __future__ import annotations

from hvctl.decide.hypervisor import phases
from hvctl.model.codes import StatusCode
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.reasons import Reason
from hvctl.model.snapshot import Snapshot


def status(look: Snapshot, hv: Hypervisor) -> Status:
    """Return the phase that a hypervisor is in, if that is known, and why.

    :param look: at all clouds, whether or not every cell has answered
    :param hv: put together from it
    """
    found = phases.status(hv)
    if found.phase is Phase.ORPHANED:
        # Nova unbinds a server's port before it forgets the server.
        servers = tuple(port.device_id for port in hv.ports if port.device_id)
        silent = tuple(s.host for s in look.metal_services if not s.known)
        if servers or silent:
            return _unknown(
                StatusCode.SERVER_UNSEEN, hv, servers=servers, silent=silent
            )
    if (
        found.phase is Phase.DOWN
        and not guests_seen(hv)
        and not phases.server_down(hv)
    ):
        return _unknown(StatusCode.SERVICE_UNKNOWN, hv, host=hv.host)
    return found


def guests_seen(hv: Hypervisor) -> bool:
    """Return whether the cell answers that its guests are in."""
    return hv.service is None or hv.service.known


def _unknown(
    code: StatusCode, hv: Hypervisor, **facts: str | tuple[str, ...]
) -> Status:
    return Status(
        phase=Phase.UNKNOWN, reason=Reason.of(code, name=hv.name, **facts)
    )
