# SPDX-License-Identifier: Apache-2.0
"""Decides whether a server that no list has is really gone.

Nova answers 200 and leaves out the servers of a cell that does not answer
(nova/compute/multi_cell_list.py), so that a list proves nothing.  Asking for
the server itself does: 404 is gone.
"""

from __future__ import annotations

from collections.abc import Iterable
import datetime

from hvctl.decide.case import Case
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.reasons import Reason
from hvctl.model.records import Port
from hvctl.model.results import Created, Exists
from hvctl.model.steps import AskServer, CreateServer
from hvctl.model.verdict import Verdict

#: What is still there is asked about again after that.
_ASK_AGAIN = datetime.timedelta(seconds=5)


def is_gone(case: Case, server_id: str) -> bool:
    """Return whether Nova has answered 404 for a server."""
    question = AskServer(name=case.name, server_id=server_id)
    return question in case.ledger.done and found(case, server_id) is None


def found(case: Case, server_id: str) -> Exists | None:
    """Return what Nova last said of a server, if it has it."""
    question = AskServer(name=case.name, server_id=server_id)
    return case.ledger.answer(question, Exists)


def unlisted(case: Case, others: Iterable[str] = ()) -> Verdict | None:
    """See whether the server of a hypervisor is gone, or only not listed.

    :param others: servers of it that are to be gone too
    :returns: None when nothing of it is in doubt
    """
    if case.hv.server is not None:
        return None
    servers = tuple(
        server_id
        for server_id in dict.fromkeys((*_its_own(case), *sorted(others)))
        if not is_gone(case, server_id)
    )
    # A partial look may have old ports.
    if not servers and not case.snapshot.partial:
        return None
    return Verdict(
        status=status(case, servers), steps=_questions(case, servers)
    )


def status(case: Case, servers: tuple[str, ...] = ()) -> Status:
    """Return that of a hypervisor whose server may be there.

    :param servers: the ids that are in doubt
    """
    before = case.ledger.statuses.get(case.name)
    return Status(
        # Nothing is known to have changed.
        phase=before.phase if before is not None else Phase.BUILDING,
        reason=Reason.of(
            StatusCode.SERVER_UNLISTED, host=case.hv.host, servers=servers
        ),
    )


def port_taken(case: Case, port: Port, server: str | None) -> Verdict:
    """Refuse to go on with a port of ours that something else has.

    :param server: the name of the server that has it; None for no server
    """
    return Verdict.failed(
        case.status,
        Reason.of(
            OutcomeCode.PORT_TAKEN,
            name=case.name,
            port_id=port.id,
            device_id=port.device_id,
            server=server,
        ),
    )


def _its_own(case: Case) -> list[str]:
    """Return the servers that this run made, and those that have its port."""
    servers = [
        answer.id
        for step, answer in case.ledger.answers.items()
        if isinstance(step, CreateServer)
        and step.name == case.name
        and isinstance(answer, Created)
    ]
    servers += case.ledger.abandoned.get(case.name, ())
    for port in case.hv.ports:
        holder = port.device_id
        if holder and holder not in servers:
            exists = found(case, holder)
            if exists is None or exists.name in (None, case.name):
                servers.append(holder)
    return servers


def _questions(case: Case, servers: tuple[str, ...]) -> tuple[AskServer, ...]:
    return tuple(
        question
        for server_id in servers
        if not case.ledger.done_since(
            question := AskServer(name=case.name, server_id=server_id),
            case.now - _ASK_AGAIN,
        )
    )
