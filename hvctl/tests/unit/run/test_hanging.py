# SPDX-License-Identifier: Apache-2.0
"""Tests of what Nova never gets done with: every wait for it has an end."""

from __future__ import annotations

import dataclasses

from hvctl.model.codes import OutcomeCode
from hvctl.model.steps import CreateTestGuest
from hvctl.tests.simulation import population
from hvctl.tests.unit.run import simulated


class TestHanging(simulated.TestCase):
    """What is being deleted, and never is."""

    def test_deploy_that_failed(self):
        """A tear-down that fails before a retry ends it with the reason."""
        for task, code in (
            (None, OutcomeCode.NOT_DELETED),
            ('deleting', OutcomeCode.DELETION_HANGS),
        ):
            with self.subTest(task=task):
                self.start()
                self.cloud.fail_deploys('no power')
                self.cloud.machines.end = self.hang(task)

                result = self.create('hv1', retries=2, timeout=9999)

                self.assertEqual(code, self.code(result))
                self.assertLessEqual(self.kinds().count('DeleteServer'), 3)
                self.assertLess(self.clock.seconds, 1200)

    def hang(self, task):
        """Let servers that are deleted stay, in a task or in none."""

        def end(server):
            self.cloud.change_server(server.id, task_state=task)

        return end

    def twin(self, server, **changes):
        """Let there be a second server like one, and return it."""
        table = self.cloud.world.servers
        number = table.next_number()
        found = dataclasses.replace(
            server,
            id=self.cloud.world.first.servers.id(number),
            number=number,
            **changes,
        )
        table.add(found)
        return found

    def test_twin(self):
        """A second server of the name that never goes is named."""
        server = self.cloud.has_hypervisor('hv1')
        twin = self.twin(server, vm_state='building', task_state='deleting')

        result = self.create('hv1', timeout=9999)

        self.assertEqual(OutcomeCode.DUPLICATE_HANGS, self.code(result))
        self.assertIn(twin.id, self.message(result))
        self.assertLess(self.clock.seconds, 1200)

    def test_twins_in_the_queue(self):
        """Where neither of two gets the port, the deploy has its limit."""
        server = self.cloud.has_hypervisor('hv1')
        self.cloud.machines.unbind(server)
        queued = {'vm_state': 'building', 'launched_at': None}
        self.cloud.change_server(server.id, **queued)
        self.twin(server, **queued)

        result = self.create('hv1', timeout=9999)

        self.assertEqual(OutcomeCode.NOT_DEPLOYED_IN_TIME, self.code(result))

    def leave_test_guest(self) -> None:
        """Let a killed create have left one that does not go."""
        self.cloud.has_hypervisor('hv1')
        self.cloud.take_test_guests('hv1', 1)
        self.cloud.act(
            CreateTestGuest(
                name='hv1',
                host='hv1',
                flavor_id=population.TEST.id,
                image_id='i',
                network_id=None,
            )
        )
        self.cloud.pass_time(10)
        self.cloud.changes.clear()
        self.cloud.world.losing_deletes = True

    def test_test_guest(self):
        """A test guest that never goes is named, and the machine stays."""
        self.leave_test_guest()

        result = self.delete('hv1', timeout=9999)

        self.assertEqual(OutcomeCode.TEST_GUEST_HANGS, self.code(result))
        self.assertLess(self.clock.seconds, 610)
        self.assertEqual(['DeleteTestGuest'], sorted(set(self.kinds())))

    def test_test_guest_that_goes_late(self):
        """One whose host died just then goes when it is asked again."""
        self.leave_test_guest()

        def seen_down():
            if self.kinds().count('DeleteTestGuest') > 1:
                self.cloud.world.losing_deletes = False

        self.clock.on_wait = seen_down

        result = self.delete('hv1')

        self.assertTrue(result.ok, self.message(result))
        self.assert_nothing_left()
