# SPDX-License-Identifier: Apache-2.0
"""Decides whose token can start a guest again after a cold migration.

A cold migration defines the guest anew where it goes, with the token of who
asked for it (nova/virt/libvirt/driver.py, ``finish_migration``).  That needs
the secret of its vTPM (nova/vtpm.py, ``get_request_context``) and the keys of
its encrypted volumes (``_attach_encryptor``).  Barbican gives a secret to
those of its project only: an administrator of the cloud gets the guest into
``ERROR``, switched off or not, and only its owner can start it again.
"""

from __future__ import annotations

from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import Ties
from hvctl.model.reasons import Reason
from hvctl.model.records import Server

_SECURITY = 'hw:tpm_secret_security'
#: What Nova takes for true in an extra spec or a property
#: (oslo_utils.strutils.bool_from_string).
_TRUE = frozenset({'1', 't', 'true', 'on', 'y', 'yes'})


def asked(guest: Server, ties: Ties, name: str) -> str:
    """Return what the flavor, or else the image, of a guest asks for.

    :param name: without what it begins with: ``hw:`` in a flavor, ``hw_`` in
        an image
    """
    said = guest.extra_specs.get(f'hw:{name}')
    if not said and ties.volumes is not None:
        said = ties.volumes.image.get(f'hw_{name}')
    return said or guest.image.get(f'hw_{name}') or ''


def is_asked(guest: Server, ties: Ties, name: str) -> bool:
    """Return whether that is true, see :func:`asked`."""
    return asked(guest, ties, name).strip().lower() in _TRUE


def vtpm(guest: Server, ties: Ties) -> str | None:
    """Return who has the secret of a guest's vTPM; None without a vTPM.

    Only a flavor says who (nova/virt/hardware.py,
    ``get_tpm_secret_security_constraint``).

    :returns: ``user``, ``host`` or ``deployment``
    """
    if not asked(guest, ties, 'tpm_version'):
        return None
    return guest.extra_specs.get(_SECURITY) or 'user'


def of_owner(vtpm: str | None, ties: Ties) -> Reason | None:
    """Return which secret only its owner may read, if one is known.

    :param vtpm: who has the secret of its vTPM
    """
    match vtpm:
        case None | 'deployment':
            pass
        case 'host':
            # Only a live migration takes it along.
            return Reason.of(GuestCode.VTPM_OF_HOST)
        case _:
            return Reason.of(GuestCode.VTPM_OF_OWNER)
    if ties.volumes is not None and ties.volumes.encrypted:
        return Reason.of(GuestCode.ENCRYPTED_VOLUMES)
    return None
