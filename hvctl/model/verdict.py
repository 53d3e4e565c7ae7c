# SPDX-License-Identifier: Apache-2.0
"""What a decision says of one hypervisor."""

from __future__ import annotations

import dataclasses

from hvctl.model.hypervisor import Status
from hvctl.model.move import Move
from hvctl.model.reasons import Reason
from hvctl.model.steps import Step


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a hypervisor's part of a run ended.

    :ivar ok: the goal is reached
    :ivar reason: what to know; why, when it is not reached
    :ivar afterwards: what became, after a failure, of what was made
    """

    ok: bool
    reason: Reason | None = None
    afterwards: Reason | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a decision says of one hypervisor.

    :ivar status: where it is, and what is waited for
    :ivar steps: what to do now; steps whose lane is still busy are left out
    :ivar outcome: None as long as there is something to do or to wait for
    :ivar node_id: the Ironic node, to be remembered when nothing else tells
        it any more
    :ivar moves: the guests' moves, as they stand now
    :ivar giving_up: why it failed, when what was made is to be removed now
    :ivar abandoned: the id of the server that is deleted now since its deploy
        failed, to make another
    :ivar test_failure: why its health test failed, when that is known now
    :ivar test_note: what its health test did not try, when that is known now
    :ivar news: what is told of what is waited for; a change in it is progress,
        and is not shown
    :ivar look_again: whether nothing is waited for but our own next look
    """

    status: Status
    steps: tuple[Step, ...] = ()
    outcome: Outcome | None = None
    node_id: str | None = None
    moves: tuple[Move, ...] = ()
    giving_up: Reason | None = None
    abandoned: str | None = None
    test_failure: Reason | None = None
    test_note: Reason | None = None
    news: str = ''
    look_again: bool = False

    @classmethod
    def failed(cls, status: Status, reason: Reason) -> Verdict:
        """Return the verdict that a hypervisor's part of a run has failed.

        :param reason: why
        """
        return cls(status=status, outcome=Outcome(ok=False, reason=reason))
