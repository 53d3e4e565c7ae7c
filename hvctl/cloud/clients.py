# SPDX-License-Identifier: Apache-2.0
"""The cloud as the loop sees it: look, and run a step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
import typing

from openstack import connection

from hvctl import exceptions
from hvctl.cloud import clouds
from hvctl.cloud.act import compute as compute_module
from hvctl.cloud.act import ironic
from hvctl.cloud.act import network
from hvctl.cloud.act import ping
from hvctl.cloud.act import placement
from hvctl.cloud.ask import resolver
from hvctl.cloud.observe import observer
from hvctl.model.results import Done
from hvctl.model.snapshot import Scope, Snapshot
from hvctl.model.steps import (
    AbortMigration,
    AddSubports,
    AskNode,
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
    SetHoldInventory,
    Shelve,
    Step,
)


class Client:
    """A bare-metal cloud and one compute cloud, through the SDK.

    :ivar resolve: finds images, flavors, networks and keypairs by name
    """

    def __init__(
        self,
        metal: connection.Connection,
        compute: connection.Connection,
        compute_cloud: str | None,
        looks: observer.Observer,
    ) -> None:
        self._metal = metal
        self.compute_cloud = compute_cloud
        self._observer = looks
        self._compute = compute_module.Compute(compute)
        self.resolve = resolver.Resolver(metal, compute)
        servers = compute_module.Compute(metal)
        nova = self._compute
        machines = network.Network(metal)
        neutron = network.Network(compute)
        provider = placement.Placement(compute)
        self._actions: dict[type[Step], Callable[[typing.Any], Done]] = {
            CreateProvider: provider.create_provider,
            RenameProvider: provider.rename_provider,
            SetHoldInventory: provider.set_hold_inventory,
            PlaceHold: provider.place_hold,
            LiftHold: provider.lift_hold,
            DeleteProvider: provider.delete_provider,
            CreatePort: machines.create_port,
            CreateSubport: machines.create_subport,
            CreateTrunk: machines.create_trunk,
            AddSubports: machines.add_subports,
            DeleteTrunk: machines.delete_trunk,
            DeletePort: machines.delete_port,
            DeleteAgent: neutron.delete_agent,
            CreateServer: servers.create_server,
            DeleteServer: servers.delete_server,
            NoteTimes: servers.note_times,
            EnableService: nova.enable_service,
            DisableService: nova.disable_service,
            DeleteService: nova.delete_service,
            JoinAggregate: nova.join_aggregate,
            LeaveAggregate: nova.leave_aggregate,
            CreateTestPort: neutron.create_test_port,
            DeleteTestPort: neutron.delete_test_port,
            CreateTestGuest: nova.create_test_guest,
            DeleteTestGuest: nova.delete_test_guest,
            ReadConsole: nova.read_console,
            PingTestGuest: ping.ping,
            LiveMigrate: nova.live_migrate,
            ColdMigrate: nova.cold_migrate,
            Shelve: nova.shelve,
            OffloadShelved: nova.offload_shelved,
            ForceComplete: nova.force_complete,
            AbortMigration: nova.abort_migration,
            ConfirmMigration: nova.confirm_migration,
            ConfirmResize: nova.confirm_migration,
            AskWhy: nova.ask_why,
            AskNode: ironic.Baremetal(metal).ask_node,
            AskWhere: nova.ask_where,
        }

    @classmethod
    def connect(
        cls, metal: connection.Connection, compute_cloud: str | None = None
    ) -> Client:
        """Log in to the clouds.

        :param metal: the connection to the bare-metal cloud
        :param compute_cloud: the name in clouds.yaml of the cloud in which
            the hypervisors register; None where it is the same
        :raises CloudError: when the compute cloud cannot be reached
        """
        compute = metal
        if compute_cloud is not None:
            compute = clouds.connect(compute_cloud)
        looks = observer.Observer.connect(metal, compute, compute_cloud)
        return cls(metal, compute, compute_cloud, looks)

    def within(self, compute_cloud: str | None) -> Client:
        """Give the client for the hypervisors of a compute cloud.

        :param compute_cloud: its name in clouds.yaml; None for the bare-metal
            cloud itself
        :raises CloudError: when it cannot be reached
        """
        if compute_cloud == clouds.name(self._metal):
            compute_cloud = None
        if compute_cloud == self.compute_cloud:
            return self
        return Client.connect(self._metal, compute_cloud)

    def of(self, names: Iterable[str]) -> Client:
        """Give the client for the compute cloud in which hypervisors are.

        :raises InvalidRequest: when they are in several
        :raises CloudError: when a cloud cannot be asked
        """
        known = self._observer.whereabouts()
        found = {known[name]: name for name in names if name in known}
        if len(found) > 1:
            listed = ', '.join(
                f'{name} in {cloud or clouds.name(self._metal)}'
                for cloud, name in found.items()
            )
            raise exceptions.InvalidRequest(
                f'these are in different compute clouds ({listed}); name the '
                'hypervisors of each in a command of its own'
            )
        return self.within(next(iter(found), None))

    def observe(self, scope: Scope) -> Snapshot:
        """Take one look.

        :param scope: how far it reaches
        :raises CloudError: when a list could not be read
        """
        return self._observer.observe(scope)

    def act(self, step: Step) -> Done:
        """Run one step.

        :raises CloudError: when it failed
        """
        return self._actions[type(step)](step)
