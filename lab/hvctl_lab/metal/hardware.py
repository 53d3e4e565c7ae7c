# SPDX-License-Identifier: Apache-2.0
"""The Ironic hardware type of the embedded cloud: nodes that really boot.

It is Ironic's fake hardware except for power and deploy.  The ``extra`` field
of a node can make its deploys fail or take long::

    openstack baremetal node set --extra hvctl_lab=fail-deploy NODE
    openstack baremetal node set --extra hvctl_lab=slow-deploy:30 NODE
"""

from __future__ import annotations

import time
import typing

from ironic.common import exception
from ironic.common import states
from ironic.conductor import task_manager
from ironic.conductor import utils as manager_utils
from ironic.drivers import base
from ironic.drivers import fake_hardware
from ironic.drivers.modules import fake

from hvctl_lab import differences
from hvctl_lab import errors
from hvctl_lab import paths
from hvctl_lab.metal import disk
from hvctl_lab.metal import drive
from hvctl_lab.metal import power
from hvctl_lab.metal import variants

EXTRA = 'hvctl_lab'
FAIL_DEPLOY = 'fail-deploy'
SLOW_DEPLOY = 'slow-deploy:'

#: Long enough for the states on the way to be seen.
_DEPLOY_SECONDS = 2


class LabPower(fake.FakePower):
    """Switches the node's machine on and off."""

    def get_power_state(self, task: task_manager.TaskManager) -> str:
        """Look whether the machine is on.

        :param task: Ironic's hold on the node
        :returns: one of Ironic's power states
        """
        lab = paths.Lab.from_environment()
        on = power.is_on(lab, task.node.name)
        return str(states.POWER_ON if on else states.POWER_OFF)

    def set_power_state(
        self,
        task: task_manager.TaskManager,
        power_state: str,
        timeout: int | None = None,
    ) -> None:
        """Switch the machine on or off.

        :param task: Ironic's hold on the node
        :param power_state: what it is to be
        :param timeout: not used, as switching is immediate
        :raises InvalidParameterValue: when there is no such switch
        """
        lab = paths.Lab.from_environment()
        if power_state == states.POWER_ON:
            power.switch_on(lab, task.node.name)
        elif power_state == states.POWER_OFF:
            power.switch_off(lab, task.node.name)
        else:
            raise exception.InvalidParameterValue(
                f'a node cannot be switched to {power_state}'
            )

    def reboot(
        self, task: task_manager.TaskManager, timeout: int | None = None
    ) -> None:
        """Switch the machine off and on."""
        self.set_power_state(task, states.POWER_OFF)
        self.set_power_state(task, states.POWER_ON)

    def get_supported_power_states(
        self, task: task_manager.TaskManager
    ) -> list[str]:
        """List what the switch can do; a soft power off is not among it."""
        return [states.POWER_ON, states.POWER_OFF, states.REBOOT]


class LabDeploy(fake.FakeDeploy):
    """Writes a node's disk, switches it on, and wipes it in the end."""

    @base.deploy_step(priority=100)
    def deploy(self, task: task_manager.TaskManager) -> None:
        """Write the disk of the node's instance and boot it.

        :param task: Ironic's hold on the node
        :raises InstanceDeployFailure: when the node cannot be deployed, or
            is told to fail
        """
        node = task.node
        told = node.extra.get(EXTRA, '')
        time.sleep(_seconds(told))
        if told == FAIL_DEPLOY:
            raise exception.InstanceDeployFailure(
                f'{node.name} is told to fail its deploys'
            )
        lab = paths.Lab.from_environment()
        variant = variants.by_image(node.instance_info.get('image_source'))
        if variant is not None:
            try:
                disk.write(lab, node.name, variant, self._config_drive(task))
            except (OSError, errors.LabError) as error:
                raise exception.InstanceDeployFailure(str(error)) from error
        task.driver.network.configure_tenant_networks(task)
        manager_utils.node_power_action(task, states.POWER_ON)

    def prepare(self, task: task_manager.TaskManager) -> None:
        """Switch the node off: its disk must not be written while it runs."""
        manager_utils.node_power_action(task, states.POWER_OFF)

    def tear_down(self, task: task_manager.TaskManager) -> str:
        """End the machine and leave nothing of it on the disk.

        :param task: Ironic's hold on the node
        :returns: the state that Ironic asks for
        """
        manager_utils.node_power_action(task, states.POWER_OFF)
        task.driver.network.unconfigure_tenant_networks(task)
        disk.wipe(paths.Lab.from_environment(), task.node.name)
        return str(states.DELETED)

    def clean_up(self, task: task_manager.TaskManager) -> None:
        """Do nothing: there is no ramdisk to clean up after."""

    def take_over(self, task: task_manager.TaskManager) -> None:
        """Do nothing: the machine does not depend on a conductor."""

    @staticmethod
    def _config_drive(task: task_manager.TaskManager) -> dict[str, bytes]:
        given = task.node.instance_info.get('configdrive')
        if not given:
            return {}
        if isinstance(given, dict):
            given = differences.build_config_drive(task.node, given)
        return drive.files(given)


def _seconds(told: str) -> float:
    """Return how long the deploy of a node takes."""
    if not told.startswith(SLOW_DEPLOY):
        return _DEPLOY_SECONDS
    try:
        return float(told.removeprefix(SLOW_DEPLOY))
    except ValueError as error:
        raise exception.InstanceDeployFailure(
            f'the node is told {told!r}, which has no number of seconds'
        ) from error


class LabHardware(fake_hardware.FakeHardware):
    """Fake hardware with a real power switch and a real disk."""

    @property
    def supported_deploy_interfaces(self) -> list[type[typing.Any]]:
        """List the deploy interfaces, the default one first."""
        return [LabDeploy, *super().supported_deploy_interfaces]

    @property
    def supported_power_interfaces(self) -> list[type[typing.Any]]:
        """List the power interfaces, the default one first."""
        return [LabPower, *super().supported_power_interfaces]
