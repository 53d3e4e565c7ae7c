# SPDX-License-Identifier: Apache-2.0
"""The words for guests that wait, move, or have gone: one table of them."""

from __future__ import annotations

from hvctl.model.guest_codes import GuestCode
from hvctl.model.reasons import Reason

G1 = {'server_id': 'g1'}
STILL = 'still being copied'
ABORT = 'openstack --os-compute-api-version 2.24 server migration'
HUNG = (
    f'{ABORT} abort g1 5 leaves it here, or {ABORT} force complete g1 5 halts '
    'it for the rest'
)
BROKEN = (
    'where openstack server show g1 has power_state Running, openstack server '
    'set --state active g1; else openstack server reboot --hard g1'
)

MOVES = (
    (Reason.of(GuestCode.AWAITS_TURN), 'its turn has not come'),
    (
        Reason.of(GuestCode.AWAITS_FIRST, method='live', **G1),
        'guest g1 goes first by live, alone',
    ),
    (
        Reason.of(GuestCode.HELD_BACK),
        'not sent away, since others are in the way',
    ),
    (Reason.of(GuestCode.ASKED_FOR), 'Nova was asked to move it'),
    (
        Reason.of(GuestCode.REFUSED_NOW, message='could not x: no answer'),
        'could not x: no answer; Nova is asked again',
    ),
    (
        Reason.of(
            GuestCode.UNDER_WAY,
            migration_id=5,
            status='running',
            seconds=59,
            live=True,
            **G1,
        ),
        'its migration 5 is running',
    ),
    (
        Reason.of(
            GuestCode.UNDER_WAY,
            migration_id=5,
            status='running',
            seconds=60,
            live=True,
            **G1,
        ),
        f'its migration 5 is running, nothing new for 60 s; {HUNG}',
    ),
    (
        Reason.of(
            GuestCode.UNDER_WAY,
            migration_id=5,
            status='migrating',
            seconds=90,
            live=False,
            **G1,
        ),
        'its migration 5 is migrating, nothing new for 90 s; openstack server '
        'event list g1 tells more',
    ),
    (
        Reason.of(GuestCode.HOST_DOWN, host='hv1', **G1),
        'nova-compute on hv1 does not report to Nova, so nothing is heard of '
        'it; when the machine is dead, openstack server evacuate g1',
    ),
    (
        Reason.of(
            GuestCode.TRIED_AGAIN,
            cause=Reason.of(GuestCode.NOVA_SAYS, message='no disk'),
        ),
        'to be tried again: no disk',
    ),
    (
        Reason.of(GuestCode.COPIED_LONG),
        f'{STILL}: the guest may write its memory faster than that; '
        '--force-complete halts it for the rest',
    ),
    (Reason.of(GuestCode.COPIED_LONG_PAUSED), f'{STILL}, though it is paused'),
    (
        Reason.of(GuestCode.NOT_HALTED),
        f'{STILL}, and Nova did not halt it for that',
    ),
    (Reason.of(GuestCode.REQUEST_REFUSED, message='pinned'), 'pinned'),
    (Reason.of(GuestCode.NOVA_SAYS, message='no disk'), 'no disk'),
    (
        Reason.of(GuestCode.MIGRATION_ENDED, migration_id=5, status='error'),
        'the migration ended as error',
    ),
    (
        Reason.of(GuestCode.ABANDONED, migration_id=5, status='queued'),
        'Nova does nothing with it, though its migration 5 is queued',
    ),
    (
        Reason.of(GuestCode.DONE_BUT_HERE, status='completed', host='hv1'),
        "Nova's record of it says completed, but Nova still has it on hv1",
    ),
    (
        Reason.of(
            GuestCode.SILENT,
            migration_id=5,
            status='running',
            seconds=9,
            live=True,
            **G1,
        ),
        'its migration 5 is running, with nothing new for 9 s, and Nova goes '
        f'on with it; {HUNG}',
    ),
    (
        Reason.of(
            GuestCode.HALTED_IN_VAIN,
            seconds=300,
            live=True,
            migration_id=5,
            **G1,
        ),
        f'{STILL} 300 s after Nova was asked to halt it for that; {HUNG}',
    ),
    (
        Reason.of(GuestCode.NOT_CONFIRMED, host='hv2', **G1),
        'it is on hv2, but Nova does not confirm its migration; openstack '
        'server migration confirm g1',
    ),
    (
        Reason.of(GuestCode.RESIZE_NOT_CONFIRMED, host='hv2', **G1),
        'it is on hv2, but Nova does not confirm its resize; openstack server '
        'resize confirm g1',
    ),
    (
        Reason.of(GuestCode.CLOUD_FULL, guests=8),
        'not tried any more: Nova found no host for 8 guests in a row; make '
        'room, and the same command again goes on',
    ),
    (
        Reason.of(
            GuestCode.NO_WORDS, migration_id=5, status='failed', host='hv1'
        ),
        'the migration had begun and ended as failed; Nova does not say why; '
        'the words are in the log of nova-compute on hv1: see the page on '
        'migrations, "No guest leaves"',
    ),
    (
        Reason.of(GuestCode.NO_WAY, kind='name', message='no address'),
        "no address; the host does not know the other one's name: see the "
        'page on migrations, "No guest leaves"',
    ),
    (
        Reason.of(
            GuestCode.NOT_SENT,
            cause=Reason.of(GuestCode.NO_WAY, kind='name', message='none'),
            **G1,
        ),
        'not sent, since guest g1, which went before by the same method, got '
        'to no other host: none; mend that for the host, and the same command '
        'again goes on',
    ),
    (
        Reason.of(GuestCode.NO_RECORD, status='ACTIVE', task=None),
        'no migration record of it appeared in Nova',
    ),
    (
        Reason.of(GuestCode.NO_RECORD, status='MIGRATING', task='migrating'),
        'no migration record of it appeared in Nova, and it stays MIGRATING '
        '(migrating)',
    ),
    (Reason.of(GuestCode.NOTHING_CAME), 'nothing came of the request'),
    (
        Reason.of(GuestCode.STAYS_BUSY, status='ACTIVE', task='shelving'),
        'it stays ACTIVE (shelving)',
    ),
    (
        Reason.of(GuestCode.STAYS_BUSY, status='DELETED', task=None),
        'it stays DELETED',
    ),
    (
        Reason.of(
            GuestCode.BROKE_HERE, cause=Reason.of(GuestCode.NO_REASON), **G1
        ),
        f'it is ERROR: Nova gives no reason; {BROKEN}',
    ),
    (
        # What its cause asks for comes first.
        Reason.of(
            GuestCode.BROKE_HERE,
            cause=Reason.of(GuestCode.NO_WORDS, status='error', host='hv1'),
            **G1,
        ),
        'it is ERROR: the migration had begun and ended as error; Nova does '
        'not say why; the words are in the log of nova-compute on hv1: see '
        f'the page on migrations, "No guest leaves"; {BROKEN}',
    ),
    (
        Reason.of(
            GuestCode.BROKE_ELSEWHERE,
            status='ERROR',
            host='hv7',
            cause=Reason.of(GuestCode.NOVA_SAYS, message='no disk'),
            **G1,
        ),
        f'it is ERROR on hv7: no disk; {BROKEN}',
    ),
    (
        Reason.of(
            GuestCode.BROKE_ELSEWHERE,
            status='ACTIVE',
            host='hv7',
            cause=Reason.of(GuestCode.NO_REASON),
            **G1,
        ),
        'it is ACTIVE on hv7: Nova gives no reason; openstack server show g1 '
        'tells how it is',
    ),
    (Reason.of(GuestCode.NO_REASON), 'Nova gives no reason'),
    (
        Reason.of(GuestCode.PLACE_UNKNOWN, host='hv1'),
        'no longer on hv1; Nova did not say where it is',
    ),
    (
        Reason.of(GuestCode.RESIZED_AWAY),
        'resized away; waits until its owner confirms or reverts that; '
        '--confirm-resizes',
    ),
    (
        Reason.of(GuestCode.MIGRATED_AWAY, user_id='joe', **G1),
        'cold-migrated away by user joe, who is to confirm that; openstack '
        'server migration confirm g1, or --confirm-resizes',
    ),
    (Reason.of(GuestCode.IS_DELETED), 'deleted'),
    (Reason.of(GuestCode.SHELVED_BY_DRAIN), 'shelved'),
    (
        Reason.of(GuestCode.SHELVED_BY_OTHERS),
        'shelved, and not by this drain',
    ),
    (
        Reason.of(GuestCode.ON_NO_HOST, status='ERROR', **G1),
        'it is ERROR and on no host: its boot failed; openstack server show '
        'g1 says why',
    ),
    (Reason.of(GuestCode.IS_BACK, host='hv1'), 'back on hv1'),
    (
        Reason.of(GuestCode.MOVED_BY_OTHERS),
        'not by the request of this drain',
    ),
)
