# SPDX-License-Identifier: Apache-2.0
"""The virt driver of the embedded cloud's hypervisors.

Nova's own fake driver, made to behave like one real host: it is the node
that compute_id names, it remembers its guests, plugs their ports into a
switch that agents watch, and waits for Neutron as the libvirt driver does.
"""

from __future__ import annotations

from collections.abc import Callable
import datetime
import os
import pathlib
import time
import typing

from nova import exception
from nova import objects
from nova.compute import power_state
from nova.compute import vm_states
import nova.conf
from nova.context import RequestContext
from nova.network.model import NetworkInfo
from nova.objects import fields
from oslo_serialization import jsonutils
from oslo_utils import versionutils

from hvctl_lab.host import devices
from hvctl_lab.host import guests
from hvctl_lab.host import migrations
from hvctl_lab.host import options
from hvctl_lab.host import ports

CONF = nova.conf.CONF
CONF.register_opts(options.OPTIONS, options.GROUP)

_HYPERVISOR_VERSION = '7.2.22'
_BYTES_PER_MB = 1024 * 1024


class Driver(ports.WithPorts):
    """One host with guests that are no more than entries in a list."""

    def __init__(self, virtapi: typing.Any, read_only: bool = False) -> None:
        """Load the guests of earlier runs.

        :param virtapi: what Nova offers its drivers
        :param read_only: not used, as in all drivers
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
        """Name the only node after the host.

        :param host: the host's name
        """
        self._host = host
        self._set_nodes([host])

    def get_host_uptime(self) -> str:
        """Return the uptime in the form of uptime(1), as other drivers do."""
        up = datetime.timedelta(
            seconds=int(time.clock_gettime(time.CLOCK_BOOTTIME))
        )
        now = datetime.datetime.now()
        load = ', '.join(f'{average:.2f}' for average in os.getloadavg())
        return f' {now:%H:%M:%S} up {up},  0 users,  load average: {load}'

    # -- guests

    def spawn(
        self,
        context: RequestContext,
        instance: objects.Instance,
        *args: object,
        network_info: NetworkInfo | None = None,
        **kwargs: object,
    ) -> None:
        """Start a guest; it runs when all its ports are wired."""
        try:
            with self.plugging(instance, network_info or ()):
                super().spawn(
                    context,
                    instance,
                    *args,
                    network_info=network_info,
                    **kwargs,
                )
        except exception.VirtualInterfaceCreateException:
            self.destroy(context, instance, network_info)
            raise

    def destroy(
        self,
        context: RequestContext,
        instance: objects.Instance,
        network_info: NetworkInfo,
        *args: object,
        **kwargs: object,
    ) -> None:
        """Remove a guest and unplug its ports."""
        super().destroy(context, instance, network_info, *args, **kwargs)
        self.unplug_vifs(instance, network_info)

    def power_on(
        self,
        context: RequestContext,
        instance: objects.Instance,
        network_info: NetworkInfo,
        *args: object,
        **kwargs: object,
    ) -> None:
        """Switch a guest on."""
        self.plug_vifs(instance, network_info)
        super().power_on(context, instance, network_info, *args, **kwargs)

    def pause(self, instance: objects.Instance) -> None:
        """Freeze a guest."""
        self.instances[instance.uuid].state = power_state.PAUSED

    def unpause(self, instance: objects.Instance) -> None:
        """Let a frozen guest go on."""
        self.instances[instance.uuid].state = power_state.RUNNING

    def suspend(
        self, context: RequestContext, instance: objects.Instance
    ) -> None:
        """Suspend a guest to its disk."""
        self.instances[instance.uuid].state = power_state.SUSPENDED

    def resume(
        self,
        context: RequestContext,
        instance: objects.Instance,
        *args: object,
        **kwargs: object,
    ) -> None:
        """Resume a guest from its disk."""
        self.instances[instance.uuid].state = power_state.RUNNING

    def rescue(
        self,
        context: RequestContext,
        instance: objects.Instance,
        *args: object,
        **kwargs: object,
    ) -> None:
        """Boot a guest into its rescue system, from any state."""
        self.instances[instance.uuid].state = power_state.RUNNING

    # -- cold migration

    def migrate_disk_and_power_off(
        self,
        context: RequestContext,
        instance: objects.Instance,
        *args: object,
        **kwargs: object,
    ) -> None:
        """Switch a guest off and send its disk to another host."""
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
        context: RequestContext,
        migration: objects.Migration,
        instance: objects.Instance,
        disk_info: object,
        network_info: NetworkInfo,
        *args: object,
        **kwargs: object,
    ) -> None:
        """Start a guest that a cold migration brought here."""
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
        context: RequestContext,
        instance: objects.Instance,
        network_info: NetworkInfo,
        *args: object,
        **kwargs: object,
    ) -> None:
        """Take back a guest whose cold migration is reverted."""
        self.plug_vifs(instance, network_info)
        super().finish_revert_migration(
            context, instance, network_info, *args, **kwargs
        )

    # -- live migration, at the source

    def live_migration(
        self,
        context: RequestContext,
        instance: objects.Instance,
        dest: str,
        post_method: Callable[..., None],
        recover_method: Callable[..., None],
        block_migration: bool,
        migrate_data: objects.LiveMigrateData,
    ) -> None:
        """Move a running guest; Nova's methods finish or undo that."""
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

    def live_migration_abort(self, instance: objects.Instance) -> None:
        """Abort a live migration."""
        self._migrations[instance.uuid].force(migrations.Outcome.CANCELLED)

    def live_migration_force_complete(
        self, instance: objects.Instance
    ) -> None:
        """Complete a live migration now, as if the guest were paused."""
        self._migrations[instance.uuid].force(migrations.Outcome.COMPLETED)

    def post_live_migration(
        self,
        context: RequestContext,
        instance: objects.Instance,
        *args: object,
        **kwargs: object,
    ) -> None:
        """Forget a guest that has moved; its ports are still plugged."""
        super().destroy(context, instance, None)

    def post_live_migration_at_source(
        self,
        context: RequestContext,
        instance: objects.Instance,
        network_info: NetworkInfo,
    ) -> None:
        """Unplug the ports of a guest that has moved."""
        self.unplug_vifs(instance, network_info)

    def _migrate(
        self,
        context: RequestContext,
        instance: objects.Instance,
        report: Callable[[float], None],
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
        self, context: RequestContext, *args: object, **kwargs: object
    ) -> objects.LiveMigrateData:
        """Report that disks are not shared, so that they are copied.

        Only then does Nova clean up the ports at the destination of a
        migration that failed.
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
        context: RequestContext,
        instance: objects.Instance,
        block_device_info: object,
        network_info: NetworkInfo,
        disk_info: object,
        migrate_data: objects.LiveMigrateData,
    ) -> objects.LiveMigrateData:
        """Plug the ports before the guest arrives."""
        if 'vifs' in migrate_data and migrate_data.vifs:
            network_info = [vif.get_dest_vif() for vif in migrate_data.vifs]
        self.plug_vifs(instance, network_info)
        return migrate_data

    def post_live_migration_at_destination(
        self,
        context: RequestContext,
        instance: objects.Instance,
        network_info: NetworkInfo,
        block_migration: bool = False,
        block_device_info: object = None,
    ) -> None:
        """Start or pause a guest that a live migration brought here."""
        super().spawn(context, instance, None, None, None, None, network_info)
        if instance.vm_state == vm_states.PAUSED:
            self.instances[instance.uuid].state = power_state.PAUSED

    def rollback_live_migration_at_destination(
        self,
        context: RequestContext,
        instance: objects.Instance,
        network_info: NetworkInfo,
        *args: object,
        **kwargs: object,
    ) -> None:
        """Unplug the ports of a guest whose live migration failed."""
        self.unplug_vifs(instance, network_info)
