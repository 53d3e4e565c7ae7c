# SPDX-License-Identifier: Apache-2.0
"""The words for what is said of a guest before it moves."""

from __future__ import annotations

import typing

from hvctl.model.guest_codes import GuestCode
from hvctl.model.reasons import Reason

PCI = Reason.of(GuestCode.PCI_DEVICE, alias='gpu:1', key='hvctl:drain')
KEY = {'key': 'hvctl:drain'}
G1 = {'server_id': 'g1'}
OWN = {**G1, **KEY}
ANY: dict[str, typing.Any] = {'zone': None, 'traits': (), 'closed': ()}
STAYS = 'Nova cannot migrate a guest that is '

#: A reason, its words and its remedy.
ROWS: tuple[tuple[Reason, str], ...] = (
    (
        Reason.of(GuestCode.BUSY, status='ACTIVE', task='rebooting', **G1),
        'busy: ACTIVE, rebooting; openstack server show g1 says whether it '
        'still is; when not, the same command again',
    ),
    (
        Reason.of(GuestCode.BUSY, status='BUILD', task=None, **G1),
        'busy: BUILD, no task; openstack server show g1 says whether it '
        'still is; when not, the same command again',
    ),
    (Reason.of(GuestCode.MAY_STAY), 'suspended guests are left'),
    (
        Reason.of(GuestCode.OWNER_WANTS_STAY, tagged=False, **OWN),
        'its owner wants it to stay (hvctl:drain=stay); when that has been '
        'talked over, openstack server unset --property hvctl:drain g1',
    ),
    (
        Reason.of(GuestCode.OWNER_WANTS_STAY, tagged=True, **OWN),
        'its owner wants it to stay (hvctl:drain=stay); when that has been '
        'talked over, openstack server unset --tag hvctl:drain=stay g1',
    ),
    (
        Reason.of(GuestCode.IN_ERROR, status='ERROR', **G1),
        f'{STAYS}ERROR; openstack server show g1 says why; mend or delete it',
    ),
    (
        Reason.of(GuestCode.IN_RESCUE, status='RESCUE', **G1),
        f'{STAYS}RESCUE; openstack server unrescue g1',
    ),
    (
        Reason.of(GuestCode.SOFT_DELETED, status='SOFT_DELETED', **G1),
        f'{STAYS}SOFT_DELETED; openstack server restore g1, or openstack '
        'server delete --force g1',
    ),
    (
        Reason.of(GuestCode.NOT_MIGRATABLE, status='UNKNOWN', **G1),
        f'{STAYS}UNKNOWN; openstack server show g1 tells more',
    ),
    (
        Reason.of(
            GuestCode.TEST_UNFINISHED, name='hv2', status='VERIFY_RESIZE'
        ),
        'VERIFY_RESIZE: the create of hv2 is to go on with its test guest; '
        'when no create of it is running, openstack hypervisor ephemeral '
        'create hv2 ... goes on, and openstack hypervisor ephemeral delete '
        'hv2 removes it',
    ),
    (
        Reason.of(GuestCode.RESIZE_UNCONFIRMED),
        'VERIFY_RESIZE: its resize waits until its owner confirms or reverts '
        'it; --confirm-resizes',
    ),
    (
        Reason.of(GuestCode.SUSPENDED),
        f'{STAYS}SUSPENDED; --suspended shelve (the content of its memory is '
        'lost) or --suspended leave',
    ),
    (
        Reason.of(GuestCode.ONLY_LIVE),
        'a paused guest can only be live-migrated; --method auto',
    ),
    (
        Reason.of(GuestCode.ONLY_COLD),
        'a stopped guest can only be cold-migrated; --method auto',
    ),
    (
        Reason.of(
            GuestCode.NOT_LIVE,
            obstacle=PCI,
            method=None,
            only_owner=False,
            **OWN,
        ),
        'it cannot be live-migrated: it has a PCI device (gpu:1), which only '
        'an alias with live_migratable permits; hvctl:drain=live in its '
        'metadata says that it does; --allow-cold switches it off for the '
        'move',
    ),
    (
        Reason.of(
            GuestCode.NOT_LIVE,
            obstacle=Reason.of(GuestCode.MEMORY_ENCRYPTED),
            method='live',
            only_owner=False,
            **OWN,
        ),
        'it cannot be live-migrated: its memory is encrypted; --method auto '
        '--allow-cold switches it off for the move',
    ),
    (
        Reason.of(
            GuestCode.NOT_LIVE,
            obstacle=Reason.of(GuestCode.VTPM_OF_OWNER),
            method=None,
            only_owner=True,
            **OWN,
        ),
        'it cannot be live-migrated: it has a vTPM whose secret is its '
        "owner's; moved cold, only its owner's token could start it again: "
        'when its owner agrees to that, openstack server set --property '
        'hvctl:drain=cold g1',
    ),
    (
        Reason.of(
            GuestCode.ONLY_OWNER,
            secret=Reason.of(GuestCode.ENCRYPTED_VOLUMES),
            status='SHUTOFF',
            **OWN,
        ),
        "it has encrypted volumes whose keys are its owner's: moved cold, "
        "only its owner's token could start it again; when its owner agrees "
        'to start it again, openstack server set --property hvctl:drain=cold '
        'g1',
    ),
    (
        Reason.of(
            GuestCode.ONLY_OWNER,
            secret=Reason.of(GuestCode.VTPM_OF_HOST),
            status='SHUTOFF',
            **OWN,
        ),
        'it has a vTPM whose secret is on this host only: moved cold, only '
        "its owner's token could start it again; openstack server start g1, "
        'and it is live-migrated; or, when its owner agrees to start it '
        'again, openstack server set --property hvctl:drain=cold g1',
    ),
    (
        Reason.of(
            GuestCode.PAUSED_NOT_LIVE,
            obstacle=Reason.of(GuestCode.VTPM_OF_OWNER),
            **G1,
        ),
        'it is paused and cannot be live-migrated: it has a vTPM whose '
        "secret is its owner's; openstack server unpause g1",
    ),
    (
        Reason.of(GuestCode.ACCELERATOR_PORT, port='accelerator-direct'),
        'Nova neither moves a guest with a port of type accelerator-direct '
        'nor unplugs the port; its owner can make it anew and delete this '
        'one',
    ),
    (
        Reason.of(GuestCode.ACCELERATOR, profile='fpga', **G1),
        'Nova does not migrate a guest with an accelerator (fpga); openstack '
        'server shelve g1, when its owner agrees',
    ),
    (
        Reason.of(GuestCode.VTPM_NOT_SHELVED, status='ACTIVE', **G1),
        'Nova does not shelve a guest with a vTPM; --method live or --method '
        'cold',
    ),
    (
        Reason.of(GuestCode.VTPM_NOT_SHELVED, status='SUSPENDED', **G1),
        'Nova does not shelve a guest with a vTPM; openstack server resume g1',
    ),
    (
        Reason.of(GuestCode.AFFINITY, group='group', **KEY),
        'its server group has the policy affinity, so Nova lets it be only '
        'on the host where the others are; openstack server group delete '
        'group, or hvctl:drain=shelve in its metadata',
    ),
    (
        Reason.of(
            GuestCode.NO_ROOM,
            destination=None,
            need=('512 MEMORY_MB', '1 VCPU'),
            **ANY,
        ),
        'no host has room for it (Placement: 512 MEMORY_MB, 1 VCPU); '
        '--on-blocked continue tries all the same',
    ),
    (
        Reason.of(
            GuestCode.NO_ROOM, destination='hv2', need=('1 VCPU',), **ANY
        ),
        'hv2 has no room for it (Placement: 1 VCPU); --on-blocked continue '
        'tries all the same',
    ),
    (
        Reason.of(
            GuestCode.NO_ROOM,
            destination=None,
            need=('1 VCPU',),
            zone='z1',
            traits=('!HW_C', 'HW_A', 'HW_B'),
            closed=(('hv2', 'is drained'), ('hv3', 'is disabled')),
        ),
        'no host of zone z1 with HW_A and HW_B without HW_C has room for it '
        '(Placement: 1 VCPU); hv2 would have, but it is drained; hv3 would '
        'have, but it is disabled; --on-blocked continue tries all the same',
    ),
    (
        Reason.of(
            GuestCode.NO_ROOM,
            destination='hv2',
            need=('1 VCPU',),
            zone='z1',
            traits=(),
            closed=(),
        ),
        'hv2 has no room for it as a host of zone z1 (Placement: 1 VCPU); '
        '--on-blocked continue tries all the same',
    ),
    (
        Reason.of(GuestCode.LIVE_INSTEAD),
        'a paused guest can only be live-migrated',
    ),
    (
        Reason.of(GuestCode.COLD_INSTEAD),
        'a stopped guest can only be cold-migrated',
    ),
    (Reason.of(GuestCode.IS_SUSPENDED), 'it is suspended'),
    (Reason.of(GuestCode.IS_SHELVED), 'it is shelved already'),
    (
        Reason.of(GuestCode.VTPM_OF_OWNER),
        "it has a vTPM whose secret is its owner's",
    ),
    (
        Reason.of(GuestCode.VTPM_OF_HOST),
        'it has a vTPM whose secret is on this host only',
    ),
    (
        Reason.of(GuestCode.VTPM_OF_NOVA),
        "it has a vTPM whose secret is Nova's, and not its host's",
    ),
    (
        Reason.of(GuestCode.ENCRYPTED_VOLUMES),
        "it has encrypted volumes whose keys are its owner's",
    ),
    (
        Reason.of(GuestCode.ENCRYPTION_UNKNOWN),
        'whether its volumes are encrypted is not known (Cinder does not '
        'tell); if they are, only its owner can start it again',
    ),
    (Reason.of(GuestCode.MEMORY_ENCRYPTED), 'its memory is encrypted'),
    (
        PCI,
        'it has a PCI device (gpu:1), which only an alias with '
        'live_migratable permits; hvctl:drain=live in its metadata says that '
        'it does',
    ),
    (
        Reason.of(GuestCode.WISH, wish='cold', **KEY),
        'its owner wants hvctl:drain=cold',
    ),
    (
        Reason.of(GuestCode.WISH_UNKNOWN, wish='cool', **KEY),
        'hvctl:drain=cool means nothing',
    ),
    (Reason.of(GuestCode.PRIORITY, priority='7', key='p'), 'p=7'),
    (
        Reason.of(GuestCode.PRIORITY_UNKNOWN, priority='x', key='p'),
        'p=x is no whole number',
    ),
    (
        Reason.of(GuestCode.TRIES_OUT, name='hv2'),
        'test guest of hv2, whose create goes on wherever it is',
    ),
    (Reason.of(GuestCode.LOCKED), 'locked by its owner'),
    (
        Reason.of(GuestCode.HAS_PORT, port='vdpa', method='live'),
        'vdpa port: unplugged for the move, and plugged again',
    ),
    (
        Reason.of(GuestCode.HAS_PORT, port='direct', method='cold'),
        'direct port: gets another one where it goes',
    ),
    (Reason.of(GuestCode.HAS_PORT, port='direct', method=None), 'direct port'),
    (
        Reason.of(GuestCode.HAS_PCI_DEVICE, alias='a1:1', method='live'),
        'PCI device (a1:1): migrated if its alias says live_migratable',
    ),
    (
        Reason.of(GuestCode.HAS_PCI_DEVICE, alias='a1:1', method='shelve'),
        'PCI device (a1:1): gets another one where it goes',
    ),
    (
        Reason.of(GuestCode.HAS_VIRTUAL_GPU, method='live'),
        'virtual GPU: migrated if libvirt, QEMU and driver of both hosts can',
    ),
    (Reason.of(GuestCode.HAS_VTPM), 'vTPM'),
    (
        Reason.of(GuestCode.HAS_CONFIG_DRIVE),
        'config drive: empty afterwards if hosts do not share disks, unless '
        'its format is vfat; --method cold makes it anew',
    ),
    (Reason.of(GuestCode.HAS_VOLUMES, volumes=1), 'with 1 volume'),
    (Reason.of(GuestCode.HAS_VOLUMES, volumes=2), 'with 2 volumes'),
    (Reason.of(GuestCode.BOOTS_FROM_VOLUME, volumes=1), 'boots from a volume'),
    (
        Reason.of(GuestCode.BOOTS_FROM_VOLUME, volumes=2),
        'boots from a volume and 1 other',
    ),
    (
        Reason.of(GuestCode.BOOTS_FROM_VOLUME, volumes=3),
        'boots from a volume and 2 others',
    ),
    (Reason.of(GuestCode.HOSTS_WITH_ROOM, hosts=1), '1 host has room for it'),
    (
        Reason.of(GuestCode.HOSTS_WITH_ROOM, hosts=2),
        '2 hosts have room for it',
    ),
    (
        Reason.of(GuestCode.ROOM_DOUBTFUL, hosts=1),
        '1 host has room for it, but perhaps not when all the others go, too',
    ),
    (
        Reason.of(GuestCode.ROOM_UNKNOWN),
        'Placement tells only of some of the hosts that have room',
    ),
)
