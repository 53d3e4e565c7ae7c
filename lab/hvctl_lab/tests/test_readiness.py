# SPDX-License-Identifier: Apache-2.0
"""Tests of finding out whether programs work."""

from __future__ import annotations

import dataclasses
from unittest import mock

from hvctl_lab import configuration
from hvctl_lab import errors
from hvctl_lab import paths
from hvctl_lab import readiness
from hvctl_lab import requirements
from hvctl_lab import supervision
from hvctl_lab.tests import base


def process(state: str, pid: int = 1) -> supervision.Process:
    """Make what supervisord says of Glance."""
    return supervision.Process(
        name='glance',
        group='glance',
        state=state,
        pid=pid,
        log='',
        reason='Exited too quickly' if state == 'BACKOFF' else '',
    )


class TestWait(base.LabTestCase):
    """Waiting for one program."""

    def setUp(self) -> None:
        """Let it answer, and have something in its log."""
        super().setUp()
        self.lab.logs.mkdir(parents=True)
        self.lab.log('glance').write_text('first\nlast\n')
        self.answers = self.mock('hvctl_lab.readiness.answers')
        self.processes = self.mock('hvctl_lab.supervision.processes')
        self.mock('time.sleep')

    def wait(self, *states: supervision.Process) -> None:
        """Wait while the program goes through states."""
        self.processes.side_effect = [{'glance': state} for state in states]
        readiness.wait(self.lab, ['glance'])

    def test_ready(self):
        """It is ready when it runs and answers, not before."""
        self.answers.side_effect = [False, True]

        self.wait(
            process('STOPPED', 0),
            process('STARTING'),
            process('RUNNING'),
            process('RUNNING'),
        )

        self.assertEqual(2, self.answers.call_count)

    def test_ended(self):
        """One that ends is told at once, with its reason and its log."""
        with self.assertRaises(errors.LabError) as caught:
            self.wait(process('STARTING'), process('BACKOFF'))

        self.assertEqual(
            'glance does not start (Exited too quickly).\n'
            f'The last lines of {self.lab.log("glance")}:\n'
            '  first\n  last',
            str(caught.exception),
        )

    def test_started_again(self):
        """One that supervisord starts again has ended."""
        self.answers.return_value = False

        with self.assertRaisesRegex(errors.LabError, 'does not start'):
            self.wait(process('RUNNING', 7), process('RUNNING', 8))

    def test_silent(self):
        """One that never answers is told with its log."""
        self.answers.return_value = False
        self.processes.side_effect = lambda _: {'glance': process('RUNNING')}

        with (
            mock.patch.object(readiness, '_START_TIMEOUT', 0),
            self.assertRaisesRegex(errors.LabError, 'no answer.*\n.*\n  fir'),
        ):
            readiness.wait(self.lab, ['glance'])


class TestAnswers(base.LabTestCase):
    """Asking a program."""

    def test_nobody_there(self):
        """A closed port is no answer, and no error."""
        base_port = next(
            port
            for port in range(24000, 60000, 100)
            if all(requirements.is_free(port + used) for used in paths.Port)
        )
        lab = dataclasses.replace(self.lab, port_base=base_port)

        for program in configuration.programs_of(lab):
            with self.subTest(program=program.name):
                self.assertFalse(readiness.answers(lab, program))

    def test_ports_are_named(self):
        """Every program can be asked in one way or another."""
        for program in configuration.programs_of(self.lab):
            self.assertTrue(
                program.port or program.queue or program.name == 'mariadb',
                program.name,
            )
