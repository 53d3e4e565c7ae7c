# SPDX-License-Identifier: Apache-2.0
"""Stable codes of what hvctl has to say, for scripts to tell it by.

A code never changes its meaning.  The words for each are in
``hvctl/decide/wording``.
"""

from __future__ import annotations

import enum


class StatusCode(enum.StrEnum):
    """Why a hypervisor is in its phase, or what is waited for there."""

    # The phase.
    NOTHING_THERE = 'nothing-there'
    """Nothing of it is there."""
    UNFINISHED = 'unfinished'
    """There is no server, and a create can go on from what there is."""
    LEFT_OVER = 'left-over'
    """There is no server, and what there is has to be deleted."""
    BEING_DELETED = 'being-deleted'
    """Its server is being deleted."""
    SERVER_FAILED = 'server-failed'
    """Its server is in ``ERROR``."""
    DEPLOYING = 'deploying'
    """Nova and Ironic deploy its machine."""
    SERVER_DOWN = 'server-down'
    """Its machine is off, or not in its usual state."""
    REGISTERING = 'registering'
    """Its machine is deployed, and nova-compute is still to register."""
    SERVICE_DOWN = 'service-down'
    """Its nova-compute does not report."""
    DRAINING = 'draining'
    """It is closed for a drain and has guests."""
    DRAINED = 'drained'
    """It is closed for a drain and empty."""
    NO_COMPUTE_NODE = 'no-compute-node'
    """Its compute node is still to come."""
    NOT_MAPPED = 'not-mapped'
    """Its host is not mapped to a cell."""
    NO_INVENTORY = 'no-inventory'
    """Its inventory is still to come."""
    AGENTS_DEAD = 'agents-dead'
    """Some of its network agents are not alive."""
    AGENTS_MISSING = 'agents-missing'
    """Not all of its network agents have registered."""
    DISABLED = 'disabled'
    """It is good, and disabled until a create enables it."""
    DISABLED_BY_OTHERS = 'disabled-by-others'
    """It is good, and somebody has disabled it."""
    HELD = 'held'
    """It is good, and the hold still keeps guests out."""
    ENABLED = 'enabled'
    """Guests can be scheduled to it."""

    # Create.
    MAKING = 'making'
    """What the machine needs is made, and its server."""
    OTHERS_TURN = 'others-turn'
    """Another run made its port, and may be about to make the server."""
    DEPLOYING_ANEW = 'deploying-anew'
    """The deploy failed and is tried anew."""
    FIRST_REPORT = 'first-report'
    """Its nova-compute is still to report for the first time."""
    HOLD_UNKNOWN = 'hold-unknown'
    """It is held, or it is full of guests."""
    TRAIT_LEFT = 'trait-left'
    """Placement still has it as disabled."""
    RENAMING = 'renaming'
    """Its resource provider gets the name by which it registered."""
    JOINING = 'joining'
    """It joins its aggregates."""
    NOT_IN_PLACEMENT = 'not-in-placement'
    """Placement does not have it in its aggregates yet."""

    # The health test.
    TEST_GUEST_BOOTS = 'test-guest-boots'
    """A test guest is booted on it."""
    TEST_GUEST_AWAITED = 'test-guest-awaited'
    """Its test guest is still to become ACTIVE, or to answer."""
    TEST_GUEST_GOES = 'test-guest-goes'
    """Its test guest is being deleted."""
    TEST_PORT_GOES = 'test-port-goes'
    """The port of its test guest is deleted."""
    TEST_ENDED = 'test-ended'
    """Nothing of its health test is left, or it did not pass."""

    # Delete.
    SERVICE_STILL_UP = 'service-still-up'
    """Its server is gone, and Nova still sees its nova-compute up."""
    TEARING_DOWN = 'tearing-down'
    """Ironic still tears down its node."""
    CLEARING = 'clearing'
    """What its machine left behind is removed."""

    # Drain.
    GUESTS_MOVED = 'guests-moved'
    """So many of its guests have moved, and so many stay."""
    EMPTYING = 'emptying'
    """It has no guests, and something else is not gone yet."""
    COLD_MIGRATIONS_OPEN = 'cold-migrations-open'
    """The drain's cold migrations are to be confirmed first."""


class OutcomeCode(enum.StrEnum):
    """How a hypervisor's part of a run ended."""

    DONE = 'done'
    """The goal is reached."""
    REQUEST_FAILED = 'request-failed'
    """A service refused a request for good, or could not be asked."""
    TIMED_OUT = 'timed-out'
    """The time for the whole was over."""
    CANNOT_LOOK = 'cannot-look'
    """A service could not be asked how things are."""

    # Create.
    ALREADY_ENABLED = 'already-enabled'
    """There was nothing to do."""
    REQUESTED = 'requested'
    """It is under way, and is not waited for."""
    NAME_TAKEN = 'name-taken'
    """The name belongs to something else."""
    WRONG_ID = 'wrong-id'
    """Its nova-compute did not take the id chosen for it."""
    DUPLICATE_STAYS = 'duplicate-stays'
    """A second server of its name cannot be deleted."""
    VANISHED = 'vanished'
    """Somebody deleted its server while it was made."""
    HALF_GONE = 'half-gone'
    """Something of an earlier life is in the way."""
    USER_DATA_REFUSED = 'user-data-refused'
    """Its user-data cannot be sent."""
    NO_NODE_FREE = 'no-node-free'
    """No bare-metal node for its flavor is free."""
    NODES_REFUSED = 'nodes-refused'
    """Nodes are free, and Nova refused all of them."""
    DEPLOY_FAILED = 'deploy-failed'
    """The deploy of its machine failed."""
    IS_BEING_DELETED = 'is-being-deleted'
    """Somebody is deleting it."""
    NOT_DEPLOYED_IN_TIME = 'not-deployed-in-time'
    """Its machine was not deployed in time."""
    NEVER_REGISTERED = 'never-registered'
    """Its nova-compute did not register in time."""
    MACHINE_DOWN = 'machine-down'
    """Its machine did not come back in time."""
    SERVICE_DIED = 'service-died'
    """Its nova-compute registered and then died."""
    NOT_MAPPED_IN_TIME = 'not-mapped-in-time'
    """Its host was not mapped to a cell in time."""
    NO_INVENTORY_IN_TIME = 'no-inventory-in-time'
    """It had no inventory in Placement in time."""
    STALE_PROVIDER = 'stale-provider'
    """A resource provider of an earlier life is in the way."""
    NO_AGENT_IN_TIME = 'no-agent-in-time'
    """Its network agents were not alive in time."""
    AGENT_OF_OTHER_HOST = 'agent-of-other-host'
    """Its network agents have another name for its host than Nova."""
    NOT_OPENED_IN_TIME = 'not-opened-in-time'
    """It is good, and could not be opened in time."""
    CLOSED_FOR_DRAIN = 'closed-for-drain'
    """It is closed for a drain."""
    DISABLED_BY_SOMEBODY = 'disabled-by-somebody'
    """Somebody has disabled it for a reason of their own."""
    AGGREGATE_GONE = 'aggregate-gone'
    """An aggregate that it is to join is deleted."""
    HEALTH_TEST_FAILED = 'health-test-failed'
    """A test guest did not boot on it, or did not answer."""
    TEST_GUEST_FAULT = 'test-guest-fault'
    """Why a health test failed: Nova could not boot the guest."""
    TEST_GUEST_LATE = 'test-guest-late'
    """Why a health test failed: the guest was not ready in time."""
    TEST_GUEST_GONE = 'test-guest-gone'
    """Somebody deleted its test guest."""
    REMOVED = 'removed'
    """After a failure: what was made of it is removed again."""
    NOT_REMOVED = 'not-removed'
    """After a failure: what was made of it could not be removed."""
    REMOVAL_UNFINISHED = 'removal-unfinished'
    """After a failure: the removal of what was made has not ended."""

    # Delete.
    ALREADY_GONE = 'already-gone'
    """Nothing of it was there."""
    NOT_OURS = 'not-ours'
    """The name belongs to something that hvctl did not make."""
    OCCUPIED = 'occupied'
    """It is not empty."""
    DRIVER_DOWN = 'driver-down'
    """The nova-compute that drives Ironic is down."""
    NOT_DELETED = 'not-deleted'
    """Nova could not delete its server."""
    TEAR_DOWN_FAILED = 'tear-down-failed'
    """Ironic could not tear down its node."""
    GONE_BUT_TAKEN = 'gone-but-taken'
    """It is gone, and something else has its name."""

    # Drain: why it does not begin.
    NOTHING_TO_DRAIN = 'nothing-to-drain'
    """There is no hypervisor of that name."""
    NO_SERVICE = 'no-service'
    """It has no compute service."""
    CELL_SILENT = 'cell-silent'
    """Its cell does not answer."""
    NOT_REPORTING = 'not-reporting'
    """Its nova-compute does not report."""
    TOO_MANY_DRAINING = 'too-many-draining'
    """More hypervisors would be closed than are allowed."""
    TOO_MUCH_DRAINING = 'too-much-draining'
    """More capacity would be closed than is allowed."""
    DESTINATION_UNKNOWN = 'destination-unknown'
    """The one destination has no compute service."""
    DESTINATION_DRAINED = 'destination-drained'
    """The one destination is to be drained itself."""
    DESTINATION_CLOSED = 'destination-closed'
    """The one destination takes no guests."""
    STOPPED = 'stopped'
    """It was stopped before the hypervisor was disabled."""

    # Drain: why no guest is sent away any more.
    ENABLED_AGAIN = 'enabled-again'
    """Somebody has enabled it again."""
    OTHERS_OPEN = 'others-open'
    """Others could not be disabled, and guests might land there."""

    # Drain: how it ended.
    WOULD_LEAVE = 'would-leave'
    """So many guests would leave."""
    IN_THE_WAY = 'in-the-way'
    """So many guests cannot be moved, and none was."""
    OTHERS_IN_THE_WAY = 'others-in-the-way'
    """Guests of others cannot be moved, and none was."""
    UNDER_WAY = 'under-way'
    """So many guests are under way, and are not waited for."""
    NOT_MOVED = 'not-moved'
    """It was stopped before so many guests were moved."""
    GUESTS_STAYED = 'guests-stayed'
    """So many guests stayed, or left it broken."""
    RECORDS_OPEN = 'records-open'
    """Nova has forgotten to close migration records."""
    MIGRATIONS_STAYED = 'migrations-stayed'
    """Migrations did not end."""
    ALLOCATIONS_STAYED = 'allocations-stayed'
    """Allocations were not freed."""
    TEST_GUEST_LEFT = 'test-guest-left'
    """A test guest of hvctl is left."""
    LEFT_AS_ASKED = 'left-as-asked'
    """What stays may stay."""
    HAD_NO_GUESTS = 'had-no-guests'
    """There was nothing to move."""

    # Taking a drain back.
    NO_DRAIN = 'no-drain'
    """There is no ephemeral hypervisor of that name."""
    DISABLED_OTHERWISE = 'disabled-otherwise'
    """It is disabled for another reason."""
    ENABLED_IN_PART = 'enabled-in-part'
    """It is enabled again, and something could not be undone."""
    WAS_NOT_DRAINED = 'was-not-drained'
    """It was not being drained."""


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
    HAS_VOLUMES = 'has-volumes'
    """It has volumes."""
    BOOTS_FROM_VOLUME = 'boots-from-volume'
    """Its root disk is a volume."""
    HOSTS_WITH_ROOM = 'hosts-with-room'
    """So many hosts have room for it."""

    # While it moves.
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
    IS_DELETED = 'is-deleted'
    """Nova does not have it any more."""
    SHELVED_BY_DRAIN = 'shelved-by-drain'
    """This drain has shelved it."""
    SHELVED_BY_OTHERS = 'shelved-by-others'
    """Somebody else has shelved it."""
    IS_BACK = 'is-back'
    """It is back on the host."""
    MOVED_BY_OTHERS = 'moved-by-others'
    """It is on another host, and not by this drain's request."""


class HolderCode(enum.StrEnum):
    """What has a hypervisor's name and does not belong to it."""

    OTHER_CLOUD = 'other-cloud'
    """An ephemeral hypervisor of the project in another compute cloud."""
    SERVER = 'server'
    """A server of another project, or one that hvctl did not make."""
    SERVICE = 'service'
    """A compute service."""
    HYPERVISOR = 'hypervisor'
    """A compute node, which goes with its service."""
    PROVIDER = 'provider'
    """A resource provider."""
    AGENT = 'agent'
    """A network agent."""
    PORT = 'port'
    """A port of the project that hvctl did not make."""


Code = StatusCode | OutcomeCode | GuestCode | HolderCode
