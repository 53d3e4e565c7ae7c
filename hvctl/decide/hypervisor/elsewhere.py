# SPDX-License-Identifier: Apache-2.0
"""Says what is known of a machine that another bare-metal cloud has."""

from __future__ import annotations

from hvctl.decide.hypervisor import emptiness
from hvctl.decide.hypervisor import phases
from hvctl.model.codes import OutcomeCode
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.reasons import Reason


def refusal(hv: Hypervisor) -> Reason:
    """Return why nothing is done to what has its machine elsewhere."""
    return Reason.of(
        OutcomeCode.MACHINE_ELSEWHERE,
        name=hv.name,
        project=hv.elsewhere,
        up=hv.service is not None and hv.service.up,
        hold_id=emptiness.hold(hv),
        left=phases.left(hv),
    )
