# SPDX-License-Identifier: Apache-2.0
"""Decides how a hypervisor is kept closed until it is proven good.

With a compute node id of our choice the hold does that.  It may get lost
before its time: ``nova-manage placement audit --delete`` takes every
allocation that belongs to no server, and a person may, too.  Then the
compute service is disabled at once, as it is where there is no hold at all,
and the hold is placed again.
"""

from __future__ import annotations

from hvctl.decide.create.case import CreateCase
from hvctl.model import host_name
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor, Phase
from hvctl.model.steps import (
    CreateProvider,
    DisableService,
    NoteTimes,
    RestoreHold,
    SetHoldInventory,
    Step,
)
from hvctl.model.verdict import Verdict

#: For how many seconds a service may be without its compute node; it takes
#: a few.
_PATIENCE = 60


def is_proven(case: CreateCase) -> bool:
    """Return whether a create got to its end on this machine."""
    # What this run has just written may not be in this look yet.
    return case.hv.opened or case.times(NoteTimes) > 0


def keep_closed(case: CreateCase) -> Verdict | None:
    """Close what nothing keeps closed, and is not known to be good."""
    hv = case.hv
    if hv.server is None or is_proven(case):
        return None
    held = _is_held(hv)
    if held and not _may_have_another_id(case):
        return None
    steps = (*disable(hv), *(() if held else hold(case)))
    return Verdict(status=case.status, steps=steps) if steps else None


def _may_have_another_id(case: CreateCase) -> bool:
    """Return whether a service has no compute node of the chosen id yet.

    One that took another id made a provider of its own, which no hold keeps
    closed; os-hypervisors shows it only once its host is mapped to a cell.
    """
    return (
        case.status.phase is Phase.REGISTERED
        and case.lasted(case.status) >= _PATIENCE
    )


def disable(hv: Hypervisor) -> tuple[Step, ...]:
    """Close what is not known to be good; nothing when it is closed."""
    if hv.service is None or not hv.service.enabled:
        return ()
    return (
        DisableService(
            name=hv.name,
            service_id=hv.service.id,
            reason=identity.REASON_CREATE,
        ),
    )


def hold(case: CreateCase) -> tuple[Step, ...]:
    """Hold what has lost its hold; nothing where that cannot help."""
    hv, compute_id = case.hv, case.hv.compute_id
    if compute_id is None or hv.held_in_vain:
        return ()
    todo: list[Step] = []
    if hv.provider is None:
        todo.append(make_provider(case, compute_id))
    todo.append(
        SetHoldInventory(
            name=hv.name,
            provider_id=compute_id,
            ram_ratio=case.request.ram_ratio,
        )
    )
    todo.append(RestoreHold(name=hv.name, provider_id=compute_id))
    return tuple(todo)


def make_provider(case: CreateCase, compute_id: str) -> CreateProvider:
    """Make the provider, with the name that libvirt gives the hypervisor."""
    label = host_name.qualified(case.hv.name, case.request.domain)
    if case.hv.compute_node is not None:
        label = case.hv.compute_node.hostname
    return CreateProvider(
        name=case.hv.name, provider_id=compute_id, provider_name=label
    )


def _is_held(hv: Hypervisor) -> bool:
    """Return whether nobody can get in, as far as the look tells.

    A provider that has no inventory has no room either; nova-compute writes
    one soon, so there a hold is missing as well.
    """
    if hv.compute_id is None or hv.provider is None or hv.has_room:
        return False
    return not hv.hold_is_missing
