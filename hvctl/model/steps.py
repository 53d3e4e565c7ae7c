# SPDX-License-Identifier: Apache-2.0
"""The steps that change a cloud: data that a decision makes and acting runs.

Lanes run beside each other; in a lane, the first that fails ends the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import datetime

from hvctl.model.records import Tagged


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One idempotent change.

    :ivar name: the hypervisor that it is for
    """

    name: str

    @property
    def lane(self) -> str:
        """Its lane; the steps of one lane run one after the other."""
        return self.name


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CreateProvider(Step):
    """Make the resource provider that nova-compute will adopt.

    :ivar provider_name: that of the hypervisor that will register
    """

    provider_id: str
    provider_name: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RenameProvider(Step):
    """Give the provider the name by which the hypervisor registered."""

    provider_id: str
    provider_name: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SetHoldInventory(Step):
    """Give the provider the inventory that the hold uses up, of a ratio."""

    provider_id: str
    ram_ratio: float = 1.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold(Step):
    """Use up that inventory, so that nobody can land there."""

    provider_id: str
    ram_ratio: float = 1.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RestoreHold(Step):
    """Place the hold again on a provider that has lost it."""

    provider_id: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LiftHold(Step):
    """Let guests in."""

    provider_id: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DeleteProvider(Step):
    """Delete the resource provider, with the hold if it still stands."""

    provider_id: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CreatePort(Step):
    """Make the bare-metal server's port.

    :ivar subnet_id: of its address; None is Neutron's choice
    :ivar fixed_ip: its address; None is Neutron's choice
    :ivar compute_cloud: in which the machine is to register; None where that
        is the same
    """

    network_id: str
    vnic_type: str
    mac_address: str
    subnet_id: str | None = None
    fixed_ip: str | None = None
    compute_cloud: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CreateSubport(Step):
    """Make a port for the machine's trunk.

    :ivar subnet_id: of its address; None is Neutron's choice
    :ivar addressed: whether it has an address at all
    """

    network_id: str
    mac_address: str
    subnet_id: str | None = None
    addressed: bool = True


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CreateTrunk(Step):
    """Make a trunk of the machine's port."""

    port_id: str
    subports: tuple[Tagged, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AddSubports(Step):
    """Bring sub-ports into a trunk that is there."""

    trunk_id: str
    subports: tuple[Tagged, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTrunk(Step):
    """Delete the trunk of a port of ours; its ports stay."""

    trunk_id: str
    port_id: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DeletePort(Step):
    """Delete a port of ours that is as a look has seen it.

    :ivar revision: Neutron's count of its changes; None to read it before
    :ivar device_id: what had it
    """

    port_id: str
    revision: int | None = dataclasses.field(default=None, compare=False)
    device_id: str = dataclasses.field(default='', compare=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CreateServer(Step):
    """Make the bare-metal server.

    :ivar user_data: base64, as Nova wants it; may hold secrets
    """

    image_id: str
    zone: str | None = None
    flavor_id: str
    key_name: str | None
    metadata: Mapping[str, str] = dataclasses.field(hash=False)
    user_data: str = dataclasses.field(repr=False)
    port_id: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DeleteServer(Step):
    """Delete a bare-metal server of ours.

    :ivar soft_deleted: Nova has put it off; a second request ends it
    :ivar status: the only one in which it is to go; None for any
    """

    server_id: str
    soft_deleted: bool = False
    status: str | None = dataclasses.field(default=None, compare=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AskServer(Step):
    """Ask Nova for a bare-metal server, since no list proves it gone."""

    server_id: str

    @property
    def lane(self) -> str:
        """The server: a question that fails is no failure of the host's."""
        return self.server_id


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AskNode(Step):
    """Ask Ironic why a deploy on a node failed; it changes nothing.

    :ivar since: before the first deploy; older errors are others'
    """

    node_id: str
    since: datetime.datetime

    @property
    def lane(self) -> str:
        """The node: a question that fails is no failure of the host's."""
        return self.node_id


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FindNodes(Step):
    """Ask Ironic which nodes have a server of the name; changes nothing."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NoteTimes(Step):
    """Write into the server's metadata when its phases were reached."""

    server_id: str
    metadata: Mapping[str, str] = dataclasses.field(hash=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EnableService(Step):
    """Let the scheduler choose the compute service."""

    service_id: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DisableService(Step):
    """Keep the scheduler from choosing the compute service."""

    service_id: str
    reason: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DeleteService(Step):
    """Delete the compute service of a machine that is gone."""

    service_id: str
    host: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DeleteAgent(Step):
    """Delete the record of a Neutron agent of a machine that is gone."""

    agent_id: str
    host: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class JoinAggregate(Step):
    """Put a host into a host aggregate."""

    aggregate_id: int
    host: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CreateTestGuest(Step):
    """Boot the guest that tries a closed hypervisor out.

    :ivar zone: the host's; None is the cloud's choice
    :ivar network_id: in which Nova makes a port, where there is no port_id
    """

    host: str
    zone: str | None = None
    flavor_id: str
    image_id: str
    network_id: str | None = None
    port_id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CreateTestPort(Step):
    """Make a port for a test guest."""

    network_id: str
    vnic_type: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTestPort(DeletePort):
    """Delete the port of a test guest."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTestGuest(Step):
    """Delete the guest that tried a hypervisor out."""

    server_id: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReadConsole(Step):
    """See whether the guest has written to its console; it changes nothing."""

    server_id: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PingTestGuest(Step):
    """See whether an address of the guest answers; it changes nothing."""

    server_id: str
    address: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LeaveAggregate(Step):
    """Take a host out of a host aggregate."""

    aggregate_id: int
    host: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GuestStep(Step):
    """A change of one guest; guests do not wait for each other."""

    server_id: str

    @property
    def lane(self) -> str:
        """The guest."""
        return self.server_id


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MoveStep(GuestStep):
    """Begin to move a guest.

    :ivar destination: the service host; None for wherever there is room
    """

    destination: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LiveMigrate(MoveStep):
    """Move a running guest."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ColdMigrate(MoveStep):
    """Move a guest that is off meanwhile."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Shelve(MoveStep):
    """Switch a guest off and keep its disk as an image."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OffloadShelved(MoveStep):
    """Take a shelved guest off its host."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmResize(MoveStep):
    """Confirm the resize of a guest that waits for it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ForceComplete(GuestStep):
    """Halt a guest so that its live migration can end."""

    migration_id: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AbortMigration(GuestStep):
    """Drop a live migration; the guest stays where it is."""

    migration_id: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmMigration(GuestStep):
    """Confirm a cold migration, which frees its source."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AskWhy(GuestStep):
    """Ask Nova why a request, by its id, failed; it changes nothing."""

    request_id: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AskWhere(GuestStep):
    """Ask Nova where a guest is that has left its host; changes nothing."""
