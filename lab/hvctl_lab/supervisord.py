# SPDX-License-Identifier: Apache-2.0
"""Opens connections to the supervisord of a lab."""

from __future__ import annotations

import typing
import xmlrpc.client

import supervisor.xmlrpc

from hvctl_lab import paths

Faults = supervisor.xmlrpc.Faults


def connect(lab: paths.Lab) -> typing.Any:
    """Return the remote procedure calls of a lab's supervisord.

    :param lab: the lab
    :returns: the calls of supervisord's namespace ``supervisor``; each raises
        OSError when it does not answer
    """
    transport = supervisor.xmlrpc.SupervisorTransport(
        None, None, f'unix://{lab.supervisor_socket}'
    )
    return xmlrpc.client.ServerProxy(
        'http://127.0.0.1', transport=transport
    ).supervisor
