# SPDX-License-Identifier: Apache-2.0
"""Stable codes of what a drain has to say of a guest.

A code never changes its meaning.  The words for each are in
``hvctl/decide/wording/treatments.py`` and ``moves.py``.
"""

from __future__ import annotations

import enum


class GuestCode(enum.StrEnum):
    """Why a guest stays, waits, or has gone as it has."""

    # Before it moves.
    BUSY = 'busy'
    """It is busy with a task, or on its way to another state."""
    MAY_STAY = 'may-stay'
    """It is suspended, and the user lets such guests stay."""
    OWNER_WANTS_STAY = 'owner-wants-stay'
    """Its owner wants it to stay."""
    IN_ERROR = 'in-error'
    """It is in ``ERROR``."""
    IN_RESCUE = 'in-rescue'
    """It is in ``RESCUE``."""
    SOFT_DELETED = 'soft-deleted'
    """It is deleted, and can still be restored."""
    NOT_MIGRATABLE = 'not-migratable'
    """It is in another state in which Nova cannot migrate it."""
    TEST_UNFINISHED = 'test-unfinished'
    """It is the test guest of another hypervisor, whose create is to go on
    with it."""
    RESIZE_UNCONFIRMED = 'resize-unconfirmed'
    """Its resize has to be confirmed or reverted."""
    SUSPENDED = 'suspended'
    """It is suspended, which Nova cannot migrate."""
    ONLY_LIVE = 'only-live'
    """It can only be live-migrated, and the user wants another method."""
    ONLY_COLD = 'only-cold'
    """It can only be cold-migrated, and the user wants another method."""
    NOT_LIVE = 'not-live'
    """It runs, and cannot be live-migrated."""
    ONLY_OWNER = 'only-owner'
    """It would go cold, and only its owner could start it again."""
    PAUSED_NOT_LIVE = 'paused-not-live'
    """It is paused, and cannot be live-migrated."""
    ACCELERATOR_PORT = 'accelerator-port'
    """It has a port that Nova neither moves nor unplugs."""
    ACCELERATOR = 'accelerator'
    """It has an accelerator, which Nova does not migrate."""
    VTPM_NOT_SHELVED = 'vtpm-not-shelved'
    """It has a vTPM, which Nova does not shelve."""
    AFFINITY = 'affinity'
    """Its server group lets it be only where the others are."""
    NO_ROOM = 'no-room'
    """Placement knows no host that has room for it."""
    LIVE_INSTEAD = 'live-instead'
    """It can only be live-migrated, whatever its owner wants."""
    COLD_INSTEAD = 'cold-instead'
    """It can only be cold-migrated, whatever its owner wants."""
    IS_SUSPENDED = 'is-suspended'
    """It is shelved, since it is suspended."""
    IS_SHELVED = 'is-shelved'
    """It is taken off the host, since it is shelved."""

    # Why it cannot be live-migrated.
    VTPM_OF_OWNER = 'vtpm-of-owner'
    """It has a vTPM whose secret is its owner's."""
    VTPM_OF_HOST = 'vtpm-of-host'
    """It has a vTPM whose secret is on its host only."""
    VTPM_OF_NOVA = 'vtpm-of-nova'
    """It has a vTPM whose secret is Nova's."""
    ENCRYPTED_VOLUMES = 'encrypted-volumes'
    """It has encrypted volumes, whose keys are its owner's."""
    ENCRYPTION_UNKNOWN = 'encryption-unknown'
    """Whether its volumes are encrypted is not known."""
    MEMORY_ENCRYPTED = 'memory-encrypted'
    """Its memory is encrypted."""
    PCI_DEVICE = 'pci-device'
    """It has a PCI device that may not be live-migratable."""

    # What its owner said.
    WISH = 'wish'
    """Its owner says what is to become of it."""
    WISH_UNKNOWN = 'wish-unknown'
    """What its owner says of it means nothing."""
    PRIORITY = 'priority'
    """Its owner says how early it is to go."""
    PRIORITY_UNKNOWN = 'priority-unknown'
    """What its owner says of that is no whole number."""

    # What its owner will notice.
    TRIES_OUT = 'tries-out'
    """It is the test guest of another hypervisor, and only visits its host."""
    LOCKED = 'locked'
    """Its owner has locked it."""
    HAS_PORT = 'has-port'
    """It has a port that is a device of the host."""
    HAS_PCI_DEVICE = 'has-pci-device'
    """It has a PCI device by an alias of its flavor."""
    HAS_VIRTUAL_GPU = 'has-virtual-gpu'
    """It has a virtual GPU."""
    HAS_VTPM = 'has-vtpm'
    """It has a vTPM."""
    HAS_CONFIG_DRIVE = 'has-config-drive'
    """It has a config drive, which may be empty after a live migration."""
    HAS_VOLUMES = 'has-volumes'
    """It has volumes."""
    BOOTS_FROM_VOLUME = 'boots-from-volume'
    """Its root disk is a volume."""
    ROOM_DOUBTFUL = 'room-doubtful'
    """So many have, and when all go there may be none left for it."""
    ROOM_UNKNOWN = 'room-unknown'
    """Whether a host has room for it is not known."""
    HOSTS_WITH_ROOM = 'hosts-with-room'
    """So many hosts have room for it."""

    # While it waits or moves.
    AWAITS_TURN = 'awaits-turn'
    """It is to be moved, and others are before it."""
    AWAITS_FIRST = 'awaits-first'
    """It is to be moved once the first that goes so shows that there is a way
    to other hosts."""
    HELD_BACK = 'held-back'
    """It could be moved, and none is, since guests are in the way."""
    ASKED_FOR = 'asked-for'
    """Nova was asked to move it, and has made no record of that yet."""
    REFUSED_NOW = 'refused-now'
    """Nova cannot take the request yet, and is asked again."""
    UNDER_WAY = 'migrates'
    """Nova's record tells how its migration goes."""
    HOST_DOWN = 'host-down'
    """It is under way, and the nova-compute of its host does not report."""
    TRIED_AGAIN = 'tried-again'
    """Its move failed, and is tried again."""
    COPIED_LONG = 'copied-long'
    """It has been copied for longer than its size explains."""
    COPIED_LONG_PAUSED = 'copied-long-paused'
    """The same, of a paused guest, which Nova does not halt."""
    NOT_HALTED = 'not-halted'
    """The same, and Nova did not halt it for the rest."""

    # Why its move failed.
    REQUEST_REFUSED = 'request-refused'
    """Nova refused the request."""
    NOVA_SAYS = 'nova-says'
    """Nova says why it failed."""
    NO_WAY = 'no-way'
    """Its host does not get to the other one, and Nova says why."""
    NO_WORDS = 'no-words'
    """Its live migration had begun and failed, and Nova does not say why."""
    NOT_SENT = 'not-sent'
    """Its host got to no other one with the guest before it."""
    MIGRATION_ENDED = 'migration-ended'
    """Its migration ended without having moved it."""
    ABANDONED = 'abandoned'
    """Nova does nothing with it, and its record is open."""
    DONE_BUT_HERE = 'done-but-here'
    """Its record says that it has moved, and it has not."""
    SILENT = 'silent'
    """Nothing new was heard of its migration."""
    HALTED_IN_VAIN = 'halted-in-vain'
    """It was halted, and is still being copied."""
    NOT_CONFIRMED = 'not-confirmed'
    """It is on another host, and Nova does not confirm that."""
    RESIZE_NOT_CONFIRMED = 'resize-not-confirmed'
    """Nova does not confirm the resize that brought it here."""
    CLOUD_FULL = 'cloud-full'
    """Nova found no host for the guests before it, so it was not sent."""
    NO_RECORD = 'no-record'
    """Nova made no record of its migration."""
    NOTHING_CAME = 'nothing-came'
    """Nothing came of the request."""
    STAYS_BUSY = 'stays-busy'
    """A task of the drain hangs."""
    BROKE_HERE = 'broke-here'
    """It is in ``ERROR`` since it was to be moved."""
    BROKE_ELSEWHERE = 'broke-elsewhere'
    """It has left, and not as it should have."""
    NO_REASON = 'no-reason'
    """Nova does not say why it failed."""
    PLACE_UNKNOWN = 'place-unknown'
    """It has left, and Nova did not say where it is."""

    # Where it has gone.
    RESIZED_AWAY = 'resized-away'
    """It was resized away, which is to be confirmed or reverted."""
    MIGRATED_AWAY = 'migrated-away'
    """Another operator has cold-migrated it, and is to confirm that."""
    IS_DELETED = 'is-deleted'
    """Nova does not have it any more."""
    SHELVED_BY_DRAIN = 'shelved-by-drain'
    """This drain has shelved it."""
    SHELVED_BY_OTHERS = 'shelved-by-others'
    """Somebody else has shelved it."""
    ON_NO_HOST = 'on-no-host'
    """It is on no host, and neither shelved nor deleted."""
    IS_BACK = 'is-back'
    """It is back on the host."""
    MOVED_BY_OTHERS = 'moved-by-others'
    """It is on another host, and not by this drain's request."""


class Lack(enum.StrEnum):
    """What a host lacks to reach another one; the fact ``kind``."""

    HOST_KEY = 'host-key'
    """SSH does not know the other one's key."""
    CERTIFICATE = 'certificate'
    """One of both does not trust the other's."""
    AUTHENTICATION = 'authentication'
    """The other one does not let it in."""
    NAME = 'name'
    """It does not know the other one's name."""
    REFUSED = 'refused'
    """Nothing listens there, or a firewall is between."""
    UNKNOWN = 'unknown'
    """SSH does not get there, for another reason."""
