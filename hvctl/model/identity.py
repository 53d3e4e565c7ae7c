# SPDX-License-Identifier: Apache-2.0
"""What makes a thing ours: marks, and ids that prove themselves.

A resource provider has no room for a mark, and it is the first thing that is
made and the last that goes.  So the compute node id itself is the mark: a
version 8 UUID (RFC 9562, section 5.8) of three bytes of the project that has
the machine's server, three random ones, and a digest over them and the
hypervisor's name.  Whoever knows the name can tell that hvctl chose the id,
and each life of a name has an id of its own.  Several bare-metal clouds may
feed one compute cloud, and the id is all that tells there, from the first
moment to the last, which of them has the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
import hashlib
import re
import uuid

from hvctl.model import host_name

#: Metadata of every server that hvctl makes.  Servers of our project only
#: count: any tenant can write the same.  Tags would not do: a new server has
#: none until the conductor has made it from the request for it
#: (nova/objects/build_request.py), so a look by tag right after the request
#: finds nothing.
MARK_KEY = 'hvctl:made_by'
MARK = 'hvctl'


def is_marked(metadata: Mapping[str, str]) -> bool:
    """Return whether a server's metadata says that hvctl made it."""
    return metadata.get(MARK_KEY) == MARK


#: Tag of the hypervisors' servers, for people: nothing is decided by it.
TAG = 'hvctl'

#: Key of the metadata of the guest that tries a hypervisor out; the value
#: tells which one.
TEST_KEY = 'hvctl:test_of'

#: Placement's resource class by which only a test guest gets in; the
#: provider configuration of the machine gives it one.
TEST_RESOURCE_CLASS = 'CUSTOM_HVCTL_TEST'

#: The trait that a provider has from when our machine registers on; the
#: provider configuration of the machine gives it.
TRAIT = 'CUSTOM_HVCTL_EPHEMERAL'

#: The flavor of test guests where a profile names none.
TEST_FLAVOR = 'hvctl-test'

#: Description of every port that hvctl makes.  It comes with the port, so no
#: moment leaves one that nobody owns.  A tag would not do: Neutron takes tags
#: with a new port and silently forgets them, unless the ML2 extension driver
#: tag_ports_during_bulk_creation is configured.
PORT_MARK = 'hvctl: port of an ephemeral hypervisor'

_IN_CLOUD = ', for compute cloud '


def port_mark(compute_cloud: str | None) -> str:
    """Build the description of the port of a machine.

    :param compute_cloud: the cloud in which the machine registers; None
        where that is the bare-metal cloud itself
    """
    if compute_cloud is None:
        return PORT_MARK
    return f'{PORT_MARK}{_IN_CLOUD}{compute_cloud}'


def port_cloud(description: str) -> str | None:
    """Return the compute cloud that a port's description names."""
    return description.partition(_IN_CLOUD)[2] or None


#: The same for the ports that its trunk has in further networks, and for the
#: trunk itself.
SUBPORT_MARK = 'hvctl: sub-port of an ephemeral hypervisor'
TRUNK_MARK = 'hvctl: trunk of an ephemeral hypervisor'

#: And for the port of a guest that tries a hypervisor out.
TEST_PORT_MARK = 'hvctl: port of a test guest'


def is_port_mark(description: str) -> bool:
    """Return whether a port's description says that hvctl made it."""
    mark = description.partition(_IN_CLOUD)[0]
    return mark in (PORT_MARK, SUBPORT_MARK, TEST_PORT_MARK)


#: Keys of the server's metadata that belong to hvctl start with this.
METADATA_PREFIX = 'hvctl:'
COMPUTE_ID_KEY = 'hvctl:compute_id'
DOMAIN_KEY = 'hvctl:domain'
#: The cloud in which it registers, where that is another one.
COMPUTE_CLOUD_KEY = 'hvctl:compute_cloud'
#: How many network agents the host has; ``none`` where its guests have no
#: ports.  It is not there where that is not known.
NETWORKING_KEY = 'hvctl:networking'
NO_NETWORKING = 'none'
#: How many guests its nova-compute live-migrates at once, of its profile.
MIGRATIONS_KEY = 'hvctl:max_concurrent_live_migrations'
#: The profile of which it was made, by its name.
PROFILE_KEY = 'hvctl:profile'
#: When it may be taken away, in ISO 8601.
EXPIRES_KEY = 'hvctl:expires_at'
#: Until when it is neither drained nor deleted, so or ``never``: without it
#: nothing is protected, whatever the other two say.
PROTECTED_KEY = 'hvctl:protected_until'
PROTECTED_BY_KEY = 'hvctl:protected_by'
PROTECTED_REASON_KEY = 'hvctl:protected_reason'
#: What it is for, in the words of its operators.
DESCRIPTION_KEY = 'hvctl:description'
#: When the first of the certificates ends that its host was issued, so.
CERTIFICATES_KEY = 'hvctl:certificates_end'
#: How long each phase took that create saw.
PHASES_KEY = 'hvctl:phase_seconds'
ENABLED_KEY = 'hvctl:enabled_at'

#: Every disabled_reason that hvctl writes starts with one of these.  (It must
#: not be "AUTO: ": libvirt's driver enables such a service by itself.)
REASON_PREFIX = 'hvctl: '
REASON_CREATE = 'hvctl: create: not yet known to be good'
REASON_DRAIN = 'hvctl: drain'
#: It begins as that of any drain: earlier versions read it so.
REASON_SCALE = 'hvctl: drain for scale'
REASON_UNDO = 'hvctl: undo'
REASON_DELETE = 'hvctl: delete'

#: Placement's type of the consumer that keeps a hypervisor closed.
HOLD_CONSUMER_TYPE = 'HVCTL_HOLD'

#: The project and the user of that consumer.  Placement asks nobody whether
#: they exist.  With ``[quota] count_usage_from_placement`` and with unified
#: limits Nova counts all that a project has in Placement, of whatever
#: consumer type (nova/quota.py, nova/limit/placement.py): as our own
#: project's, one hold would use up its quota of memory.
HOLD_PROJECT = str(uuid.uuid5(uuid.NAMESPACE_DNS, 'project.hold.hvctl'))
HOLD_USER = str(uuid.uuid5(uuid.NAMESPACE_DNS, 'user.hold.hvctl'))

#: A hold of less than that many MiB is not as hvctl places it; how large it
#: is depends on the ratio of memory, and on guests that were faster.
FULL_HOLD = 2**28

_NONCE_BYTES = 6

#: How many hexadecimal digits of the project's id are in a compute node id.
_TOLD = 6

#: What the digest begins with.  Ids that tell no project are of earlier
#: versions, or of a project whose id is not as Keystone chooses them.
_PLAIN = b'hvctl\0'
_TELLING = b'hvctl 2\0'


def new_compute_id(
    name: str, nonce: bytes, project_id: str | None = None
) -> str:
    """Choose the compute node id of a hypervisor.

    :param name: the hypervisor's name
    :param nonce: six random bytes
    :param project_id: of the machine's server; the id tells how it begins
    :returns: a UUID for which :func:`is_ours` holds
    """
    if len(nonce) != _NONCE_BYTES:
        raise ValueError('the nonce has six bytes')
    told = _beginning(project_id)
    if told is None:
        return _chosen(_PLAIN, name, nonce)
    project = bytes.fromhex(told)
    return _chosen(_TELLING, name, project + nonce[len(project) :])


def is_ours(name: str, compute_id: str) -> bool:
    """Return whether hvctl chose this id for a hypervisor of this name.

    :param name: the hypervisor's name, with or without its domain
    :param compute_id: a UUID in its usual form
    """
    return _is_chosen(_PLAIN, name, compute_id) or _is_chosen(
        _TELLING, name, compute_id
    )


def chosen_id(name: str, metadata: Mapping[str, str]) -> str | None:
    """Return the compute node id that a server's metadata tells.

    :param name: the server's
    :returns: None where hvctl did not choose one for this name, or somebody
        has edited the metadata
    """
    said = metadata.get(COMPUTE_ID_KEY, '')
    return said if is_ours(name, said) else None


def other_project(
    name: str, compute_id: str, project_id: str | None
) -> str | None:
    """Return how the id of the project begins that has the machine.

    :param name: the hypervisor's name, with or without its domain
    :param compute_id: a UUID in its usual form
    :param project_id: ours in the bare-metal cloud
    :returns: six digits; None where the compute node id does not tell that
        it is another project than ours
    """
    if not _is_chosen(_TELLING, name, compute_id):
        return None
    told = _beginning(compute_id)
    return told if told != _beginning(project_id) else None


def _beginning(some_id: str | None) -> str | None:
    """Return the first digits of an id, if it is one of digits."""
    found = re.match(f'[0-9a-f]{{{_TOLD}}}', (some_id or '').lower())
    return found[0] if found else None


def _chosen(form: bytes, name: str, beginning: bytes) -> str:
    digest = hashlib.sha256(form + name.encode() + b'\0' + beginning)
    raw = bytearray(beginning + digest.digest()[: 16 - _NONCE_BYTES])
    raw[6] = 0x80 | raw[6] & 0x0F  # version 8
    raw[8] = 0x80 | raw[8] & 0x3F  # the variant of RFC 9562
    return str(uuid.UUID(bytes=bytes(raw)))


def _is_chosen(form: bytes, name: str, compute_id: str) -> bool:
    # The version: a cloud has thousands of ids that others have chosen.
    if compute_id[14:15] != '8':
        return False
    try:
        beginning = uuid.UUID(compute_id).bytes[:_NONCE_BYTES]
    except ValueError:
        return False
    return _chosen(form, host_name.short(name), beginning) == (
        compute_id.lower()
    )


def hold_id(compute_id: str) -> str:
    """Return the id of the consumer that holds a hypervisor's provider."""
    return str(uuid.uuid5(uuid.UUID(compute_id), 'hold'))


def port_mac(seed: str, network_id: str) -> str:
    """Choose the MAC address of a hypervisor's port in a network.

    :param seed: the chosen compute node id, else the hypervisor's name

    Neutron refuses a second port of the same address in a network, so two
    runs at once cannot both make one.  Ironic overwrites that of the
    machine's own port with the network card's when it binds the port; a
    sub-port keeps it.
    """
    digest = hashlib.sha256(f'{seed}\0{network_id}'.encode()).digest()
    # Locally administered, and none of Neutron's own fa:16:3e.
    return (b'\x02' + digest[:5]).hex(':')
