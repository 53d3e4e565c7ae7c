# SPDX-License-Identifier: Apache-2.0
"""Reads what ties a guest to its host or to other guests."""

from __future__ import annotations

import dataclasses

from hvctl.model import identity
from hvctl.model.ledger import Ledger
from hvctl.model.move import GuestVolumes
from hvctl.model.move import Ties
from hvctl.model.records import Server
from hvctl.model.snapshot import Snapshot


def of(
    guest_id: str, guest: Server | None, snapshot: Snapshot, ledger: Ledger
) -> Ties:
    """Return what ties a guest, by this look or by an earlier one.

    :param guest: as its host has it; None where it is there no more
    """
    move = ledger.moves.get(guest_id)
    known = move.ties if move is not None else Ties(known=False)
    if not snapshot.ties_known:
        return dataclasses.replace(
            known, tries_out=_tries_out(guest, snapshot)
        )
    return Ties(
        ports=snapshot.direct_ports.get(guest_id, ()),
        affinity=snapshot.affinity.get(guest_id),
        anti_affinity=snapshot.anti_affinity.get(guest_id),
        volumes=known.volumes,
        tries_out=_tries_out(guest, snapshot),
    )


def _tries_out(guest: Server | None, snapshot: Snapshot) -> str | None:
    """Return which hypervisor a guest tries out that only visits its host.

    Of our own project only: any tenant can give a guest our mark.  A look has
    the test guests of the hypervisors that are drained, and this one need not
    be of them.
    """
    if guest is None or guest.project_id != snapshot.project_id:
        return None
    if not identity.is_marked(guest.metadata):
        return None
    return guest.metadata.get(identity.TEST_KEY)


def with_volumes(ties: Ties, guest: Server, snapshot: Snapshot) -> Ties:
    """Add what this look tells of a guest's volumes, if it was asked.

    To one who is no administrator there, Cinder tells of his own project
    only, without a word: so it counts whether it has told of all of them.
    """
    if guest.project_id not in snapshot.volumes:
        return ties
    own = [
        volume
        for volume in snapshot.volumes[guest.project_id] or ()
        if guest.id in volume.server_ids
    ]
    encrypted: bool | None = any(volume.encrypted for volume in own)
    if not encrypted and len(own) < guest.volumes:
        encrypted = None
    image = {}
    if guest.boots_from_volume:
        image = {k: v for volume in own for k, v in volume.image.items()}
    volumes = GuestVolumes(encrypted=encrypted, image=image)
    return dataclasses.replace(ties, volumes=volumes)
