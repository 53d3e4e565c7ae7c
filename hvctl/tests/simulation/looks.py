# SPDX-License-Identifier: Apache-2.0
"""Tells what each look of a command costs in a simulated cloud.

In a look are the requests that were sent from its beginning to its end.  As
long as nothing is changed meanwhile, they are its own.
"""

from __future__ import annotations

import datetime
import re
import typing
from unittest import mock

from hvctl.cloud.observe import observer
from hvctl.model.snapshot import Scope, Snapshot
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import commands

#: To log in, and to ask a service for its versions: once for each command.
_BEFORE = re.compile(r'/identity.*|/[a-z]+(/v2\.[01])?/?')


class Look(typing.NamedTuple):
    """One look.

    :ivar at: when it was taken, by the cloud's clock
    :ivar requests: that were answered meanwhile, without those of
        :data:`_BEFORE`
    :ivar read: the bytes of the answers' bodies
    """

    scope: Scope
    at: datetime.datetime
    requests: int
    read: int


def run(
    simulated: cloud.Cloud, *arguments: str
) -> tuple[list[Look], commands.Result]:
    """Run ``openstack`` to its end, and count at every look."""
    found: list[Look] = []
    asked = simulated.application.asked
    observe = observer.Observer.observe

    def counted(self: observer.Observer, scope: Scope) -> Snapshot:
        first = len(asked)
        look = observe(self, scope)
        new = [a for a in asked[first:] if not _BEFORE.fullmatch(a.path)]
        size = sum(each.size for each in new)
        found.append(Look(scope, simulated.clock.now(), len(new), size))
        return look

    with mock.patch.object(observer.Observer, 'observe', counted):
        result = commands.run(simulated, *arguments)
    return found, result
