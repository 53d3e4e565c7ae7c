# SPDX-License-Identifier: Apache-2.0
"""The words for test guests and their moves, in one table."""

from __future__ import annotations

from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.guest_codes import GuestCode
from hvctl.model.reasons import Reason

MOVED = {
    'name': 'hv1',
    'method': 'cold',
    'source': 'hv1',
    'destination': 'hv2',
}

#: A code, its facts, its words and its remedy.
ROWS: tuple = (
    (
        OutcomeCode.HEALTH_TEST_FAILED,
        {
            'name': 'hv1',
            'why': Reason.of(
                OutcomeCode.TEST_GUEST_LATE,
                server_status='ACTIVE',
                task=None,
                seconds=300,
                silent='console',
            ),
        },
        'the health test of hv1 failed: the test guest was ACTIVE for 300 s '
        '(no task), and its console did not answer; it stays closed',
        '',
    ),
    (
        OutcomeCode.TEST_MOVE_FAILED,
        {
            **MOVED,
            'why': Reason.of(
                GuestCode.NO_WAY,
                kind='host-key',
                message='Host key verification failed.',
            ),
        },
        'the health test of hv1 failed: its guest could not be moved (cold) '
        'from hv1 to hv2: Host key verification failed.; it stays closed',
        "the host does not know the other one's key of SSH: see the page on "
        'migrations, "No guest leaves"',
    ),
    (
        OutcomeCode.TEST_MOVE_FAILED,
        {
            **MOVED,
            'why': Reason.of(
                GuestCode.NO_WORDS, migration_id=7, status='error', host='hv1'
            ),
        },
        'the health test of hv1 failed: its guest could not be moved (cold) '
        'from hv1 to hv2: the migration had begun and ended as error; Nova '
        'does not say why; it stays closed',
        'the words are in the log of nova-compute on hv1: see the page on '
        'migrations, "No guest leaves"',
    ),
    (
        OutcomeCode.TEST_MOVE_FAILED,
        {
            **MOVED,
            'why': Reason.of(GuestCode.NOVA_SAYS, message='No.'),
        },
        'the health test of hv1 failed: its guest could not be moved (cold) '
        'from hv1 to hv2: No.; it stays closed',
        'when that is mended, openstack hypervisor ephemeral create hv1 ... '
        'tries again',
    ),
    (
        OutcomeCode.TEST_NOT_MOVED,
        {},
        'done; not tested whether guests can move: there is no other host in '
        'its zone that takes a test guest',
        'see the page on migrations, "Tried before anybody comes"',
    ),
    (
        StatusCode.TEST_GUEST_MOVES,
        {'method': 'cold'},
        'moving the test guest to another host (cold)',
        '',
    ),
    (
        OutcomeCode.TEST_MOVE_LATE,
        {
            'status': Reason.of(StatusCode.TEST_GUEST_RETURNS, method='live'),
            'server_status': 'MIGRATING',
            'task': 'migrating',
            'seconds': 300,
        },
        'the test guest was MIGRATING for 300 s: moving the test guest back '
        '(live)',
        '',
    ),
    (
        OutcomeCode.TEST_MOVE_NO_ROOM,
        {'hosts': ('hv2', 'hv3'), 'seconds': 300},
        'for 300 s no other host had room for the test guest: there are '
        'others on hv2, hv3',
        '',
    ),
)
