# SPDX-License-Identifier: Apache-2.0
"""Tests of the Ironic hardware type."""

from __future__ import annotations

from unittest import mock

from ironic.common import exception
from ironic.common import states

from hvctl_lab import paths
from hvctl_lab.metal import hardware
from hvctl_lab.metal import variants
from hvctl_lab.tests import base

_MODULE = 'hvctl_lab.metal.hardware'


class HardwareTestCase(base.LabTestCase):
    """A node, its switch and its disk, all written down in one list."""

    def setUp(self):
        super().setUp()
        self.events = []
        self.task = mock.Mock()
        self.task.node.name = 'node-0'
        self.task.node.extra = {}
        self.task.node.instance_info = {
            'image_source': paths.BOOTABLE_IMAGE_ID
        }
        network = self.task.driver.network
        network.configure_tenant_networks = self._note('plug')
        network.unconfigure_tenant_networks = self._note('unplug')
        self.replace(f'{_MODULE}._DEPLOY_SECONDS', 0)
        self.replace(
            f'{_MODULE}.manager_utils.node_power_action',
            lambda task, state: self.events.append(state),
        )
        self.replace(f'{_MODULE}.disk.write', self._write)
        self.replace(f'{_MODULE}.disk.wipe', self._note('wipe'))
        self.replace(f'{_MODULE}.power.switch_on', self._note('switch on'))
        self.replace(f'{_MODULE}.power.switch_off', self._note('switch off'))

    def _note(self, event):
        return lambda *arguments: self.events.append(event)

    def _write(self, lab, name, variant, drive):
        self.variant = variant
        self.events.append(('write', drive))


class TestDeploy(HardwareTestCase):
    """From deploy to undeploy."""

    def test_deploy(self):
        """The disk is written before the machine is switched on."""
        hardware.LabDeploy().deploy(self.task)

        self.assertEqual([('write', {}), 'plug', states.POWER_ON], self.events)

    def test_variants(self):
        """The server's image decides what the machine boots."""
        for variant in variants.ALL:
            self.task.node.instance_info = {'image_source': variant.glance_id}

            hardware.LabDeploy().deploy(self.task)

            self.assertIs(variant, self.variant)

    def test_another_image(self):
        """An image that boots nothing is deployed all the same."""
        self.task.node.instance_info['image_source'] = 'another'

        hardware.LabDeploy().deploy(self.task)

        self.assertEqual(['plug', states.POWER_ON], self.events)

    def test_config_drive(self):
        """What Nova gave is what is written."""
        self.task.node.instance_info['configdrive'] = 'given'
        self.replace(f'{_MODULE}.drive.files', lambda given: {given: b'x'})

        hardware.LabDeploy().deploy(self.task)

        self.assertEqual(('write', {'given': b'x'}), self.events[0])

    def test_bad_config_drive(self):
        """A config drive that is none fails the deploy."""
        self.task.node.instance_info['configdrive'] = 'nonsense'

        self.assertRaises(
            exception.InstanceDeployFailure,
            hardware.LabDeploy().deploy,
            self.task,
        )
        self.assertEqual([], self.events)

    def test_told_to_fail(self):
        """A test can make a node's deploys fail."""
        self.task.node.extra = {'hvctl_lab': 'fail-deploy'}

        self.assertRaises(
            exception.InstanceDeployFailure,
            hardware.LabDeploy().deploy,
            self.task,
        )
        self.assertEqual([], self.events)

    def test_told_how_long(self):
        """Or take as long as it likes."""
        slept = []
        self.replace(f'{_MODULE}.time.sleep', slept.append)
        for told in ('slow-deploy:30', 'slow-deploy:0.5', ''):
            self.task.node.extra = {'hvctl_lab': told}
            hardware.LabDeploy().deploy(self.task)
        self.task.node.extra = {'hvctl_lab': 'slow-deploy:very'}

        self.assertEqual([30, 0.5, 0], slept)
        self.assertRaisesRegex(
            exception.InstanceDeployFailure,
            "'slow-deploy:very'",
            hardware.LabDeploy().deploy,
            self.task,
        )

    def test_tear_down(self):
        """The disk is wiped after the machine has ended."""
        state = hardware.LabDeploy().tear_down(self.task)

        self.assertEqual(states.DELETED, state)
        self.assertEqual([states.POWER_OFF, 'unplug', 'wipe'], self.events)


class TestPower(HardwareTestCase):
    """The switch, as Ironic sees it."""

    def test_states(self):
        """Each state that the switch has is reached."""
        power = hardware.LabPower()
        power.set_power_state(self.task, states.POWER_ON)
        power.set_power_state(self.task, states.POWER_OFF)
        power.reboot(self.task)

        self.assertEqual(
            ['switch on', 'switch off', 'switch off', 'switch on'],
            self.events,
        )

    def test_no_such_state(self):
        """A system cannot be asked politely to end."""
        self.assertRaises(
            exception.InvalidParameterValue,
            hardware.LabPower().set_power_state,
            self.task,
            states.SOFT_POWER_OFF,
        )
        self.assertNotIn(
            states.SOFT_POWER_OFF,
            hardware.LabPower().get_supported_power_states(self.task),
        )

    def test_looks(self):
        """Ironic is told what is, not what was asked for."""
        for on, expected in (
            (True, states.POWER_ON),
            (False, states.POWER_OFF),
        ):
            self.replace(f'{_MODULE}.power.is_on', lambda *_, on=on: on)

            self.assertEqual(
                expected, hardware.LabPower().get_power_state(self.task)
            )
