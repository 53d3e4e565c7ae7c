# SPDX-License-Identifier: Apache-2.0
"""Drains that are stopped, killed, refused or helped, and go on."""

from __future__ import annotations

import re

from keystoneauth1 import exceptions as ksa_exceptions

from hvctl.tests.functional import base
from hvctl.tests.functional import draining
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell
from hvctl_lab import paths
from hvctl_lab import supervision
from hvctl_lab.services import nova


class TestGoesOn(draining.DrainTestCase):
    def test_tried_again(self) -> None:
        """A move that failed has its second try after the others."""
        unlucky = self.guest(
            **{'lab_migration': 'fail', 'hvctl:drain-priority': '9'}
        )
        other = self.guest(lab_migration='slow:8')
        drain = shell.ephemeral('drain', self.source, '--max-parallel', '1')
        facts.wait(
            lambda: facts.migrations(other), 'the other to be sent as well'
        )
        self.assertEqual(1, len(facts.migrations(unlucky)))
        facts.connection().compute.delete(
            f'/servers/{unlucky}/metadata/lab_migration'
        ).raise_for_status()

        rows = self.moves(self.succeed(drain))

        self.assertEqual('moved', rows[unlucky]['Result'])
        self.assertEqual(2, len(facts.migrations(unlucky)))
        self.assertEqual(1, len(facts.migrations(other)))
        self.assert_empty()

    def test_stopped_twice(self) -> None:
        """The second Ctrl-C ends it at once; Nova and --undo go on."""
        hanging = self.guest(lab_migration='hang')
        drain = shell.ephemeral('drain', self.source)
        facts.wait(lambda: 'is moving' in drain.stderr(), 'the move')
        drain.interrupt()
        facts.wait(
            lambda: 'Nothing new is begun' in drain.stderr(),
            'the first Ctrl-C to be noticed',
        )
        drain.interrupt()
        stopped = self.ends(drain, 130)
        self.assertIn('drain with the same arguments', stopped.stderr)
        self.assertEqual('', stopped.stdout)

        # Both closed would be more than that: nothing is.
        refused = shell.ephemeral(
            'drain', self.source, self.target, '--max-draining', '1'
        )
        self.fail_with(refused, '--max-draining')
        self.assert_enabled(self.target)
        self.release(hanging)
        self.succeed(shell.ephemeral('drain', self.source))
        self.assert_empty()

    def test_resized_meanwhile(self) -> None:
        """A resize that its owner began is waited for, and then in the way."""
        resized = self.guest(lab_migration='slow:6')
        guests.act(resized, 'resize', flavorRef=guests.flavor('m1.small'))
        facts.wait(
            lambda: facts.server(resized)['status'] == 'RESIZE',
            'the resize to have begun',
        )

        rows = self.moves(
            self.fail_with(shell.ephemeral('drain', self.source))
        )

        self.assertEqual({resized}, set(rows))
        self.assertIn('--confirm-resizes', rows[resized]['Reason'])
        self.assertEqual('VERIFY_RESIZE', facts.server(resized)['status'])
        self.succeed(
            shell.ephemeral('drain', self.source, '--confirm-resizes')
        )
        guests.wait(resized, 'ACTIVE')
        self.assert_empty()

    def test_soft_deleted(self) -> None:
        """What its owner may still restore is in the way."""
        lab = paths.Lab.from_environment()
        guest = self.guest()
        self.reclaim_after(lab, 3600)
        try:
            facts.connection().compute.delete(f'/servers/{guest}')
            guests.wait(guest, 'SOFT_DELETED')
        finally:
            # What is deleted after the test is to be gone.
            self.reclaim_after(lab, 0)

        (row,) = self.fail_with(shell.ephemeral('drain', self.source)).json()

        self.assertEqual((guest, 'stayed'), (row['Guest ID'], row['Result']))
        self.assertIn('openstack server restore', row['Reason'])
        guests.act(guest, 'restore')
        guests.wait(guest, 'ACTIVE')
        self.succeed(shell.ephemeral('drain', self.source))
        self.assert_empty()

    @staticmethod
    def reclaim_after(lab: paths.Lab, seconds: int) -> None:
        """Let Nova's API put deletes off, or not."""
        config = lab.etc / 'nova' / 'nova.conf'
        option = 'reclaim_instance_interval = '
        text = re.sub(f'{option}.*\n', '', config.read_text())
        if seconds:
            text = text.replace(
                '[DEFAULT]\n', f'[DEFAULT]\n{option}{seconds}\n', 1
            )
        config.write_text(text)
        supervision.stop(lab, [nova.API])
        supervision.start(lab, [nova.API])

        def answers() -> bool:
            try:
                return bool(facts.services())
            except ksa_exceptions.ClientException:
                return False

        facts.wait(answers, "Nova's API to answer")


class TestShelved(base.FunctionalTestCase):
    def test_offloaded(self) -> None:
        """A shelved guest that Nova keeps on the host is taken off it."""
        name = hypervisors.name('keeps')
        hypervisors.make_room(1)
        self.addCleanup(hypervisors.delete, name)
        common = shell.recipe()
        config = common[common.index('--config') + 1]
        with open(config) as source:
            text = source.read()
        own = self.file(
            'nova.conf',
            text.replace(
                '[DEFAULT]\n', '[DEFAULT]\nshelved_offload_time = -1\n', 1
            ),
        )
        self.succeed(
            shell.ephemeral('create', name, *shell.recipe(config=own))
        )
        guest = self.boot(host=name)
        guests.wait(guest, 'ACTIVE')
        guests.act(guest, 'shelve')
        guests.wait(guest, 'SHELVED')

        (row,) = self.succeed(shell.ephemeral('drain', name)).json()

        self.assertEqual(
            (guest, 'SHELVED', 'offload', 'shelved'),
            (row['Guest ID'], row['State'], row['Method'], row['Result']),
        )
        guests.wait(guest, 'SHELVED_OFFLOADED')
        self.succeed(hypervisors.delete(name))
