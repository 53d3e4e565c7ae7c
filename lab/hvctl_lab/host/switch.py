# SPDX-License-Identifier: Apache-2.0
"""The host's virtual switch: which ports Nova has plugged into it.

Nova's driver plugs and unplugs, the agents watch, as on a real host; the
switch is a directory with a file for each port.
"""

from __future__ import annotations

import pathlib

PORTS = pathlib.Path('/var/lib/nova/ports')


def plug(port_id: str, vif_type: str) -> None:
    """Plug a port.

    :param port_id: Neutron's id of the port
    :param vif_type: how the port is bound, which decides whose agent cares
    """
    PORTS.mkdir(exist_ok=True)
    # Renamed into place, so that an agent never reads half a file.
    unfinished = PORTS / f'.{port_id}'
    unfinished.write_text(vif_type)
    unfinished.rename(PORTS / port_id)


def unplug(port_id: str) -> None:
    """Unplug a port, or do nothing if it is not plugged."""
    (PORTS / port_id).unlink(missing_ok=True)


def plugged(vif_type: str) -> set[str]:
    """List the ports of one vif_type.

    :param vif_type: the agent's own
    :returns: the ports' ids
    """
    found = set()
    for file in PORTS.glob('[!.]*'):
        try:
            if file.read_text() == vif_type:
                found.add(file.name)
        except FileNotFoundError:
            continue
    return found
