# SPDX-License-Identifier: Apache-2.0
"""Decides to which other host a test guest may be moved."""

from __future__ import annotations

from collections.abc import Sequence
import typing

from hvctl.decide.case import Case
from hvctl.decide.hypervisor import assemble
from hvctl.model import host_name
from hvctl.model import identity
from hvctl.model.records import ComputeNode
from hvctl.model.steps import MoveStep


class Hosts(typing.NamedTuple):
    """Where a test guest may go, each sorted: hypervisors of ours first.

    :ivar free: these have room for it
    :ivar full: these have other test guests, which will be gone soon
    """

    free: tuple[str, ...]
    full: tuple[str, ...]


def find(case: Case) -> Hosts:
    """Find the hosts that may take the test guest of a hypervisor.

    They are open, in its zone, to which Nova binds the guest, and have the
    resource class of the test: those that hvctl made, and those to which an
    operator has given it.  That one of the latter is only full is seen by the
    test guests that are there, or were sent there.
    """
    look, hv = case.snapshot, case.hv
    zone = hv.service.zone if hv.service is not None else None
    services = {
        service.host
        for service in look.services
        if service.enabled and service.up and service.zone == zone
    }
    known = {guest.host for guest in look.test_guests} | {
        step.destination
        for step in case.ledger.done
        if isinstance(step, MoveStep)
    }
    free: list[tuple[bool, str]] = []
    full: list[tuple[bool, str]] = []
    for node in look.compute_nodes:
        ours = identity.is_ours(node.hostname, node.id)
        if (
            node.host == hv.host
            or node.host not in services
            or node.id in look.providers_disabled
            or (ours and not _is_open(case, node))
        ):
            continue
        if node.id in look.providers_for_tests:
            free.append((not ours, node.host))
        elif ours or node.host in known:
            full.append((not ours, node.host))
    return Hosts(
        tuple(host for _, host in sorted(free)),
        tuple(host for _, host in sorted(full)),
    )


def _is_open(case: Case, node: ComputeNode) -> bool:
    """Return whether guests may come to a hypervisor of ours.

    One that another project has made shows that by its room only.
    """
    if node.id in case.snapshot.providers_with_room:
        return True
    name = host_name.short(node.hostname)
    return assemble.assemble(case.snapshot, [name])[name].opened


def choose(free: Sequence[str], case: Case) -> str | None:
    """Choose one of the hosts, another one for each hypervisor and each try.

    :returns: None where there is none
    """
    if not free:
        return None
    names = sorted(
        {
            guest.metadata.get(identity.TEST_KEY, '')
            for guest in case.snapshot.test_guests
        }
    )
    tries = sum(
        step.destination != case.hv.host
        for step in case.ledger.done
        if isinstance(step, MoveStep) and step.name == case.name
    )
    return free[(names.index(case.name) + tries) % len(free)]
