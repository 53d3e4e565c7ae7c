# SPDX-License-Identifier: Apache-2.0
"""Tests of the words for how a drain goes and ends: one table of them."""

from __future__ import annotations

import unittest

from hvctl.decide.wording import drains
from hvctl.decide.wording import rendering
from hvctl.decide.wording import templates
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.reasons import Reason

LEFT = 'no guest is left to move, but '

DRAINS = (
    (
        Reason.of(StatusCode.LOOK_INCOMPLETE, host='hv1'),
        'what Nova said of hv1 was not complete; it is asked again',
    ),
    (
        Reason.of(StatusCode.GUESTS_PLANNED, leaving=2, guests=2, stayed=0),
        '2 of 2 guests would leave',
    ),
    (
        Reason.of(StatusCode.GUESTS_PLANNED, leaving=1, guests=2, stayed=1),
        '1 of 2 guests would leave, 1 would stay',
    ),
    (
        Reason.of(StatusCode.GUESTS_MOVED, moved=1, guests=2, stayed=0),
        '1 of 2 guests moved',
    ),
    (
        Reason.of(StatusCode.GUESTS_MOVED, moved=0, guests=1, stayed=1),
        '0 of 1 guest moved, 1 stay',
    ),
    (
        Reason.of(
            StatusCode.EMPTYING,
            occupants=(('guest', 1), ('allocation', 'a', 'b')),
            travellers=(),
        ),
        'waiting for 1 guest and allocations of a, b in Placement to go',
    ),
    (
        Reason.of(
            StatusCode.EMPTYING,
            occupants=(('unfinished migration', 1),),
            travellers=(('g1', 'hv2', None, None),),
        ),
        'waiting for 1 unfinished migration to go (g1 from hv2 to another '
        'host)',
    ),
    (
        Reason.of(
            StatusCode.EMPTYING,
            occupants=(('unfinished migration', 3),),
            travellers=(
                ('g1', 'hv2', 'hv1', '2026-11-27T10:43:05+00:00'),
                ('g2', 'hv1', 'hv2', '2026-11-27T10:43:06+00:00'),
                ('g3', 'hv2', 'hv1', '2026-11-27T10:43:07+00:00'),
            ),
        ),
        'waiting for 3 unfinished migrations to go (g1 from hv2 to hv1 since '
        '2026-11-27 10:43:05 UTC, g2 from hv1 to hv2 since 2026-11-27 '
        '10:43:06 UTC, g3 from hv2 to hv1 since 2026-11-27 10:43:07 UTC)',
    ),
    (
        Reason.of(
            StatusCode.EMPTYING,
            occupants=(('unfinished migration', 5),),
            travellers=tuple(
                (f'g{number}', 'hv2', 'hv1', None) for number in range(5)
            ),
        ),
        'waiting for 5 unfinished migrations to go (g0 from hv2 to hv1, g1 '
        'from hv2 to hv1, g2 from hv2 to hv1, 2 more)',
    ),
    (
        Reason.of(
            StatusCode.COLD_MIGRATIONS_OPEN,
            migrations=((5, 'migrating'), (6, 'finished')),
        ),
        'waiting for cold migrations of the drain: 5 (migrating), 6 '
        '(finished)',
    ),
    (
        Reason.of(OutcomeCode.NOTHING_TO_DRAIN, name='hv1'),
        'there is no ephemeral hypervisor hv1; openstack hypervisor ephemeral '
        'list shows those that there are',
    ),
    (
        Reason.of(OutcomeCode.NO_SERVICE, name='hv1', why='it boots'),
        'hv1 has no compute service to drain (it boots)',
    ),
    (
        Reason.of(OutcomeCode.CELL_SILENT, host='hv1'),
        'the cell of hv1 does not answer, so Nova does not say what is there; '
        'openstack compute service list shows when it does; then the same '
        'command again',
    ),
    (
        Reason.of(
            OutcomeCode.NOT_REPORTING, name='hv1', host='hv1.example.org'
        ),
        'nova-compute on hv1.example.org does not report to Nova, so nothing '
        'can be migrated away from it; start it, and type the same command '
        'again; if its machine is dead: openstack server evacuate, for each '
        'guest',
    ),
    (
        Reason.of(
            OutcomeCode.TOO_MANY_DRAINING, most=1, closed=2, others=('hv4',)
        ),
        '--max-draining allows 1 to be drained at once, and 2 would be with '
        'hv4; --max-draining 2 allows that',
    ),
    (
        Reason.of(
            OutcomeCode.TOO_MUCH_DRAINING,
            closed=3,
            percent=75,
            capacity='VCPUs (24 of 32)',
            limit=50,
            usual=True,
            others=(),
        ),
        '3 hypervisors would be closed for drains, 75% of the VCPUs (24 of '
        '32); several at once may close 50%; --max-draining 75% allows that',
    ),
    (
        Reason.of(
            OutcomeCode.TOO_MUCH_DRAINING,
            closed=2,
            percent=25,
            capacity='VCPUs (8 of 32)',
            limit=10,
            usual=False,
            others=('hv4',),
        ),
        '2 hypervisors would be closed for drains with hv4, 25% of the VCPUs '
        '(8 of 32); --max-draining allows 10%; --max-draining 25% allows that',
    ),
    (
        Reason.of(OutcomeCode.SIZE_UNKNOWN, hosts=('hv1', 'hv2'), closed=3),
        'how much of the cloud would be closed is not known: Nova tells no '
        'size of hv1, hv2; --max-draining 3 allows as many as these',
    ),
    (
        Reason.of(OutcomeCode.DESTINATION_UNKNOWN, host='hv2'),
        '--to hv2: there is no compute service on that host; openstack '
        'compute service list shows the hosts that take guests',
    ),
    (
        Reason.of(OutcomeCode.DESTINATION_DRAINED, host='hv2'),
        '--to hv2: it is to be drained itself; leave it out of the names, or '
        'name another host',
    ),
    (
        Reason.of(
            OutcomeCode.DESTINATION_CLOSED,
            host='hv2',
            status='disabled',
            state='up',
        ),
        '--to hv2: its compute service is disabled and up; openstack compute '
        'service list shows the hosts that take guests',
    ),
    (
        Reason.of(OutcomeCode.STOPPED, name='hv1'),
        'stopped before hv1 was disabled; the same command again',
    ),
    (
        Reason.of(OutcomeCode.DRAINED_ONLY, name='hv1'),
        'stopped when hv1 was drained, before anything of it was deleted; the '
        'same command again, or: openstack hypervisor ephemeral drain --undo '
        'hv1',
    ),
    (
        Reason.of(OutcomeCode.ENABLED_AGAIN, name='hv1'),
        'somebody has enabled hv1 again, so guests may land on it; the same '
        'command again disables it and goes on',
    ),
    (
        Reason.of(OutcomeCode.BEING_UNDONE, name='hv1'),
        'somebody takes the drain of hv1 back; the same command again goes '
        'on with it',
    ),
    (
        Reason.of(OutcomeCode.DRAINED_AGAIN, name='hv1'),
        'somebody drains hv1 again meanwhile; the same command again takes '
        'that back',
    ),
    (
        Reason.of(
            OutcomeCode.COLD_OF_OTHERS,
            migrations=((5, 'finished'), (6, 'migrating')),
            server_ids=('g1', 'g2'),
        ),
        'it is enabled again, but another user is to confirm the cold '
        'migrations 5 (finished), 6 (migrating); openstack server migration '
        'confirm g1 && openstack server migration confirm g2',
    ),
    (
        Reason.of(
            OutcomeCode.COLD_OF_OTHERS,
            migrations=((5, 'finished'),),
            server_ids=('g1',),
        ),
        'it is enabled again, but another user is to confirm the cold '
        'migration 5 (finished); openstack server migration confirm g1',
    ),
    (
        Reason.of(
            OutcomeCode.MIGRATIONS_SILENT,
            migrations=((5, 'running'), (6, 'migrating')),
            server_ids=('g1', 'g2'),
            live=(True, False),
        ),
        'it is enabled again, but Nova has told nothing new for long of the '
        'migrations 5 (running), 6 (migrating); openstack '
        '--os-compute-api-version 2.24 server migration abort g1 5 leaves it '
        'here, or openstack --os-compute-api-version 2.24 server migration '
        'force complete g1 5 halts it for the rest; openstack server event '
        'list g2 tells more',
    ),
    (
        Reason.of(StatusCode.SOURCE_DOWN, name='hv1', host='hv1'),
        'nova-compute on hv1 does not report to Nova; what is under way is '
        'followed, and nothing more is sent away; start it, and type the same '
        'command again; if its machine is dead: openstack server evacuate, '
        'for each guest',
    ),
    (
        Reason.of(
            StatusCode.LIVE_MIGRATIONS_OPEN, migrations=((5, 'running'),)
        ),
        'enabled; waiting for live migrations of the drain: 5 (running)',
    ),
    (
        Reason.of(OutcomeCode.OTHERS_OPEN, names=('hv2', 'hv3')),
        'no guest was sent away, since hv2, hv3 could not be disabled and '
        'guests might land there; the same command again when they can be, '
        'or without them',
    ),
    (Reason.of(OutcomeCode.WOULD_LEAVE, leaving=1), '1 guest would leave'),
    (
        Reason.of(OutcomeCode.IN_THE_WAY, in_the_way=1, guests=2),
        '1 of 2 guests in the way; nothing was moved; --on-blocked continue '
        'moves the others',
    ),
    (
        Reason.of(
            OutcomeCode.REST_IN_THE_WAY, in_the_way=1, guests=3, moved=1
        ),
        '1 of 3 guests in the way, so none was sent away now; 1 guest that '
        'had been sent before moved; --on-blocked continue moves the others',
    ),
    (
        Reason.of(OutcomeCode.TIME_SHORT, waiting=2),
        '2 guests not sent away, since the time (--timeout) would have ended '
        'first; the same command again goes on',
    ),
    (
        Reason.of(OutcomeCode.ALLOCATIONS_UNKNOWN, name='hv1'),
        f'{LEFT}no resource provider of hv1 is found, so that nobody knows '
        'whether its allocations are gone; openstack resource provider list; '
        'type the same command again when it is there',
    ),
    (
        Reason.of(OutcomeCode.OTHERS_IN_THE_WAY, names=('hv2',)),
        'none was sent away, since guests of hv2 are in the way',
    ),
    (
        Reason.of(OutcomeCode.UNDER_WAY, moving=4, guests=6, stayed=1),
        '4 of 6 guests under way, 1 stayed; the same command again goes on',
    ),
    (
        Reason.of(OutcomeCode.NOT_MOVED, waiting=1),
        '1 guest not moved; the same command again goes on',
    ),
    (
        Reason.of(
            OutcomeCode.GUESTS_STAYED,
            name='hv1',
            stayed=1,
            left_broken=0,
            guests=2,
        ),
        '1 of 2 guests stayed on hv1',
    ),
    (
        Reason.of(
            OutcomeCode.GUESTS_STAYED,
            name='hv1',
            stayed=0,
            left_broken=1,
            guests=1,
        ),
        '0 of 1 guest stayed on hv1, 1 left it and failed',
    ),
    (
        Reason.of(OutcomeCode.RECORDS_OPEN, migrations=((2, 'queued'),)),
        f'{LEFT}Nova has never closed 1 migration record: 2 (queued); its '
        'nova-compute was stopped meanwhile. The compute service cannot be '
        "deleted until their status in Nova's database is set to error",
    ),
    (
        Reason.of(
            OutcomeCode.MIGRATIONS_STAYED,
            occupants=(('unfinished migration', 1),),
            travellers=(('g1', 'hv2', 'hv1', '2026-11-27T10:43:05+00:00'),),
            seconds=600,
        ),
        f'{LEFT}1 unfinished migration stayed for 600 s (g1 from hv2 to hv1 '
        'since 2026-11-27 10:43:05 UTC); see openstack server migration list',
    ),
    (
        Reason.of(
            OutcomeCode.ALLOCATIONS_STAYED,
            occupants=(('allocation', 'x'),),
            seconds=120,
            provider_id='rp',
        ),
        f'{LEFT}allocations of x in Placement stayed for 120 s; when no '
        'server of these ids is on it, for each: openstack resource provider '
        'allocation unset --provider rp <id>',
    ),
    (
        Reason.of(
            OutcomeCode.TEST_GUEST_LEFT, name='hv1', server_ids=('a', 'b')
        ),
        'a test guest of hvctl is left on hv1; openstack server delete a b',
    ),
    (
        Reason.of(OutcomeCode.LEFT_AS_ASKED, guests=1),
        '1 guest left, as was asked for',
    ),
    (Reason.of(OutcomeCode.HAD_NO_GUESTS), 'had no guests'),
    (
        Reason.of(OutcomeCode.NO_DRAIN, name='hv1'),
        'there is no drain of an ephemeral hypervisor hv1',
    ),
    (
        Reason.of(OutcomeCode.DISABLED_OTHERWISE, name='hv1', reason='joe'),
        'hv1 is disabled for a reason that is not a drain (joe); it stays so',
    ),
    (
        Reason.of(OutcomeCode.ENABLED_IN_PART, messages=('a', 'b')),
        'it is enabled again, but a; b',
    ),
    (Reason.of(OutcomeCode.WAS_NOT_DRAINED), 'was not being drained'),
)


class TestWords(unittest.TestCase):
    """What each code says, and what to type next."""

    def test_table(self):
        """Word for word."""
        for why, words in DRAINS:
            with self.subTest(code=why.code):
                known = templates.facts(rendering.WORDS[why.code])

                self.assertLessEqual({*known}, {*why.facts})
                self.assertEqual(words, rendering.sentence(why))

    def test_whole(self):
        """All of them stand in the table."""
        self.assertEqual(
            {*drains.STATUSES, *drains.OUTCOMES},
            {why.code for why, _ in DRAINS},
        )
