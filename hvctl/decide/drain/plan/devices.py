# SPDX-License-Identifier: Apache-2.0
"""Decides what is said of guests' devices, and which devices pin a guest.

What Nova refuses is said in nova/compute/api.py (``block_port_accelerators``,
``block_accelerators``, ``reject_vtpm_instances``), and what it unplugs in
nova/network/model.py (``VNIC_TYPES_DIRECT_PASSTHROUGH``).
"""

from __future__ import annotations

from hvctl.decide.drain.plan import room
from hvctl.decide.drain.plan import secrets
from hvctl.decide.drain.plan import wishes
from hvctl.model.drain_options import Method, Wish
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import Ties
from hvctl.model.reasons import Reason
from hvctl.model.records import Server

#: Extra specs of flavors.
PCI = 'pci_passthrough:alias'
_ACCELERATOR = 'accel:device_profile'


def not_live(
    guest: Server, wish: Wish | None, ties: Ties, vtpm: str | None
) -> Reason | None:
    """Return why Nova would refuse to live-migrate a guest, if it is known.

    :param wish: its owner's
    :param ties: what is known of its volumes
    :param vtpm: who has the secret of its vTPM
    """
    specs = guest.extra_specs
    match vtpm:
        case None | 'host':
            pass
        case 'deployment':
            return Reason.of(GuestCode.VTPM_OF_NOVA)
        case _:
            return Reason.of(GuestCode.VTPM_OF_OWNER)
    if secrets.is_asked(guest, ties, 'mem_encryption'):
        return Reason.of(GuestCode.MEMORY_ENCRYPTED)
    if PCI in specs and wish is not Wish.LIVE:
        return Reason.of(
            GuestCode.PCI_DEVICE, alias=specs[PCI], key=wishes.WISH_KEY
        )
    return None


def refusal(guest: Server, method: Method, ties: Ties) -> Reason | None:
    """Return why Nova would refuse to move a guest because of what it has.

    :param method: how it is to be moved
    :param ties: its ports, and what is known of its volumes
    """
    for port in ties.ports:
        if port.startswith('accelerator-'):
            return Reason.of(GuestCode.ACCELERATOR_PORT, port=port)
    profile = guest.extra_specs.get(_ACCELERATOR)
    if profile is not None and method.migrates:
        return Reason.of(
            GuestCode.ACCELERATOR, profile=profile, server_id=guest.id
        )
    if method is Method.SHELVE and secrets.vtpm(guest, ties) is not None:
        return Reason.of(
            GuestCode.VTPM_NOT_SHELVED,
            server_id=guest.id,
            status=guest.status,
        )
    return None


def notes(guest: Server, method: Method | None, ties: Ties) -> list[Reason]:
    """Return what a guest has, and so what becomes of it when it moves.

    :param method: how it is to be moved; None where that is not known
    :param ties: its ports, and what is known of its volumes
    """
    found = _volumes(guest)
    if ties.tries_out is not None:
        found.append(Reason.of(GuestCode.TRIES_OUT, name=ties.tries_out))
    found += [
        Reason.of(GuestCode.HAS_PORT, port=port, method=method)
        for port in ties.ports
    ]
    if PCI in guest.extra_specs:
        found.append(
            Reason.of(
                GuestCode.HAS_PCI_DEVICE,
                alias=guest.extra_specs[PCI],
                method=method,
            )
        )
    if 'VGPU' in room.asked(guest):
        found.append(Reason.of(GuestCode.HAS_VIRTUAL_GPU, method=method))
    if secrets.vtpm(guest, ties) is not None:
        found.append(Reason.of(GuestCode.HAS_VTPM))
    # Where hosts do not share disks, Nova makes an empty file where the guest
    # goes, and copies no disk that is read-only, as one of format iso9660 is
    # (nova/virt/libvirt/driver.py, _create_images_and_backing and
    # _live_migration_copy_disk_paths).  A cold migration makes it anew.
    if guest.config_drive and method is Method.LIVE:
        found.append(Reason.of(GuestCode.HAS_CONFIG_DRIVE))
    return found


def _volumes(guest: Server) -> list[Reason]:
    if guest.boots_from_volume:
        code = GuestCode.BOOTS_FROM_VOLUME
    elif guest.volumes:
        code = GuestCode.HAS_VOLUMES
    else:
        return []
    return [Reason.of(code, volumes=guest.volumes)]
