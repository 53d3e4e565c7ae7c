# SPDX-License-Identifier: Apache-2.0
"""How Nova shows a server (nova/api/openstack/compute/views/servers.py)."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import typing

from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import world

#: By vm_state and task_state (nova/api/openstack/common.py).
_STATUSES: dict[tuple[str, str | None], str] = {
    ('active', 'migrating'): 'MIGRATING',
    ('active', 'resize_prep'): 'RESIZE',
    ('active', 'resize_migrating'): 'RESIZE',
    ('active', 'resize_migrated'): 'RESIZE',
    ('active', 'resize_finish'): 'RESIZE',
    ('stopped', 'resize_prep'): 'RESIZE',
    ('stopped', 'resize_migrating'): 'RESIZE',
    ('stopped', 'resize_migrated'): 'RESIZE',
    ('stopped', 'resize_finish'): 'RESIZE',
    ('paused', 'migrating'): 'MIGRATING',
    ('resized', 'resize_reverting'): 'REVERT_RESIZE',
}
#: Of each vm_state by itself.
STATUSES = {
    'active': 'ACTIVE',
    'building': 'BUILD',
    'stopped': 'SHUTOFF',
    'resized': 'VERIFY_RESIZE',
    'paused': 'PAUSED',
    'suspended': 'SUSPENDED',
    'rescued': 'RESCUE',
    'error': 'ERROR',
    'deleted': 'DELETED',
    'soft-delete': 'SOFT_DELETED',
    'shelved': 'SHELVED',
    'shelved_offloaded': 'SHELVED_OFFLOADED',
}
_WITH_PROGRESS = frozenset(
    {'ACTIVE', 'BUILD', 'REBUILD', 'RESIZE', 'VERIFY_RESIZE', 'MIGRATING'}
)


def status(server: records.Server) -> str:
    """Return the status of a server."""
    known = _STATUSES.get((server.vm_state, server.task_state))
    return known or STATUSES[server.vm_state]


def when(time: datetime.datetime) -> str:
    """Write a time as the view of a server does."""
    return time.strftime('%Y-%m-%dT%H:%M:%SZ')


def stamp(time: datetime.datetime) -> str:
    """Write a time as Nova does elsewhere."""
    return time.strftime('%Y-%m-%dT%H:%M:%S.000000')


def links(call: service.Call, path: str) -> list[service.JSON]:
    """Return the links of a thing."""
    return [
        {'rel': 'self', 'href': f'{call.base}/v2.1/{path}'},
        {'rel': 'bookmark', 'href': f'{call.base}/{path}'},
    ]


def basic(call: service.Call, server: records.Server) -> service.JSON:
    """Show a server without details."""
    return {
        'id': server.id,
        'name': server.name,
        'links': links(call, f'servers/{server.id}'),
    }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How servers are shown to somebody.

    :ivar one: a server alone, not a list
    """

    call: service.Call
    world: world.World
    one: bool = False

    def show(self, server: records.Server) -> service.JSON:
        """Show a server with its details."""
        call, shown = self.call, status(server)
        body: service.JSON = {
            'accessIPv4': '',
            'accessIPv6': '',
            'addresses': self._addresses(server),
            'created': when(server.created_at),
            'flavor': self._flavor(server.flavor),
            'hostId': self._host_id(server),
            'id': server.id,
            'image': self._image(server),
            'links': links(call, f'servers/{server.id}'),
            'metadata': dict(server.metadata),
            'name': server.name,
            'status': shown,
            'tenant_id': server.project_id,
            'user_id': server.user_id,
            'updated': when(server.updated_at),
            'OS-DCF:diskConfig': 'MANUAL',
            'OS-EXT-AZ:availability_zone': server.zone or '',
            'config_drive': 'True' if server.config_drive else '',
            'key_name': server.key_name,
            'OS-SRV-USG:launched_at': stamp(server.launched_at)
            if server.launched_at
            else None,
            'OS-SRV-USG:terminated_at': None,
            'OS-EXT-STS:task_state': server.task_state,
            'OS-EXT-STS:vm_state': server.vm_state,
            'OS-EXT-STS:power_state': server.power_state,
            'os-extended-volumes:volumes_attached': self._volumes(server),
        }
        if shown == 'ERROR' and server.fault is not None:
            body['fault'] = {
                'code': 500,
                'created': when(server.updated_at),
                'message': server.fault,
            }
        if shown in _WITH_PROGRESS:
            body['progress'] = 0
        # Nova leaves them out until the network is known.
        if server.host is not None:
            body['security_groups'] = [{'name': 'default'}]
        body |= self._for_administrators(server)
        body |= self._newer(server)
        return body

    def unknown(self, server: records.Server) -> service.JSON:
        """Show what is known without the server's cell."""
        body = {
            'created': when(server.created_at),
            'flavor': self._flavor(server.flavor),
            'id': server.id,
            'image': self._image(server),
            'links': links(self.call, f'servers/{server.id}'),
            'status': 'UNKNOWN',
            'tenant_id': server.project_id,
            'user_id': server.user_id,
            'OS-EXT-AZ:availability_zone': 'UNKNOWN',
            'OS-EXT-STS:power_state': 0,
        }
        if self.call.version >= (2, 71):
            body['server_groups'] = []
        return body

    def _for_administrators(self, server: records.Server) -> service.JSON:
        call = self.call
        if not call.who.may('admin'):
            # Everybody may know the hostname since 2.90.
            if call.version >= (2, 90):
                return {'OS-EXT-SRV-ATTR:hostname': server.name}
            return {}
        found: service.JSON = {
            'host': server.host,
            'instance_name': f'instance-{server.number + 1:08x}',
            'hypervisor_hostname': server.node,
        }
        if call.version >= (2, 3):
            found |= {
                'hostname': server.name,
                'kernel_id': '',
                'launch_index': 0,
                'ramdisk_id': '',
                'reservation_id': f'r-{server.number:08x}',
                'root_device_name': '/dev/sda',
                'user_data': server.user_data,
            }
        body = {f'OS-EXT-SRV-ATTR:{name}': v for name, v in found.items()}
        if call.version >= (2, 16):
            body['host_status'] = self._host_status(server)
        return body

    def _newer(self, server: records.Server) -> service.JSON:
        """Return what later microversions tell."""
        told: list[tuple[service.Version, str, typing.Any]] = [
            ((2, 9), 'locked', server.locked),
            ((2, 19), 'description', None),
            ((2, 26), 'tags', list(server.tags)),
            ((2, 63), 'trusted_image_certificates', None),
            ((2, 73), 'locked_reason', None),
            ((2, 96), 'pinned_availability_zone', server.pinned_zone),
            ((2, 100), 'scheduler_hints', {}),
        ]
        if self.one:
            told.append(((2, 71), 'server_groups', []))
        return {
            name: value
            for since, name, value in told
            if self.call.version >= since
        }

    def _volumes(self, server: records.Server) -> list[service.JSON]:
        kept = {'delete_on_termination': False}
        more = kept if self.call.version >= (2, 3) else {}
        return [{'id': id_, **more} for id_ in server.volumes]

    def _addresses(self, server: records.Server) -> service.JSON:
        found: service.JSON = {}
        for port_id in server.ports:
            port = self.world.ports.find('id', port_id)
            if port is None or port[1].ip_address is None:
                continue
            found.setdefault(
                self.world.network(port[1].network_id), []
            ).append(
                {
                    'version': 4,
                    'addr': port[1].ip_address,
                    'OS-EXT-IPS:type': 'fixed',
                    'OS-EXT-IPS-MAC:mac_addr': port[1].mac_address,
                }
            )
        return found

    def _flavor(self, flavor: records.Flavor) -> service.JSON:
        if self.call.version < (2, 47):
            href = f'{self.call.base}/flavors/{flavor.id}'
            return {
                'id': flavor.id,
                'links': [{'rel': 'bookmark', 'href': href}],
            }
        return {
            'vcpus': flavor.vcpus,
            'ram': flavor.ram,
            'disk': flavor.disk,
            'ephemeral': 0,
            'swap': 0,
            'original_name': flavor.name,
            'extra_specs': dict(flavor.extra_specs),
        }

    def _image(self, server: records.Server) -> service.JSON:
        href = f'{self.call.base}/images/{server.image_id}'
        body: service.JSON = {
            'id': server.image_id,
            'links': [{'rel': 'bookmark', 'href': href}],
        }
        if self.call.version >= (2, 98):
            body['properties'] = {}
        return body

    def _host_id(self, server: records.Server) -> str:
        if server.host is None:
            return ''
        what = f'{server.project_id}{server.host}'
        return hashlib.sha224(what.encode()).hexdigest()

    def _host_status(self, server: records.Server) -> str:
        if server.host is None:
            return ''
        found = self.world.services.find('host', server.host)
        if found is None:
            return 'UNKNOWN'
        if found[1].forced_down or not self.world.is_up(found[1]):
            return 'DOWN' if found[1].forced_down else 'UNKNOWN'
        return 'MAINTENANCE' if found[1].disabled else 'UP'


def is_metal(server: records.Server) -> bool:
    """Return whether a server is a machine."""
    return server.host == numbers.IRONIC
