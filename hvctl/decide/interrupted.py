# SPDX-License-Identifier: Apache-2.0
"""Explains what is left to do of a run that stops before its end."""

from __future__ import annotations

from hvctl import exceptions
from hvctl.model.codes import OutcomeCode
from hvctl.model.hypervisor import Status
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.verdict import Outcome


def late(status: Status, seconds: float, refused: str | None = None) -> Reason:
    """Explain what was waited for when the time was over.

    :param seconds: the time that there was
    :param refused: what was refused to the end
    """
    waited: Reason | str = status.reason or str(status.phase)
    if refused is not None:
        waited = Reason.of(OutcomeCode.REQUEST_FAILED, message=refused)
    return Reason.of(
        OutcomeCode.TIMED_OUT, seconds=round(seconds), waited=waited
    )


def cannot_look(error: exceptions.CloudError) -> Reason:
    """Explain that nothing more is known."""
    return Reason.of(OutcomeCode.CANNOT_LOOK, message=str(error))


def unfinished(name: str, why: Reason, ledger: Ledger) -> Outcome:
    """Return how a hypervisor's part ended that has no end of its own.

    :param why: what stopped it
    """
    failure = ledger.given_up.get(name)
    if failure is None:
        return Outcome(ok=False, reason=why)
    # The same command would make it anew.
    return Outcome(
        ok=False,
        reason=failure,
        afterwards=Reason.of(
            OutcomeCode.REMOVAL_UNFINISHED, name=name, why=why
        ),
    )
