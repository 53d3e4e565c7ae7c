# SPDX-License-Identifier: Apache-2.0
"""Gives a real machine a network of its own, and wires it to the others.

All of a lab's machines end in one bridge, in a namespace that has nothing
else.  A machine has two adapters: the first carries its address and all that
hosts say to each other, the second is for a bridge of Open vSwitch.  Nothing
is added to the host's own network: the cloud's services, which listen on the
host's loopback address, are within reach by what :mod:`forwarder` does.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import threading

from hvctl_lab import errors
from hvctl_lab import lock
from hvctl_lab import paths
from hvctl_lab.metal import forwarder
from hvctl_lab.metal import namespaces

#: The adapter with the machine's address, and the one for a bridge.
ADAPTERS = ('eno1', 'eno2')

_BRIDGE = 'switch'
_OWN = '/proc/self/ns/net'

#: Older Ironics are one thread with eventlet, which must not wait for a file
#: that it holds itself.
_TURN = threading.Lock()


class NetworkError(errors.LabError):
    """A machine could not be wired."""


def index(name: str) -> int:
    """Return the number of a node.

    :param name: the node's name
    """
    return int(name.rpartition('-')[2])


def address(name: str) -> str:
    """Return the hardware address of a node's first adapter.

    :param name: the node's name
    """
    return f'52:54:00:be:ef:{index(name):02x}'


def make_switch(lab: paths.Lab) -> None:
    """Make the bridge that all machines are wired to, unless it is there.

    :param lab: the embedded cloud
    :raises NetworkError: when it cannot be made
    """
    # Machines start at the same time.
    with _TURN, lock.of_file(lab.directory / 'switch.lock'):
        if _is_made(lab):
            return
        _ip('netns', 'add', lab.switch)
        _in_switch(lab, 'link', 'add', _BRIDGE, 'type', 'bridge')
        _in_switch(lab, 'link', 'set', _BRIDGE, 'up')


def remove_switch(lab: paths.Lab) -> None:
    """Remove the bridge; no machine may be on.

    :param lab: the embedded cloud
    :raises NetworkError: when it cannot be removed
    """
    if _is_made(lab):
        _ip('netns', 'delete', lab.switch)


def enter_own(lab: paths.Lab, name: str) -> None:
    """Move this process into a new network, wired to the switch.

    The network ends with the last process in it.

    :param lab: the embedded cloud
    :param name: the node's name
    :raises NetworkError: when it cannot be wired
    """
    outside = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
    namespaces.unshare(namespaces.NETWORK)
    _ip('link', 'set', 'lo', 'up')
    forwarder.start(lab, outside)
    os.close(outside)
    for number, adapter in enumerate(ADAPTERS):
        plug = f'{name}-{number}'
        # The last machine's network may not have gone yet.
        _ip('-n', lab.switch, 'link', 'delete', plug, check=False)
        _ip(
            *('link', 'add', adapter, 'type', 'veth'),
            *('peer', 'name', plug, 'netns', lab.switch),
        )
        _in_switch(lab, 'link', 'set', plug, 'master', _BRIDGE, 'up')
    _ip('link', 'set', ADAPTERS[0], 'address', address(name))


def _is_made(lab: paths.Lab) -> bool:
    return pathlib.Path('/run/netns', lab.switch).exists()


def _in_switch(lab: paths.Lab, *arguments: str) -> None:
    _ip('-n', lab.switch, *arguments)


def _ip(*arguments: str, check: bool = True) -> None:
    result = subprocess.run(
        ('ip', *arguments), capture_output=True, text=True, check=False
    )
    if check and result.returncode:
        raise NetworkError(
            f'ip {" ".join(arguments)} failed: {result.stderr.strip()}'
        )
