# SPDX-License-Identifier: Apache-2.0
"""Tests of the nodes' power switches."""

from __future__ import annotations

import xmlrpc.client

from supervisor import xmlrpc as supervisor_xmlrpc

from hvctl_lab import waiting
from hvctl_lab.metal import power
from hvctl_lab.tests import base


class Supervisor:
    """supervisord with one program."""

    def __init__(self):
        self.state = 0
        self.fault = None

    def _answer(self, code):
        if self.fault is not None:
            code = self.fault
        if code is not None:
            raise xmlrpc.client.Fault(code, 'as the test wants it')

    def getProcessInfo(self, name):
        return {'state': self.state}

    def startProcess(self, name):
        on = self.state == 20
        self._answer(supervisor_xmlrpc.Faults.ALREADY_STARTED if on else None)
        self.state = 20

    def stopProcess(self, name):
        on = self.state == 20
        self._answer(None if on else supervisor_xmlrpc.Faults.NOT_RUNNING)
        self.state = 0


class TestPower(base.LabTestCase):
    """Switching a node on and off."""

    def setUp(self):
        super().setUp()
        self.supervisor = Supervisor()
        self.replace(
            'hvctl_lab.supervisord.connect', lambda lab: self.supervisor
        )
        self.left = [True, True, False]
        self.replace(
            'hvctl_lab.metal.cgroup.populated',
            lambda lab, name: self.left.pop(0),
        )

    def test_on(self):
        """Switching on twice is harmless."""
        power.switch_on(self.lab, 'node-0')
        power.switch_on(self.lab, 'node-0')

        self.assertTrue(power.is_on(self.lab, 'node-0'))

    def test_off(self):
        """A node is off when nothing of its machine is left."""
        power.switch_on(self.lab, 'node-0')
        power.switch_off(self.lab, 'node-0')

        self.assertFalse(power.is_on(self.lab, 'node-0'))
        self.assertEqual([], self.left)

    def test_off_already(self):
        """Switching off what is off still waits for what is left."""
        power.switch_off(self.lab, 'node-0')

        self.assertEqual([], self.left)

    def test_does_not_end(self):
        """A machine that does not end is an error, not a success."""
        self.replace('hvctl_lab.metal.power._END_TIMEOUT', 0)
        self.left = [True] * 3

        with self.assertRaisesRegex(
            waiting.Timeout, 'the processes of node-0 to end'
        ):
            power.switch_off(self.lab, 'node-0')

    def test_refused(self):
        """What supervisord refuses is an error with its words."""
        self.supervisor.fault = supervisor_xmlrpc.Faults.SPAWN_ERROR

        self.assertRaises(
            power.PowerError, power.switch_on, self.lab, 'node-0'
        )
