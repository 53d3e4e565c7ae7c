# SPDX-License-Identifier: Apache-2.0
"""Tests of the stand-ins for Neutron's agents."""

from __future__ import annotations

from oslo_config import cfg
import oslo_messaging

from hvctl_lab.host import agent
from hvctl_lab.tests import base


class Neutron:
    """A Neutron that writes down what it is told."""

    def __init__(self):
        self.calls = []
        self.states = []
        self.changes = set()
        self.bound = set()
        self.silent = False

    def changed(self):
        taken, self.changes = self.changes, set()
        return taken

    def report_state(self, state):
        if self.silent:
            raise oslo_messaging.MessagingTimeout
        self.states.append(dict(state))

    def active(self, ports):
        return ports & self.bound

    def up(self, ports):
        self.calls.append(('up', sorted(ports)))

    def down(self, ports):
        self.calls.append(('down', sorted(ports)))

    def told(self):
        """Return what was said since the last time."""
        told, self.calls = self.calls, []
        return told


class TestAgent(base.LabTestCase):
    """One agent that looks at a switch."""

    def setUp(self):
        super().setUp()
        self.plugged = set()
        self.replace(
            'hvctl_lab.host.switch.plugged', lambda vif_type: self.plugged
        )
        self.conf = cfg.ConfigOpts()
        agent.register_options(self.conf)
        self.conf([])
        self.conf.set_override('host', 'hv1')
        self.neutron = Neutron()
        self.agent = agent.Agent(
            agent.KINDS['openvswitch'], self.conf, self.neutron
        )

    def test_heartbeat(self):
        """The first report says so, and the next ones come in time."""
        for now in (100.0, 101.0, 104.9, 105.0):
            self.agent.step(now)

        self.assertEqual(
            [True, False],
            ['start_flag' in state for state in self.neutron.states],
        )
        self.assertEqual('hv1', self.neutron.states[0]['host'])

    def test_no_answer(self):
        """A report that was not answered is made again."""
        self.neutron.silent = True
        self.assertRaises(
            oslo_messaging.MessagingTimeout, self.agent.step, 100.0
        )
        self.neutron.silent = False

        self.agent.step(100.2)

        self.assertIn('start_flag', self.neutron.states[0])

    def test_plug_and_unplug(self):
        """A bound port is reported up once and down once."""
        self.plugged = self.neutron.bound = {'p1'}
        self.agent.step(0.0)
        self.agent.step(0.2)
        self.assertEqual([('up', ['p1'])], self.neutron.told())

        self.plugged = set()
        self.agent.step(0.4)
        self.agent.step(0.6)
        self.assertEqual([('down', ['p1'])], self.neutron.told())

    def test_changed_port(self):
        """A port that was changed is reported again, others are not."""
        self.plugged = self.neutron.bound = {'p1', 'p2'}
        self.agent.step(0.0)
        self.neutron.told()

        self.neutron.changes = {'p1', 'elsewhere'}
        self.agent.step(0.2)

        self.assertEqual([('up', ['p1'])], self.neutron.told())

    def test_destination(self):
        """A port of a guest that is to come is up before it is bound."""
        self.plugged = {'p1'}
        self.agent.step(0.0)
        self.agent.step(0.2)
        self.assertEqual([('up', ['p1'])], self.neutron.told())

        self.neutron.bound = {'p1'}
        self.agent.step(1.0)
        self.agent.step(3.0)
        self.assertEqual([('up', ['p1'])], self.neutron.told())

    def test_guest_that_did_not_come(self):
        """A port that never was bound here is not reported down."""
        self.plugged = {'p1'}
        self.agent.step(0.0)
        self.neutron.told()

        self.plugged = set()
        self.agent.step(0.2)

        self.assertEqual([], self.neutron.told())


class TestConfigurations(base.LabTestCase):
    """What the agents say of their switches."""

    def setUp(self):
        super().setUp()
        self.conf = cfg.ConfigOpts()
        agent.register_options(self.conf)
        self.conf([])

    def test_openvswitch(self):
        """The mechanism driver finds networks and tunnels."""
        self.conf.set_override('bridge_mappings', {'p': 'br-p'}, 'ovs')
        self.conf.set_override('tunnel_types', ['vxlan'], 'agent')

        said = agent.configurations(agent.KINDS['openvswitch'], self.conf)

        self.assertEqual({'p': 'br-p'}, said['bridge_mappings'])
        self.assertEqual(['vxlan'], said['tunnel_types'])

    def test_sriov(self):
        """The mechanism driver finds a list of devices for a network."""
        self.conf.set_override(
            'physical_device_mappings', {'p': 'ens1f0'}, 'sriov_nic'
        )

        said = agent.configurations(agent.KINDS['sriov-nic'], self.conf)

        self.assertEqual({'device_mappings': {'p': ['ens1f0']}}, said)
