# SPDX-License-Identifier: Apache-2.0
"""Stable codes of what hvctl has to say, for scripts to tell it by.

A code never changes its meaning.  The words for each are in
``hvctl/decide/wording``.
"""

from __future__ import annotations

import enum

from hvctl.model.guest_codes import GuestCode


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
    CLOSED_FOR_DELETION = 'closed-for-deletion'
    """A delete has disabled it, and has not ended."""
    DISABLED_BY_OTHERS = 'disabled-by-others'
    """It is good, and somebody has disabled it."""
    HELD = 'held'
    """It is good, and the hold still keeps guests out."""
    ENABLED = 'enabled'
    """Guests can be scheduled to it."""
    ELSEWHERE = 'elsewhere'
    """Another project, maybe of another bare-metal cloud, has its machine."""
    NOT_REGISTERED = 'not-registered'
    """So it is, and its nova-compute is still to register."""
    MAY_BE_ELSEWHERE = 'may-be-elsewhere'
    """Its machine may be in a bare-metal cloud that was not looked at."""
    SERVER_UNSEEN = 'server-unseen'
    """No list has its server, and it may be there all the same."""
    SERVICE_UNKNOWN = 'service-unknown'
    """The cell of its nova-compute does not answer."""
    UNPROVEN = 'unproven'
    """Guests can be scheduled to it, and no create has proven it good."""

    # Create.
    MAKING = 'making'
    """What the machine needs is made, and its server."""
    SERVER_UNLISTED = 'server-unlisted'
    """Nova does not list its server, which may be there all the same."""
    PORT_DIFFERS = 'port-differs'
    """A port of an earlier create is not what is wanted now."""
    OTHERS_TURN = 'others-turn'
    """Another run made its port, and may be about to make the server."""
    DUPLICATE_GOES = 'duplicate-goes'
    """A second server of its name, which lost a race, is being deleted."""
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
    TEST_GUEST_MOVES = 'test-guest-moves'
    """Its test guest is moved to another host."""
    TEST_GUEST_RETURNS = 'test-guest-returns'
    """Its test guest is moved back."""
    TEST_GUEST_GOES = 'test-guest-goes'
    """Its test guest is being deleted."""
    TEST_PORT_GOES = 'test-port-goes'
    """The port of its test guest is deleted."""
    TEST_ENDED = 'test-ended'
    """Nothing of its health test is left, or it did not pass."""

    # Delete.
    CELL_AWAITED = 'cell-awaited'
    """A cell does not answer in which something of it may be."""
    SERVICE_STILL_UP = 'service-still-up'
    """Its server is gone, and Nova still sees its nova-compute up."""
    MACHINE_SOUGHT = 'machine-sought'
    """It is found out which Ironic node its machine is on."""
    MACHINE_RUNS = 'machine-runs'
    """Its server is gone, and Ironic has its machine still."""
    AGENTS_ALIVE = 'agents-alive'
    """Its server is gone, and its network agents report still."""
    TEARING_DOWN = 'tearing-down'
    """Ironic still tears down its node."""
    CLEARING = 'clearing'
    """What its machine left behind is removed."""

    # Drain.
    LOOK_INCOMPLETE = 'look-incomplete'
    """Nova's answer lacked what was there, and is not believed."""
    SOURCE_DOWN = 'source-down'
    """Its nova-compute does not report, and guests are under way."""
    GUESTS_PLANNED = 'guests-planned'
    """So many of its guests would leave, and so many stay."""
    GUESTS_MOVED = 'guests-moved'
    """So many of its guests have moved, and so many stay."""
    EMPTYING = 'emptying'
    """It has no guests, and something else is not gone yet."""
    COLD_MIGRATIONS_OPEN = 'cold-migrations-open'
    """The drain's cold migrations are to be confirmed first."""
    LIVE_MIGRATIONS_OPEN = 'live-migrations-open'
    """It is enabled, and the drain's live migrations go on."""


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

    # What operators intend.
    PROTECTED = 'protected'
    """It is protected from being drained and deleted."""
    NOT_EXPIRED = 'not-expired'
    """It is not to go yet: it has no expiry, or a later one."""
    NOTED = 'noted'
    """What is intended with it is written into the metadata of its server."""
    NO_SERVER = 'no-server'
    """It has no server, in whose metadata that would be written."""
    NOT_WRITABLE = 'not-writable'
    """Nova takes no metadata for its server in the state that it is in."""
    MOMENT_PAST = 'moment-past'
    """The moment that was given has passed, by the cloud's clock."""

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
    DUPLICATE_HANGS = 'duplicate-hangs'
    """Nova has been deleting a second server of its name for too long."""
    VANISHED = 'vanished'
    """Somebody deleted its server while it was made."""
    HALF_GONE = 'half-gone'
    """Something of an earlier life is in the way."""
    PORT_TAKEN = 'port-taken'
    """Something else has the port of its machine."""
    USER_DATA_REFUSED = 'user-data-refused'
    """Its user-data cannot be sent."""
    NO_NODE_FREE = 'no-node-free'
    """No bare-metal node for its flavor is free."""
    BARE_METAL_DISABLED = 'bare-metal-disabled'
    """Nodes are free, and the nova-compute that drives them is disabled."""
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
    CLOSED_BY_DELETE = 'closed-by-delete'
    """A delete has closed it, and has not ended."""
    DISABLED_BY_SOMEBODY = 'disabled-by-somebody'
    """Somebody has disabled it for a reason of their own."""
    AGGREGATE_GONE = 'aggregate-gone'
    """An aggregate that it is to join is deleted."""
    HOLD_WAS_LOST = 'hold-was-lost'
    """It is proven and open now, and its hold was gone before that."""
    HOLD_TOO_SMALL = 'hold-too-small'
    """It cannot be held closed while it is tried out."""
    HEALTH_TEST_FAILED = 'health-test-failed'
    """A test guest did not boot on it, or did not answer."""
    TEST_GUEST_FAULT = 'test-guest-fault'
    """Why a health test failed: Nova could not boot the guest."""
    TEST_GUEST_LATE = 'test-guest-late'
    """Why a health test failed: the guest was not ready in time."""
    TEST_GUEST_GONE = 'test-guest-gone'
    """Somebody deleted its test guest."""
    TEST_MOVE_FAILED = 'test-move-failed'
    """Its test guest could not be moved to another host, or back."""
    TEST_MOVE_LATE = 'test-move-late'
    """Why a health test failed: a move of the guest did not end in time."""
    TEST_MOVE_NO_ROOM = 'test-move-no-room'
    """Why a health test failed: no other host had room for the guest."""
    TEST_NOT_MOVED = 'test-not-moved'
    """It is enabled, and its test guest was not moved: there is no other
    host that takes one."""
    TEST_GUEST_HANGS = 'test-guest-hangs'
    """Nova has been deleting its test guest for too long."""
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
    MACHINE_ELSEWHERE = 'machine-elsewhere'
    """Its machine is, or may be, in a cloud that was not looked at."""
    DRIVER_DOWN = 'driver-down'
    """The nova-compute that drives Ironic is down."""
    DRIVER_GONE = 'driver-gone'
    """The nova-compute that drives Ironic is not registered any more."""
    NOT_DELETED = 'not-deleted'
    """Nova could not delete its server."""
    DELETION_HANGS = 'deletion-hangs'
    """Nova has been deleting its server for too long."""
    TEAR_DOWN_HANGS = 'tear-down-hangs'
    """Ironic has been tearing down its node for too long."""
    NOT_KNOWN_GONE = 'not-known-gone'
    """Nova does not list its server, and does not call it gone either."""
    MACHINE_LIVES_ON = 'machine-lives-on'
    """Its server is gone, and Ironic has its machine still."""
    STILL_REPORTING = 'still-reporting'
    """Its server is gone, and its nova-compute reports still."""
    AGENTS_STILL_ALIVE = 'agents-still-alive'
    """Its server is gone, and its network agents report still."""
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
    SIZE_UNKNOWN = 'size-unknown'
    """How much of the cloud would be closed for drains is not known."""
    DESTINATION_UNKNOWN = 'destination-unknown'
    """The one destination has no compute service."""
    DESTINATION_DRAINED = 'destination-drained'
    """The one destination is to be drained itself."""
    DESTINATION_CLOSED = 'destination-closed'
    """The one destination takes no guests."""
    STOPPED = 'stopped'
    """It was stopped before the hypervisor was disabled."""
    DRAINED_ONLY = 'drained-only'
    """It was stopped before the hypervisor, which is empty, was deleted."""

    # Drain: why no guest is sent away any more.
    ENABLED_AGAIN = 'enabled-again'
    """Somebody has enabled it again."""
    BEING_UNDONE = 'being-undone'
    """Somebody is taking the drain back."""
    OTHERS_OPEN = 'others-open'
    """Others could not be disabled, and guests might land there."""

    # Drain: how it ended.
    WOULD_LEAVE = 'would-leave'
    """So many guests would leave."""
    IN_THE_WAY = 'in-the-way'
    """So many guests cannot be moved, and none was."""
    REST_IN_THE_WAY = 'rest-in-the-way'
    """So many guests cannot be moved; others that had been sent have moved."""
    OTHERS_IN_THE_WAY = 'others-in-the-way'
    """Guests of others cannot be moved, and none was."""
    UNDER_WAY = 'under-way'
    """So many guests are under way, and are not waited for."""
    NOT_MOVED = 'not-moved'
    """It was stopped before so many guests were moved."""
    TIME_SHORT = 'time-short'
    """So many guests were not sent away, since the time was too short."""
    GUESTS_STAYED = 'guests-stayed'
    """So many guests stayed, or left it broken."""
    RECORDS_OPEN = 'records-open'
    """Nova has forgotten to close migration records."""
    MIGRATIONS_STAYED = 'migrations-stayed'
    """Migrations did not end."""
    ALLOCATIONS_STAYED = 'allocations-stayed'
    """Allocations were not freed."""
    ALLOCATIONS_UNKNOWN = 'allocations-unknown'
    """Placement does not tell whether allocations are left."""
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
    DRAINED_AGAIN = 'drained-again'
    """Somebody drains it again meanwhile."""
    COLD_OF_OTHERS = 'cold-of-others'
    """It is enabled again, and others have to confirm cold migrations."""
    MIGRATIONS_SILENT = 'migrations-silent'
    """It is enabled again, and migrations of the drain seem to hang."""
    WAS_NOT_DRAINED = 'was-not-drained'
    """It was not being drained."""


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
