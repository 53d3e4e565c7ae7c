# SPDX-License-Identifier: Apache-2.0
"""The nodes' power switches: one supervised program is one node's machine."""

from __future__ import annotations

import xmlrpc.client

import supervisor.states

from hvctl_lab import errors
from hvctl_lab import paths
from hvctl_lab import supervisord
from hvctl_lab import waiting
from hvctl_lab.metal import cgroup

#: How long the kernel may take to end what ran in a machine.
_END_TIMEOUT = 30


class PowerError(errors.LabError):
    """A node does not do what its power switch says."""


def is_on(lab: paths.Lab, name: str) -> bool:
    """Return whether a node is switched on.

    :param lab: the embedded cloud
    :param name: the node's name
    :raises OSError: when supervisord does not answer
    """
    state = supervisord.connect(lab).getProcessInfo(_program(name))['state']
    return state in supervisor.states.RUNNING_STATES


def switch_on(lab: paths.Lab, name: str) -> None:
    """Switch a node on, or leave it on.

    :param lab: the embedded cloud
    :param name: the node's name
    :raises PowerError: when its program does not start
    """
    try:
        supervisord.connect(lab).startProcess(_program(name))
    except xmlrpc.client.Fault as fault:
        if fault.faultCode != supervisord.Faults.ALREADY_STARTED:
            raise PowerError(fault.faultString) from fault


def switch_off(lab: paths.Lab, name: str) -> None:
    """Pull a node's plug and wait until nothing of its machine runs.

    :param lab: the embedded cloud
    :param name: the node's name
    :raises LabError: when something does not end
    """
    try:
        supervisord.connect(lab).stopProcess(_program(name))
    except xmlrpc.client.Fault as fault:
        if fault.faultCode != supervisord.Faults.NOT_RUNNING:
            raise PowerError(fault.faultString) from fault
    waiting.until(
        lambda: not cgroup.populated(lab, name),
        timeout=_END_TIMEOUT,
        what=f'the processes of {name} to end',
    )
    cgroup.remove(lab, name)


def _program(name: str) -> str:
    return f'nodes:{name}'
