# SPDX-License-Identifier: Apache-2.0
"""Tests of what is said of a hypervisor that a look did not quite see."""

from __future__ import annotations

import dataclasses
import typing
import unittest

from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import sight
from hvctl.decide.wording import rendering
from hvctl.model.codes import StatusCode
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.reasons import Reason
from hvctl.model.snapshot import Snapshot
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import deciding

UNKNOWN = builders.a_service(id='', status='UNKNOWN', state='UNKNOWN')
DOWN = builders.a_service(state='down')
SILENT = dataclasses.replace(UNKNOWN, host='ironic')
LET_GO = (builders.a_port(device_id=''),)


def seen(look: Snapshot) -> Hypervisor:
    """What a look has of hv1."""
    return assemble.assemble(look, ['hv1'])['hv1']


class TestSight(unittest.TestCase):
    """What is missing from a list proves nothing."""

    def status(self, **changes: typing.Any) -> Status:
        """The status of hv1 in a look with changes."""
        look = deciding.a_look(**changes)
        return sight.status(look, seen(look))

    def test_server(self) -> None:
        """One that no list has may be there."""
        server_id = builders.a_server().id
        silent = {'ports': LET_GO, 'metal_services': (SILENT,)}
        for status, facts in (
            (self.status(servers=()), ((server_id,), ())),
            (self.status(servers=(), **silent), ((), ('ironic',))),
        ):
            with self.subTest(facts=facts):
                self.assertEqual(Phase.UNKNOWN, status.phase)
                assert status.reason is not None
                self.assertEqual(StatusCode.SERVER_UNSEEN, status.reason.code)
                known = status.reason.facts
                self.assertEqual(facts, (known['servers'], known['silent']))

    def test_service(self) -> None:
        """One whose state nobody knows is not down."""
        status = self.status(services=(UNKNOWN,))

        self.assertEqual(Phase.UNKNOWN, status.phase)
        assert status.reason is not None
        self.assertEqual(StatusCode.SERVICE_UNKNOWN, status.reason.code)

    def test_seen(self) -> None:
        """What the lists do tell is said."""
        off, failed = (
            builders.a_server(status=status) for status in ('SHUTOFF', 'ERROR')
        )
        for phase, status in (
            (Phase.ENABLED, self.status()),
            (Phase.DOWN, self.status(services=(DOWN,))),
            (Phase.ORPHANED, self.status(servers=(), ports=LET_GO)),
            (Phase.DOWN, self.status(servers=(off,), services=(UNKNOWN,))),
            (
                Phase.FAILED,
                self.status(servers=(failed,), services=(UNKNOWN,)),
            ),
            # Another cell is no matter of one whose server is listed.
            (Phase.ENABLED, self.status(metal_services=(SILENT,))),
        ):
            with self.subTest(phase=phase):
                self.assertEqual(phase, status.phase)

    def test_guests(self) -> None:
        """They are in the same cell."""
        self.assertTrue(sight.guests_seen(seen(deciding.a_look())))
        self.assertFalse(
            sight.guests_seen(seen(deciding.a_look(services=(UNKNOWN,))))
        )

    def test_words(self) -> None:
        """They name what to ask Nova for."""
        for servers, silent, words, remedy in (
            (
                ('s1',),
                (),
                'its port is that of server s1',
                'openstack server show s1',
            ),
            (
                (),
                ('ironic',),
                'the cell of ironic does not answer',
                'openstack compute service list --service nova-compute',
            ),
        ):
            with self.subTest(words=words):
                reason = Reason.of(
                    StatusCode.SERVER_UNSEEN,
                    name='hv1',
                    servers=servers,
                    silent=silent,
                )

                self.assertEqual(
                    f'Nova lists no server of it, but {words}',
                    rendering.reason(reason),
                )
                self.assertEqual(remedy, rendering.remedy(reason))
