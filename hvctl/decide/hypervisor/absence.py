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
from hvctl.model.codes import StatusCode
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.reasons import Reason
from hvctl.model.results import Created, Exists
from hvctl.model.steps import AskServer, CreateServer
from hvctl.model.verdict import Verdict

#: What is still there is asked about again after that.
_ASK_AGAIN = datetime.timedelta(seconds=5)


def doubtful(case: Case) -> tuple[str, ...]:
    """Return the servers of a hypervisor that Nova has not called gone.

    :param case: of a hypervisor whose server no list has
    :returns: ids of those that this run made, and of those that have its port
    """
    servers = _made(case)
    for port in case.hv.ports:
        if (
            port.device_id
            and port.device_id not in servers
            and not _has_other_name(case, port.device_id)
        ):
            servers.append(port.device_id)
    return tuple(one for one in servers if not is_gone(case, one))


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
        dict.fromkeys(
            (
                *doubtful(case),
                *(one for one in sorted(others) if not is_gone(case, one)),
            )
        )
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


def _has_other_name(case: Case, server_id: str) -> bool:
    exists = found(case, server_id)
    return exists is not None and exists.name not in (None, case.name)


def _made(case: Case) -> list[str]:
    """Return the servers that this run made."""
    made = [
        answer.id
        for step, answer in case.ledger.answers.items()
        if isinstance(step, CreateServer)
        and step.name == case.name
        and isinstance(answer, Created)
    ]
    return [*made, *case.ledger.abandoned.get(case.name, ())]


def _questions(case: Case, servers: tuple[str, ...]) -> tuple[AskServer, ...]:
    return tuple(
        question
        for server_id in servers
        if not case.ledger.done_since(
            question := AskServer(name=case.name, server_id=server_id),
            case.now - _ASK_AGAIN,
        )
    )
