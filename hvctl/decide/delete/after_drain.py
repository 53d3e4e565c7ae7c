# SPDX-License-Identifier: Apache-2.0
"""Decides which hypervisors are deleted once they have been drained."""

from __future__ import annotations

from collections.abc import Mapping

from hvctl.model.codes import OutcomeCode
from hvctl.model.reasons import Reason
from hvctl.model.verdict import Verdict

#: On what has none of these no guest can be.
_NOTHING_ON_IT = frozenset(
    {OutcomeCode.NOTHING_TO_DRAIN, OutcomeCode.NO_SERVICE}
)


def those_that_stay(
    drained: Mapping[str, Verdict], *, stopped: bool
) -> dict[str, Verdict]:
    """Return the verdicts on those that are not to be deleted.

    :param drained: how the drain of each has ended
    :param stopped: whether nothing more is to be begun
    """
    stay = {}
    for name, verdict in drained.items():
        if not _is_drained(verdict):
            stay[name] = verdict
        elif stopped:
            reason = Reason.of(OutcomeCode.DRAINED_ONLY, name=name)
            stay[name] = Verdict.failed(verdict.status, reason)
    return stay


def _is_drained(verdict: Verdict) -> bool:
    outcome = verdict.outcome
    return outcome is not None and (
        outcome.ok
        or (
            outcome.reason is not None
            and outcome.reason.code in _NOTHING_ON_IT
        )
    )
