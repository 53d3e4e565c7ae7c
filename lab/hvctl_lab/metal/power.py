# SPDX-License-Identifier: Apache-2.0
"""The nodes' power switches: one supervised program is one node's machine."""

from __future__ import annotations

import time
import typing
import xmlrpc.client

import supervisor.states
import supervisor.xmlrpc

from hvctl_lab import errors
from hvctl_lab import paths
from hvctl_lab.metal import cgroup

#: How long the kernel may take to end what ran in a machine.
_END_TIMEOUT = 30
_INTERVAL = 0.05

_Faults = supervisor.xmlrpc.Faults


class PowerError(errors.LabError):
    """A node does not do what its power switch says."""


def is_on(lab: paths.Lab, name: str) -> bool:
    """Return whether a node is switched on.

    :param lab: the embedded cloud
    :param name: the node's name
    :raises OSError: when supervisord does not answer
    """
    state = _supervisor(lab).getProcessInfo(_program(name))['state']
    return state in supervisor.states.RUNNING_STATES


def switch_on(lab: paths.Lab, name: str) -> None:
    """Switch a node on, or leave it on.

    :param lab: the embedded cloud
    :param name: the node's name
    :raises PowerError: when its program does not start
    """
    try:
        _supervisor(lab).startProcess(_program(name))
    except xmlrpc.client.Fault as fault:
        if fault.faultCode != _Faults.ALREADY_STARTED:
            raise PowerError(fault.faultString) from fault


def switch_off(lab: paths.Lab, name: str) -> None:
    """Pull a node's plug and wait until nothing of its machine runs.

    :param lab: the embedded cloud
    :param name: the node's name
    :raises PowerError: when something does not end
    """
    try:
        _supervisor(lab).stopProcess(_program(name))
    except xmlrpc.client.Fault as fault:
        if fault.faultCode != _Faults.NOT_RUNNING:
            raise PowerError(fault.faultString) from fault
    deadline = time.monotonic() + _END_TIMEOUT
    while cgroup.populated(lab, name):
        if time.monotonic() > deadline:
            raise PowerError(f'{name}: processes of the machine do not end')
        time.sleep(_INTERVAL)
    cgroup.remove(lab, name)


def _program(name: str) -> str:
    return f'nodes:{name}'


def _supervisor(lab: paths.Lab) -> typing.Any:
    transport = supervisor.xmlrpc.SupervisorTransport(
        None, None, f'unix://{lab.supervisor_socket}'
    )
    return xmlrpc.client.ServerProxy(
        'http://127.0.0.1', transport=transport
    ).supervisor
