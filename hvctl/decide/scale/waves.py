# SPDX-License-Identifier: Apache-2.0
"""Decides how many come or go at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hvctl.decide.drain.plan import budget
from hvctl.model import host_name
from hvctl.model.drain_options import DrainOptions
from hvctl.model.snapshot import Snapshot

#: How many servers a nova-compute of Ironic builds at once ([DEFAULT]
#: max_concurrent_builds): the others would only wait, and a deploy that fails
#: for all is to fail for few.
BUILDS = 10


def closing(
    look: Snapshot, names: Sequence[str], options: DrainOptions
) -> tuple[str, ...]:
    """Return how many of the first may be closed at once.

    One is taken in any case: the drain says why it may not be closed.

    :param look: at all hosts, with their sizes
    :param options: the budget of drains
    """
    number = len(names)
    while number > 1 and _is_too_much(look, names[:number], options):
        number -= 1
    return tuple(names[:number])


def _is_too_much(
    look: Snapshot, names: Collection[str], options: DrainOptions
) -> bool:
    hosts = {
        service.host
        for service in look.services
        if host_name.short(service.host) in names
    }
    return budget.refusal(look, hosts, options) is not None
