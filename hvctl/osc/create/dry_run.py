# SPDX-License-Identifier: Apache-2.0
"""Says in words what ``create`` would do, for ``--dry-run``."""

from __future__ import annotations

from collections.abc import Iterator
import typing

from hvctl.model import progress
from hvctl.model import request as request_model
from hvctl.model import steps
from hvctl.model.hypervisor import Phase

#: What each step does.
STEP_WORDS: dict[type[steps.Step], str] = {
    steps.CreateProvider: 'create the resource provider',
    steps.RenameProvider: 'rename the resource provider',
    steps.JoinAggregate: 'join an aggregate',
    steps.CreateTestPort: 'create the port of a test guest',
    steps.DeleteTestPort: 'delete the port of the test guest',
    steps.CreateTestGuest: 'boot a test guest on it',
    steps.ReadConsole: 'see whether the test guest has written to its console',
    steps.PingTestGuest: 'see whether an address of the test guest answers',
    steps.DeleteTestGuest: 'delete the test guest',
    steps.SetHoldInventory: 'give it an inventory for the hold',
    steps.PlaceHold: 'place the hold: nobody can land there',
    steps.CreatePort: 'create the port',
    steps.CreateSubport: 'create a sub-port',
    steps.CreateTrunk: 'create the trunk',
    steps.AddSubports: 'add sub-ports to the trunk',
    steps.CreateServer: 'create the server',
    steps.DisableService: 'disable the compute service',
    steps.EnableService: 'enable the compute service',
    steps.NoteTimes: 'note the times of its phases',
    steps.LiftHold: 'lift the hold: guests can land there',
    steps.DeleteServer: 'delete a server that lost a race',
    steps.AskNode: 'ask Ironic why the deploy failed',
}

#: Steps that only a hypervisor without a server takes.
_MAKING = (
    steps.CreateProvider,
    steps.SetHoldInventory,
    steps.PlaceHold,
    steps.CreatePort,
    steps.CreateSubport,
    steps.CreateTrunk,
    steps.AddSubports,
    steps.CreateServer,
)


class _Stage(typing.NamedTuple):
    """Something on the way.

    :ivar kinds: the steps that it is made of; none where it is to wait
    """

    kinds: tuple[type[steps.Step], ...]
    words: str


def following(
    name: str,
    verdict: progress.Verdict,
    request: request_model.CreateRequest,
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


def _making(request: request_model.CreateRequest) -> Iterator[_Stage]:
    if request.subnetworks:
        kinds = (steps.CreateTrunk, steps.AddSubports)
        yield _Stage(kinds, STEP_WORDS[steps.CreateTrunk])
    yield _Stage((steps.CreateServer,), STEP_WORDS[steps.CreateServer])


def _waiting(
    name: str, request: request_model.CreateRequest
) -> Iterator[_Stage]:
    if request.hypervisors[name].compute_id is None:
        yield _Stage(
            (steps.DisableService,),
            'disable the compute service as soon as it shows',
        )
    words = 'until it is registered, mapped, with inventory'
    if request.agents != 0:
        words += ' and agents'
    yield _Stage((), words)


def _opening(
    name: str, request: request_model.CreateRequest
) -> Iterator[_Stage]:
    if request.aggregates:
        number = len(request.aggregates)
        yield _Stage(
            (steps.JoinAggregate,),
            STEP_WORDS[steps.JoinAggregate]
            if number == 1
            else f'join {number} aggregates',
        )
    if request.health_test is not None:
        yield _Stage(
            (
                steps.CreateTestPort,
                steps.CreateTestGuest,
                steps.ReadConsole,
                steps.PingTestGuest,
                steps.DeleteTestGuest,
                steps.DeleteTestPort,
            ),
            'boot a test guest on it, and delete it',
        )
    last: type[steps.Step] = steps.LiftHold
    if request.hypervisors[name].compute_id is None:
        last = steps.EnableService
    yield _Stage((last,), STEP_WORDS[last])
