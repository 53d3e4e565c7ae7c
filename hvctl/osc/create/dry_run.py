# SPDX-License-Identifier: Apache-2.0
"""Says in words what ``create`` would do, for ``--dry-run``."""

from __future__ import annotations

from hvctl.model.steps import (
    AddSubports,
    AskNode,
    AskServer,
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
    AskServer: 'ask Nova whether a server is there',
    AskNode: 'ask Ironic why the deploy failed',
}
