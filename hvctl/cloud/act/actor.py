# SPDX-License-Identifier: Apache-2.0
"""Says which request each step is."""

from __future__ import annotations

from collections.abc import Callable
import typing

from hvctl.cloud import clouds
from hvctl.cloud.act import aggregates
from hvctl.cloud.act import guests
from hvctl.cloud.act import health_test
from hvctl.cloud.act import hold
from hvctl.cloud.act import ironic
from hvctl.cloud.act import network
from hvctl.cloud.act import ping
from hvctl.cloud.act import placement
from hvctl.cloud.act import servers
from hvctl.cloud.act import services
from hvctl.model.metadata_steps import SetMetadata
from hvctl.model.metadata_steps import UnsetMetadata
from hvctl.model.results import Done
from hvctl.model.steps import (
    AbortMigration,
    AddSubports,
    AskNode,
    AskServer,
    AskWhere,
    AskWhy,
    ColdMigrate,
    ConfirmMigration,
    ConfirmResize,
    CreatePort,
    CreateProvider,
    CreateServer,
    CreateSubport,
    CreateTestGuest,
    CreateTestPort,
    CreateTrunk,
    DeleteAgent,
    DeletePort,
    DeleteProvider,
    DeleteServer,
    DeleteService,
    DeleteTestGuest,
    DeleteTestPort,
    DeleteTrunk,
    DisableService,
    EnableService,
    FindNodes,
    ForceComplete,
    JoinAggregate,
    LeaveAggregate,
    LiftHold,
    LiveMigrate,
    NoteTimes,
    OffloadShelved,
    PingTestGuest,
    PlaceHold,
    ReadConsole,
    RenameProvider,
    RestoreHold,
    SetHoldInventory,
    Shelve,
    Step,
)

_Actions = dict[type[Step], Callable[[typing.Any], Done]]


class Actor:
    """Changes a bare-metal cloud and a compute cloud."""

    def __init__(self, pair: clouds.Pair) -> None:
        self._actions: _Actions = {
            **_machines(pair),
            **_registered(pair),
            **_health_test(pair),
            **_moves(pair),
        }

    def act(self, step: Step) -> Done:
        """Run one step.

        :raises CloudError: when it failed
        """
        return self._actions[type(step)](step)


def _machines(pair: clouds.Pair) -> _Actions:
    """Collect what is done where the metal is."""
    nova = servers.Servers(pair.metal.compute)
    neutron = network.Network(pair.metal.network)
    nodes = ironic.Baremetal(pair.baremetal)
    return {
        CreatePort: neutron.create_port,
        CreateSubport: neutron.create_subport,
        CreateTrunk: neutron.create_trunk,
        AddSubports: neutron.add_subports,
        DeleteTrunk: neutron.delete_trunk,
        DeletePort: neutron.delete_port,
        CreateServer: nova.create_server,
        DeleteServer: nova.delete_server,
        AskServer: nova.ask_server,
        NoteTimes: nova.set_metadata,
        SetMetadata: nova.set_metadata,
        UnsetMetadata: nova.unset_metadata,
        AskNode: nodes.ask_node,
        FindNodes: nodes.find_nodes,
    }


def _registered(pair: clouds.Pair) -> _Actions:
    """Collect what is done with what a hypervisor registers."""
    provider = placement.Placement(pair.placement)
    held = hold.Hold(pair.placement)
    service = services.Services(pair.compute.compute)
    aggregate = aggregates.Aggregates(pair.compute.compute)
    return {
        CreateProvider: provider.create_provider,
        RenameProvider: provider.rename_provider,
        SetHoldInventory: held.set_inventory,
        PlaceHold: held.place,
        RestoreHold: held.restore,
        LiftHold: held.lift,
        DeleteProvider: provider.delete_provider,
        DeleteAgent: network.Network(pair.compute.network).delete_agent,
        EnableService: service.enable_service,
        DisableService: service.disable_service,
        DeleteService: service.delete_service,
        JoinAggregate: aggregate.join_aggregate,
        LeaveAggregate: aggregate.leave_aggregate,
    }


def _health_test(pair: clouds.Pair) -> _Actions:
    """Collect what is done with test guests."""
    neutron = network.Network(pair.compute.network)
    test = health_test.HealthTest(pair.compute.compute)
    return {
        CreateTestPort: neutron.create_test_port,
        DeleteTestPort: neutron.delete_test_port,
        CreateTestGuest: test.create_test_guest,
        DeleteTestGuest: test.delete_test_guest,
        ReadConsole: test.read_console,
        PingTestGuest: ping.ping,
    }


def _moves(pair: clouds.Pair) -> _Actions:
    """Collect what is done with the guests of others."""
    guest = guests.Guests(pair.compute.compute)
    return {
        LiveMigrate: guest.live_migrate,
        ColdMigrate: guest.cold_migrate,
        Shelve: guest.shelve,
        OffloadShelved: guest.offload_shelved,
        ForceComplete: guest.force_complete,
        AbortMigration: guest.abort_migration,
        ConfirmMigration: guest.confirm_migration,
        ConfirmResize: guest.confirm_migration,
        AskWhy: guest.ask_why,
        AskWhere: guest.ask_where,
    }
