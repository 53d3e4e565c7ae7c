# SPDX-License-Identifier: Apache-2.0
"""Decides what is said of guests' devices, and which devices pin a guest.

What Nova refuses is said in nova/compute/api.py (``block_port_accelerators``,
``block_accelerators``, ``reject_vtpm_instances``), and what it unplugs in
nova/network/model.py (``VNIC_TYPES_DIRECT_PASSTHROUGH``).
"""

from __future__ import annotations

from collections.abc import Iterable

from hvctl.decide.drain.plan import room
from hvctl.decide.wording import text
from hvctl.model.drain_options import Method
from hvctl.model.records import Server

#: Extra specs of flavors.
PCI = 'pci_passthrough:alias'
_ACCELERATOR = 'accel:device_profile'
_VTPM = 'hw:tpm_version'


def refusal(
    guest: Server, method: Method, ports: Iterable[str]
) -> tuple[str, str] | None:
    """Say why Nova would refuse to move a guest because of what it has.

    :param method: how it is to be moved
    :param ports: VNIC types of its ports that are a device of the host
    :returns: why, and what to do about it; None when it would not
    """
    for port in ports:
        if port.startswith('accelerator-'):
            return (
                f'Nova neither moves a guest with a port of type {port} nor '
                'unplugs the port',
                'its owner can make it anew and delete this one',
            )
    profile = guest.extra_specs.get(_ACCELERATOR)
    if profile is not None and method.migrates:
        return (
            f'Nova does not migrate a guest with an accelerator ({profile})',
            f'openstack server shelve {guest.id}, when its owner agrees',
        )
    if _VTPM in guest.extra_specs and method is Method.SHELVE:
        return (
            'Nova does not shelve a guest with a vTPM',
            f'openstack server resume {guest.id}'
            if guest.status == 'SUSPENDED'
            else '--method live or --method cold',
        )
    return None


def notes(
    guest: Server, method: Method | None, ports: Iterable[str]
) -> list[str]:
    """Say what a guest has, and what becomes of it when it moves so.

    :param method: how it is to be moved; None where that is not known
    :param ports: VNIC types of its ports that are a device of the host
    """
    found = _volumes(guest)
    found += [
        _note(
            f'{port} port',
            'unplugged for the move, and plugged again',
            method,
        )
        for port in ports
    ]
    if PCI in guest.extra_specs:
        found.append(
            _note(
                f'PCI device ({guest.extra_specs[PCI]})',
                'migrated if its alias says live_migratable',
                method,
            )
        )
    if 'VGPU' in room.asked(guest):
        found.append(
            _note(
                'virtual GPU',
                'migrated if libvirt, QEMU and driver of both hosts can',
                method,
            )
        )
    if _VTPM in guest.extra_specs:
        found.append('vTPM')
    return found


def _note(what: str, live: str, method: Method | None) -> str:
    match method:
        case Method.LIVE:
            return f'{what}: {live}'
        case Method.COLD | Method.SHELVE:
            return f'{what}: gets another one where it goes'
        case _:
            return what


def _volumes(guest: Server) -> list[str]:
    if guest.boots_from_volume:
        others = guest.volumes - 1
        also = f' and {text.counted(others, "other")}'
        return ['boots from a volume' + (also if others > 0 else '')]
    if guest.volumes:
        return [f'with {text.counted(guest.volumes, "volume")}']
    return []
