# SPDX-License-Identifier: Apache-2.0
"""Says of a run that stops before its end what is left to do."""

from __future__ import annotations

from hvctl.decide.hypervisor import phases
from hvctl.decide.wording import rendering
from hvctl.model.hypervisor import Status
from hvctl.model.ledger import Ledger


def late(status: Status, seconds: float) -> str:
    """What was waited for when the time was over.

    :param seconds: the time that there was
    """
    waited = rendering.reason(status.reason) or status.phase
    return f'not finished after {seconds:.0f} s: {waited}'


def unfinished(name: str, why: str, ledger: Ledger) -> str:
    """What to know and to type when a hypervisor's part has not ended.

    :param why: what stopped it
    """
    failure = ledger.given_up.get(name)
    if failure is None:
        return f'{why}; run the same command again to go on'
    # The same command would make it anew.
    return (
        f'{rendering.reason(failure)}; and its removal has not ended ({why}); '
        f'{phases.COMMAND} delete {name}'
    )
