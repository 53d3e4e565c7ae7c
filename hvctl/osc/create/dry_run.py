# SPDX-License-Identifier: Apache-2.0
"""Says in words what ``create`` would do, for ``--dry-run``."""

from __future__ import annotations

from collections.abc import Iterator
import typing

from hvctl.model.hypervisor import Phase
from hvctl.model.request import CreateRequest
from hvctl.model.steps import (
    AddSubports,
    AskNode,
    CreatePort,
    CreateProvider,
    CreateServer,
    CreateSubport,
    CreateTestGuest,
    CreateTestPort,
    CreateTrunk,
    DeleteServer,
    DeleteTestGuest,
    DeleteTestPort,
    DisableService,
    EnableService,
    JoinAggregate,
    LiftHold,
    NoteTimes,
    PingTestGuest,
    PlaceHold,
    ReadConsole,
    RenameProvider,
    SetHoldInventory,
    Step,
)
from hvctl.model.verdict import Verdict

#: What each step does.
STEP_WORDS: dict[type[Step], str] = {
    CreateProvider: 'create the resource provider',
    RenameProvider: 'rename the resource provider',
    JoinAggregate: 'join an aggregate',
    CreateTestPort: 'create the port of a test guest',
    DeleteTestPort: 'delete the port of the test guest',
    CreateTestGuest: 'boot a test guest on it',
    ReadConsole: 'see whether the test guest has written to its console',
    PingTestGuest: 'see whether an address of the test guest answers',
    DeleteTestGuest: 'delete the test guest',
    SetHoldInventory: 'give it an inventory for the hold',
    PlaceHold: 'place the hold: nobody can land there',
    CreatePort: 'create the port',
    CreateSubport: 'create a sub-port',
    CreateTrunk: 'create the trunk',
    AddSubports: 'add sub-ports to the trunk',
    CreateServer: 'create the server',
    DisableService: 'disable the compute service',
    EnableService: 'enable the compute service',
    NoteTimes: 'note the times of its phases',
    LiftHold: 'lift the hold: guests can land there',
    DeleteServer: 'delete a server that lost a race',
    AskNode: 'ask Ironic why the deploy failed',
}

#: Steps that only a hypervisor without a server takes.
_MAKING = (
    CreateProvider,
    SetHoldInventory,
    PlaceHold,
    CreatePort,
    CreateSubport,
    CreateTrunk,
    AddSubports,
    CreateServer,
)


class _Stage(typing.NamedTuple):
    """Something on the way.

    :ivar kinds: the steps that it is made of; none where it is to wait
    """

    kinds: tuple[type[Step], ...]
    words: str


def following(
    name: str,
    verdict: Verdict,
    request: CreateRequest,
) -> list[tuple[str, str]]:
    """Say what comes after the first steps.

    :param verdict: the first one, which has no outcome
    :returns: for each thing its kind, ``step`` or ``wait``, and words
    """
    making = list(_making(request))
    waiting = list(_waiting(name, request))
    if any(isinstance(step, _MAKING) for step in verdict.steps):
        stages = making + waiting + list(_opening(name, request))
    elif verdict.steps and verdict.status.phase not in (
        Phase.READY,
        Phase.ENABLED,
    ):
        stages = waiting + list(_opening(name, request))
    else:
        stages = list(_opening(name, request))
    kinds = {type(step) for step in verdict.steps}
    begun = [n for n, stage in enumerate(stages) if kinds & {*stage.kinds}]
    return [
        ('step' if stage.kinds else 'wait', stage.words)
        for stage in stages[max(begun, default=-1) + 1 :]
    ]


def _making(request: CreateRequest) -> Iterator[_Stage]:
    if request.subnetworks:
        kinds = (CreateTrunk, AddSubports)
        yield _Stage(kinds, STEP_WORDS[CreateTrunk])
    yield _Stage((CreateServer,), STEP_WORDS[CreateServer])


def _waiting(name: str, request: CreateRequest) -> Iterator[_Stage]:
    if request.hypervisors[name].compute_id is None:
        yield _Stage(
            (DisableService,),
            'disable the compute service as soon as it shows',
        )
    words = 'until it is registered, mapped, with inventory'
    if request.agents != 0:
        words += ' and agents'
    yield _Stage((), words)


def _opening(name: str, request: CreateRequest) -> Iterator[_Stage]:
    if request.aggregates:
        number = len(request.aggregates)
        yield _Stage(
            (JoinAggregate,),
            STEP_WORDS[JoinAggregate]
            if number == 1
            else f'join {number} aggregates',
        )
    if request.health_test is not None:
        yield _Stage(
            (
                CreateTestPort,
                CreateTestGuest,
                ReadConsole,
                PingTestGuest,
                DeleteTestGuest,
                DeleteTestPort,
            ),
            'boot a test guest on it, and delete it',
        )
    last: type[Step] = LiftHold
    if request.hypervisors[name].compute_id is None:
        last = EnableService
    yield _Stage((last,), STEP_WORDS[last])
