# SPDX-License-Identifier: Apache-2.0
"""Tests of what Nova never gets done with: every wait for it has an end."""

from __future__ import annotations

import dataclasses

from hvctl.model.codes import OutcomeCode
from hvctl.model.steps import CreateTestGuest
from hvctl.tests.unit.run import base


class TestHanging(base.TestCase):
    """What is being deleted, and never is."""

    def test_deploy_that_failed(self):
        """A tear-down that fails before a retry ends it with the reason."""
        for task, code in (
            (None, OutcomeCode.NOT_DELETED),
            ('deleting', OutcomeCode.DELETION_HANGS),
        ):
            with self.subTest(task=task):
                self.start()
                self.cloud.machines.deploy_error = 'no power'
                self.cloud.machines.end = self.hang(task)

                result = self.create('hv1', retries=2, timeout=9999)

                self.assertEqual(code, self.code(result))
                self.assertLessEqual(self.kinds().count('DeleteServer'), 3)
                self.assertLess(self.clock.seconds, 1200)

    def hang(self, task):
        """Let servers that are deleted stay, in a task or in none."""

        def end(server_id):
            self.cloud.machines.all.pop(server_id, None)
            self.cloud.change_server(server_id, task_state=task)

        return end

    def test_twin(self):
        """A second server of the name that never goes is named."""
        self.cloud.has_hypervisor('hv1')
        [server] = self.cloud.ours('hv1')
        self.cloud.servers['twin'] = dataclasses.replace(
            server, id='twin', status='BUILD', task_state='deleting'
        )

        result = self.create('hv1', timeout=9999)

        self.assertEqual(OutcomeCode.DUPLICATE_HANGS, self.code(result))
        self.assertIn('twin', self.message(result))
        self.assertLess(self.clock.seconds, 1200)

    def test_twins_in_the_queue(self):
        """Where neither of two gets the port, the deploy has its limit."""
        self.cloud.has_hypervisor('hv1')
        [server] = self.cloud.ours('hv1')
        for changed in (server, dataclasses.replace(server, id='twin')):
            self.cloud.servers[changed.id] = dataclasses.replace(
                changed, status='BUILD', launched_at=None
            )
        self.cloud.machines.all.clear()
        self.cloud.ports.update(
            {
                port.id: dataclasses.replace(port, device_id='')
                for port in self.cloud.ports.values()
            }
        )

        result = self.create('hv1', timeout=9999)

        self.assertEqual(OutcomeCode.NOT_DEPLOYED_IN_TIME, self.code(result))

    def leave_test_guest(self) -> None:
        """Let a killed create have left one that does not go."""
        self.cloud.has_hypervisor('hv1')
        self.cloud.test_guests.deletable = False
        self.cloud.test_guests.boot(
            CreateTestGuest(
                name='hv1',
                host='hv1',
                flavor_id='f',
                image_id='i',
                network_id=None,
            )
        )

    def test_test_guest(self):
        """A test guest that never goes is named, and the machine stays."""
        self.leave_test_guest()

        result = self.delete('hv1', timeout=9999)

        self.assertEqual(OutcomeCode.TEST_GUEST_HANGS, self.code(result))
        self.assertLess(self.clock.seconds, 600)
        self.assertEqual(['DeleteTestGuest'], sorted(set(self.kinds())))

    def test_test_guest_that_goes_late(self):
        """One whose host died just then goes when it is asked again."""
        self.leave_test_guest()

        def seen_down():
            if self.kinds().count('DeleteTestGuest') > 1:
                self.cloud.test_guests.deletable = True

        self.clock.on_wait = seen_down

        result = self.delete('hv1')

        self.assertTrue(result.ok, self.message(result))
        self.assert_nothing_left()
