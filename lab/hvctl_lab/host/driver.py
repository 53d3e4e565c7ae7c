# SPDX-License-Identifier: Apache-2.0
"""The virt driver of the embedded cloud's hypervisors.

Nova's own fake driver, made to behave like one real host: it is the node
that compute_id names, it remembers its guests, plugs their ports into a
switch that agents watch, and waits for Neutron as the libvirt driver does.
"""

from collections.abc import Iterable
import contextlib
import datetime
import pathlib
from typing import Any

from nova import exception
from nova import objects
from nova.compute import power_state
from nova.compute import vm_states
import nova.conf
from nova.objects import fields
from nova.virt import fake
from oslo_serialization import jsonutils
from oslo_utils import versionutils

from hvctl_lab.host import devices
from hvctl_lab.host import guests
from hvctl_lab.host import migrations
from hvctl_lab.host import options
from hvctl_lab.host import switch

CONF = nova.conf.CONF
CONF.register_opts(options.OPTIONS, options.GROUP)

_HYPERVISOR_VERSION = '7.2.22'
_BYTES_PER_MB = 1024 * 1024


class Driver(fake.FakeDriverWithoutFakeNodes):
    """One host with guests that are no more than entries in a list."""

    def __init__(self, virtapi: Any, read_only: bool = False) -> None:
        """Take up the guests that are remembered.

        :param virtapi: what Nova offers its drivers.
        :param read_only: not used, as in all drivers.
        """
        settings = CONF[options.GROUP]
        self.vcpus = settings.vcpus
        self.memory_mb = settings.memory_mb
        self.local_gb = settings.disk_gb
        super().__init__(virtapi, read_only)
        self.host_status_base.update(
            hypervisor_type=fields.HVType.QEMU.upper(),
            hypervisor_version=versionutils.convert_version_to_int(
                _HYPERVISOR_VERSION
            ),
            supported_instances=[
                (
                    fields.Architecture.X86_64,
                    fields.HVType.QEMU,
                    fields.VMMode.HVM,
                )
            ],
            pci_passthrough_devices=jsonutils.dumps(
                devices.passthrough(settings.virtual_functions)
            ),
        )
        self.instances = guests.Guests(
            pathlib.Path(CONF.state_path) / 'guests'
        )
        self._migrations: dict[str, migrations.Migration] = {}

    def init_host(self, host: str) -> None:
        """Be the node that is named like the host, whatever that is.

        :param host: the host's name.
        """
        self._host = host
        self._set_nodes([host])

    def get_host_uptime(self) -> str:
        """Say it as uptime(1) does, as other drivers do."""
        text = pathlib.Path('/proc/uptime').read_text().split()[0]
        up = datetime.timedelta(seconds=int(float(text)))
        now = datetime.datetime.now()
        load = ', '.join(pathlib.Path('/proc/loadavg').read_text().split()[:3])
        return f' {now:%H:%M:%S} up {up},  0 users,  load average: {load}'

    # -- ports

    def plug_vifs(self, instance: Any, network_info: Iterable[Any]) -> None:
        """Plug a guest's ports.

        :param instance: the guest.
        :param network_info: Nova's description of the ports.
        """
        for vif in network_info:
            switch.plug(vif['id'], vif['type'])

    def unplug_vifs(self, instance: Any, network_info: Iterable[Any]) -> None:
        """Unplug a guest's ports.

        :param instance: the guest.
        :param network_info: Nova's description of the ports.
        """
        for vif in network_info or ():
            switch.unplug(vif['id'])

    def attach_interface(
        self, context: Any, instance: Any, image_meta: Any, vif: Any
    ) -> None:
        """Plug one more port."""
        super().attach_interface(context, instance, image_meta, vif)
        self.plug_vifs(instance, [vif])

    def detach_interface(self, context: Any, instance: Any, vif: Any) -> None:
        """Unplug one port."""
        # The guest may have come with its ports from another host, so it
        # does not matter whether this one remembers attaching it.
        self._interfaces.pop(vif['id'], None)
        self.unplug_vifs(instance, [vif])

    @contextlib.contextmanager
    def _plugging(self, instance: Any, network_info: Any) -> Any:
        """Plug ports, do something, and wait until Neutron has wired them."""
        events = [
            ('network-vif-plugged', vif['id'])
            for vif in network_info
            if vif.get('active', True) is False
        ]
        timeout = CONF.vif_plugging_timeout
        try:
            with self.virtapi.wait_for_instance_event(
                instance,
                events if timeout else [],
                timeout=timeout,
                error_callback=self._plugging_failed,
            ):
                self.plug_vifs(instance, network_info)
                yield
        except exception.InstanceEventTimeout:
            if CONF.vif_plugging_is_fatal:
                raise exception.VirtualInterfaceCreateException() from None

    @staticmethod
    def _plugging_failed(event_name: str, instance: Any) -> None:
        if CONF.vif_plugging_is_fatal:
            raise exception.VirtualInterfaceCreateException()

    # -- guests

    def spawn(
        self,
        context: Any,
        instance: Any,
        image_meta: Any,
        injected_files: Any,
        admin_password: Any,
        allocations: Any,
        network_info: Any = None,
        block_device_info: Any = None,
        power_on: bool = True,
        accel_info: Any = None,
    ) -> None:
        """Start a guest; it runs when all its ports are wired."""
        try:
            with self._plugging(instance, network_info or ()):
                super().spawn(
                    context,
                    instance,
                    image_meta,
                    injected_files,
                    admin_password,
                    allocations,
                    network_info,
                    block_device_info,
                    power_on,
                    accel_info,
                )
        except exception.VirtualInterfaceCreateException:
            self.destroy(context, instance, network_info)
            raise

    def destroy(
        self,
        context: Any,
        instance: Any,
        network_info: Any,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Remove a guest and unplug its ports."""
        super().destroy(context, instance, network_info, *args, **kwargs)
        self.unplug_vifs(instance, network_info)

    def power_on(
        self,
        context: Any,
        instance: Any,
        network_info: Any,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Switch a guest on."""
        self.plug_vifs(instance, network_info)
        super().power_on(context, instance, network_info, *args, **kwargs)

    def pause(self, instance: Any) -> None:
        """Freeze a guest."""
        self.instances[instance.uuid].state = power_state.PAUSED

    def unpause(self, instance: Any) -> None:
        """Let a frozen guest go on."""
        self.instances[instance.uuid].state = power_state.RUNNING

    def suspend(self, context: Any, instance: Any) -> None:
        """Put a guest to its disk."""
        self.instances[instance.uuid].state = power_state.SUSPENDED

    def resume(
        self, context: Any, instance: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Take a guest from its disk."""
        self.instances[instance.uuid].state = power_state.RUNNING

    def rescue(
        self, context: Any, instance: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Boot a guest into its rescue system, whatever it did before."""
        self.instances[instance.uuid].state = power_state.RUNNING

    # -- cold migration

    def migrate_disk_and_power_off(
        self, context: Any, instance: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Send a guest that is off, or is switched off for it, elsewhere."""
        outcome = self._migrate(context, instance, lambda part: None)
        if outcome is not migrations.Outcome.COMPLETED:
            raise exception.InstanceFaultRollback(
                exception.MigrationError(
                    reason=f'{migrations.METADATA_KEY} asks for it'
                )
            )
        self.instances[instance.uuid].state = power_state.SHUTDOWN
        self.unplug_vifs(instance, instance.get_network_info())

    def finish_migration(
        self,
        context: Any,
        migration: Any,
        instance: Any,
        disk_info: Any,
        network_info: Any,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Take in a guest that was sent here."""
        super().finish_migration(
            context,
            migration,
            instance,
            disk_info,
            network_info,
            *args,
            **kwargs,
        )
        self.plug_vifs(instance, network_info)

    def finish_revert_migration(
        self,
        context: Any,
        instance: Any,
        network_info: Any,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Take a guest back that was sent elsewhere."""
        self.plug_vifs(instance, network_info)
        super().finish_revert_migration(
            context, instance, network_info, *args, **kwargs
        )

    # -- live migration, at the source

    def live_migration(
        self,
        context: Any,
        instance: Any,
        dest: str,
        post_method: Any,
        recover_method: Any,
        block_migration: bool = False,
        migrate_data: Any = None,
    ) -> None:
        """Move a running guest; Nova's code does the rest either way."""
        record = migrate_data.migration
        total = instance.flavor.memory_mb * _BYTES_PER_MB

        def report(part: float) -> None:
            record.memory_total = total
            record.memory_processed = int(total * part)
            record.memory_remaining = total - record.memory_processed
            record.disk_total = 0
            record.disk_processed = 0
            record.disk_remaining = 0
            record.save()

        outcome = self._migrate(context, instance, report)
        if outcome is migrations.Outcome.COMPLETED:
            post_method(context, instance, dest, block_migration, migrate_data)
        else:
            recover_method(
                context,
                instance,
                dest,
                migrate_data,
                migration_status=outcome.value,
            )

    def live_migration_abort(self, instance: Any) -> None:
        """Give up a live migration."""
        self._migrations[instance.uuid].force(migrations.Outcome.CANCELLED)

    def live_migration_force_complete(self, instance: Any) -> None:
        """End a live migration at the price of pausing the guest."""
        self._migrations[instance.uuid].force(migrations.Outcome.COMPLETED)

    def post_live_migration(
        self, context: Any, instance: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Forget a guest that has moved; its ports are still plugged."""
        super().destroy(context, instance, None)

    def post_live_migration_at_source(
        self, context: Any, instance: Any, network_info: Any
    ) -> None:
        """Unplug the ports of a guest that has moved."""
        self.unplug_vifs(instance, network_info)

    def _migrate(
        self, context: Any, instance: Any, report: Any
    ) -> migrations.Outcome:
        def released() -> bool:
            tags = objects.TagList.get_by_resource_id(context, instance.uuid)
            return any(tag.tag == migrations.RELEASE_TAG for tag in tags)

        usual = CONF[options.GROUP].migration_seconds
        migration = migrations.Migration(
            migrations.wish(instance.metadata, usual), released
        )
        self._migrations[instance.uuid] = migration
        try:
            return migration.run(report)
        finally:
            del self._migrations[instance.uuid]

    # -- live migration, at the destination

    def check_can_live_migrate_destination(
        self, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Say that the guest's disk is to be copied: it is not shared.

        Nova cleans up the ports at the destination of a migration that
        failed only then.
        """
        data = super().check_can_live_migrate_destination(
            context, *args, **kwargs
        )
        data.block_migration = True
        data.is_shared_block_storage = False
        data.is_shared_instance_path = False
        return data

    def pre_live_migration(
        self,
        context: Any,
        instance: Any,
        block_device_info: Any,
        network_info: Any,
        disk_info: Any,
        migrate_data: Any,
    ) -> Any:
        """Plug the ports before the guest comes."""
        if 'vifs' in migrate_data and migrate_data.vifs:
            network_info = [vif.get_dest_vif() for vif in migrate_data.vifs]
        self.plug_vifs(instance, network_info)
        return migrate_data

    def post_live_migration_at_destination(
        self,
        context: Any,
        instance: Any,
        network_info: Any,
        block_migration: bool = False,
        block_device_info: Any = None,
    ) -> None:
        """Take in a guest that has come, running or paused as it was."""
        super().spawn(context, instance, None, None, None, None, network_info)
        if instance.vm_state == vm_states.PAUSED:
            self.instances[instance.uuid].state = power_state.PAUSED

    def rollback_live_migration_at_destination(
        self,
        context: Any,
        instance: Any,
        network_info: Any,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Unplug the ports of a guest that did not come."""
        self.unplug_vifs(instance, network_info)
