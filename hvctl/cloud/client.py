# SPDX-License-Identifier: Apache-2.0
"""The cloud as the loop sees it: look, and run a step."""

from __future__ import annotations

from collections.abc import Callable
import typing

from openstack import connection

from hvctl import exceptions
from hvctl.cloud import compute
from hvctl.cloud import network
from hvctl.cloud import observe
from hvctl.cloud import placement
from hvctl.cloud import reach
from hvctl.cloud import resolve
from hvctl.model import progress
from hvctl.model import snapshot as snapshot_model
from hvctl.model import steps


class Client:
    """One cloud, through the SDK.

    :ivar resolve: finds images, flavors, networks and keypairs by name
    """

    def __init__(self, conn: connection.Connection) -> None:
        self._observer = observe.Observer(conn)
        self._compute = compute.Compute(conn)
        self.resolve = resolve.Resolver(conn)
        nova = self._compute
        neutron = network.Network(conn)
        provider = placement.Placement(conn)
        self._actions: dict[
            type[steps.Step], Callable[[typing.Any], progress.Done]
        ] = {
            steps.CreateProvider: provider.create_provider,
            steps.RenameProvider: provider.rename_provider,
            steps.SetHoldInventory: provider.set_hold_inventory,
            steps.PlaceHold: provider.place_hold,
            steps.LiftHold: provider.lift_hold,
            steps.DeleteProvider: provider.delete_provider,
            steps.CreatePort: neutron.create_port,
            steps.CreateSubport: neutron.create_subport,
            steps.CreateTrunk: neutron.create_trunk,
            steps.AddSubports: neutron.add_subports,
            steps.DeleteTrunk: neutron.delete_trunk,
            steps.DeletePort: neutron.delete_port,
            steps.DeleteAgent: neutron.delete_agent,
            steps.DeleteServer: nova.delete_server,
            steps.NoteTimes: nova.note_times,
            steps.EnableService: nova.enable_service,
            steps.DisableService: nova.disable_service,
            steps.DeleteService: nova.delete_service,
            steps.JoinAggregate: nova.join_aggregate,
            steps.LeaveAggregate: nova.leave_aggregate,
            steps.CreateTestPort: neutron.create_test_port,
            steps.DeleteTestPort: neutron.delete_test_port,
            steps.DeleteTestGuest: nova.delete_test_guest,
            steps.ReadConsole: nova.read_console,
            steps.PingTestGuest: reach.ping,
            steps.LiveMigrate: nova.live_migrate,
            steps.ColdMigrate: nova.cold_migrate,
            steps.Shelve: nova.shelve,
            steps.OffloadShelved: nova.offload_shelved,
            steps.ForceComplete: nova.force_complete,
            steps.AbortMigration: nova.abort_migration,
            steps.ConfirmMigration: nova.confirm_migration,
            steps.ConfirmResize: nova.confirm_migration,
            steps.AskWhy: nova.ask_why,
        }

    def observe(self, scope: snapshot_model.Scope) -> snapshot_model.Snapshot:
        """Take one look.

        :param scope: what to read beside the lists that are read always
        :raises CloudError: when a list could not be read
        """
        return self._observer.observe(scope)

    def act(self, step: steps.Step, before: dict[str, str]) -> progress.Done:
        """Run one step.

        :param before: ids that the lane's steps before this one have made
        :raises CloudError: when it failed
        """
        if isinstance(step, steps.CreateServer):
            port_id = step.port_id or before.get('port')
            if port_id is None:
                raise exceptions.CloudError(
                    f'the server {step.name} has no port', transient=True
                )
            return self._compute.create_server(step, port_id)
        if isinstance(step, steps.CreateTestGuest):
            return self._compute.create_test_guest(
                step, before.get('test port')
            )
        return self._actions[type(step)](step)
