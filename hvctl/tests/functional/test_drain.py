# SPDX-License-Identifier: Apache-2.0
"""Draining, with guests in every state."""

from __future__ import annotations

import typing

from hvctl.lab.host import migrations
from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell


class TestDrain(base.FunctionalTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.source, self.target = hypervisors.enabled(2)
        alone = base.only(self.source, self.target)
        alone.__enter__()
        self.addCleanup(alone.__exit__, None, None, None)
        self.addCleanup(self.enable, self.source)

    def enable(self, host: str) -> None:
        service = facts.service(host)
        assert service is not None
        facts.connection().compute.put(
            f'/os-services/{service["id"]}',
            json={'status': 'enabled'},
            microversion='2.53',
        ).raise_for_status()

    def guest(self, action: str = '', status: str = 'ACTIVE', **metadata: str):
        """Boot a guest on the source, and bring it to a state."""
        server_id = self.boot(host=self.source, metadata=metadata)
        guests.wait(server_id, 'ACTIVE')
        if action:
            guests.act(server_id, action)
            guests.wait(server_id, status)
        return server_id

    def moves(self, result: shell.Result) -> dict[str, dict[str, typing.Any]]:
        return {row['Guest ID']: row for row in result.json()}

    def assert_empty(self) -> None:
        (provider,) = facts.ours(self.source)['providers']
        self.assertEqual(set(), facts.consumers(provider))
        listed = self.rows(self.succeed(shell.ephemeral('list')))
        self.assertEqual('drained', listed[self.source]['Phase'])
        self.assertEqual(0, listed[self.source]['Guests'])

    def test_every_state(self) -> None:
        active = self.guest()
        paused = self.guest('pause', 'PAUSED')
        off = self.guest('os-stop', 'SHUTOFF')
        suspended = self.guest('suspend', 'SUSPENDED')
        failing = self.guest(lab_migration='fail')

        drained = self.fail_with(shell.ephemeral('drain', self.source))
        self.assertEqual(
            {
                active: ('ACTIVE', 'live', 'moved'),
                paused: ('PAUSED', 'live', 'moved'),
                off: ('SHUTOFF', 'cold', 'moved'),
                suspended: ('SUSPENDED', '', 'left'),
                failing: ('ACTIVE', 'live', 'failed'),
            },
            {
                guest: (row['State'], row['Method'], row['Result'])
                for guest, row in self.moves(drained).items()
            },
        )
        rows = self.moves(drained)
        self.assertIn('SUSPENDED', rows[suspended]['Reason'])
        self.assertTrue(rows[failing]['Reason'])
        for guest, status in (
            (active, 'ACTIVE'),
            (paused, 'PAUSED'),
            (off, 'SHUTOFF'),
        ):
            self.assertEqual(status, facts.server(guest)['status'])
            self.assertEqual(self.target, guests.host(guest))
            self.assertEqual(self.target, rows[guest]['Destination'])
        for guest, status in ((suspended, 'SUSPENDED'), (failing, 'ACTIVE')):
            self.assertEqual(status, facts.server(guest)['status'])
            self.assertEqual(self.source, guests.host(guest))
        # The service stays closed, and a hypervisor with guests stays.
        service = facts.service(self.source)
        assert service is not None
        self.assertEqual('disabled', service['status'])
        self.assertIn('hvctl: drain', service['disabled_reason'])
        self.fail_with(
            shell.ephemeral('delete', self.source),
            f'{self.source} still has 2 guests',
        )
        self.assertEqual('up', service['state'])
        self.fail_with(
            shell.ephemeral('create', self.source, *shell.recipe()),
            'closed for a drain',
        )

        guests.delete(suspended, failing)
        self.succeed(shell.ephemeral('drain', self.source))
        self.assert_empty()
        # A second time there is nothing to do.
        through = recorder.Recorder()
        self.addCleanup(through.close)
        again = self.succeed(
            shell.ephemeral(
                'drain', self.source, environment=through.environment
            )
        )
        self.assertEqual([], through.changes)
        self.assertEqual([], again.json())

    def test_killed_in_the_middle_of_a_cold_migration(self) -> None:
        off = self.guest('os-stop', 'SHUTOFF', lab_migration='slow:4')
        asked = recorder.matching(
            'POST', 'compute', '/servers/[^/]+/action', answered=True
        )

        def judge(request: recorder.Request) -> bool:
            if asked(request):
                drain.kill()
                return True
            return False

        through = recorder.Recorder(judge)
        self.addCleanup(through.close)
        drain = shell.ephemeral(
            'drain', self.source, environment=through.environment
        )
        self.ends(drain, -9)
        # Nova goes on, and waits for somebody to confirm.
        guests.wait(off, 'VERIFY_RESIZE')

        self.succeed(shell.ephemeral('drain', self.source))

        found = guests.wait(off, 'SHUTOFF')
        self.assertEqual(self.target, found['OS-EXT-SRV-ATTR:host'])
        listed = facts.get(
            'compute', f'/os-migrations?instance_uuid={off}', '2.80'
        )
        self.assertEqual(
            ['confirmed'], [each['status'] for each in listed['migrations']]
        )
        self.assert_empty()

    def test_no_room_elsewhere(self) -> None:
        active = self.guest()
        with base.only(self.source):
            drained = self.fail_with(shell.ephemeral('drain', self.source))
        (row,) = drained.json()
        self.assertEqual((active, 'failed'), (row['Guest ID'], row['Result']))
        self.assertRegex(row['Reason'], 'No valid host')
        found = guests.wait(active, 'ACTIVE')
        self.assertEqual(self.source, found['OS-EXT-SRV-ATTR:host'])

    def test_guest_that_hangs(self) -> None:
        hanging = self.guest(lab_migration='hang')
        drained = self.fail_with(
            shell.ephemeral('drain', self.source, '--timeout', '8'),
            'not finished after 8 s',
        )
        (row,) = drained.json()
        self.assertEqual(
            (hanging, 'live', 'moving', self.target),
            (
                row['Guest ID'],
                row['Method'],
                row['Result'],
                row['Destination'],
            ),
        )
        # It is taken up where it is: no second migration.
        again = shell.ephemeral('drain', self.source)
        facts.wait(lambda: 'is moving' in again.stderr(), 'drain to follow it')
        facts.connection().compute.put(
            f'/servers/{hanging}/tags/{migrations.RELEASE_TAG}',
            microversion='2.79',
        ).raise_for_status()
        (row,) = self.succeed(again).json()
        self.assertEqual('moved', row['Result'])
        listed = facts.get(
            'compute', f'/os-migrations?instance_uuid={hanging}', '2.80'
        )
        self.assertEqual(
            ['completed'], [each['status'] for each in listed['migrations']]
        )
