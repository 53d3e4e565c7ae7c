# SPDX-License-Identifier: Apache-2.0
"""Tests of the hosts' virtual switch."""

from __future__ import annotations

from hvctl_lab.host import switch
from hvctl_lab.tests import base


class TestSwitch(base.LabTestCase):
    """Ports that are plugged and unplugged."""

    def setUp(self):
        super().setUp()
        self.replace('hvctl_lab.host.switch.PORTS', self.directory / 'ports')

    def test_nothing_yet(self):
        """A switch that was never used has no ports."""
        self.assertEqual(set(), switch.plugged('ovs'))

    def test_each_agent_sees_its_own(self):
        """An agent sees the ports of its own kind."""
        switch.plug('p1', 'ovs')
        switch.plug('p2', 'hw_veb')
        switch.plug('p1', 'ovs')

        self.assertEqual({'p1'}, switch.plugged('ovs'))
        self.assertEqual({'p2'}, switch.plugged('hw_veb'))

    def test_unplug(self):
        """Unplugging twice is harmless."""
        switch.plug('p1', 'ovs')
        switch.unplug('p1')
        switch.unplug('p1')

        self.assertEqual(set(), switch.plugged('ovs'))
