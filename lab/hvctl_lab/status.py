# SPDX-License-Identifier: Apache-2.0
"""Reads the state of a lab: programs, their memory, nodes."""

from __future__ import annotations

import contextlib
import dataclasses

import psutil

from hvctl_lab import configuration
from hvctl_lab import paths
from hvctl_lab import readiness
from hvctl_lab import supervision
from hvctl_lab.bootstrap import connection
from hvctl_lab.metal import network
from hvctl_lab.services import clients
from hvctl_lab.services import ironic


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A program or a node: what it is, does, takes and writes to."""

    name: str
    up: bool
    state: str
    memory: int
    log: str


def programs(lab: paths.Lab) -> list[Line]:
    """Look at the programs.

    :param lab: the lab, up or not
    :returns: a line for each
    """
    known = supervision.processes(lab) if supervision.is_up(lab) else {}
    lines = []
    for program in configuration.programs_of(lab):
        process = known.get(program.name)
        running = process is not None and process.running
        up = running and readiness.answers(lab, program)
        lines.append(
            Line(
                name=program.name,
                up=up,
                state='up' if up else 'no answer' if running else 'down',
                memory=_memory(process.pid) if process else 0,
                log=str(lab.log(program.name)),
            )
        )
    return lines


def nodes(lab: paths.Lab) -> list[Line]:
    """Look at the nodes, in Ironic and at their machines.

    :param lab: the lab, Ironic and Keystone up
    :returns: a line for each; a machine is up when it is switched on
    """
    known = supervision.processes(lab)
    cloud = connection.connect(lab, clients.SYSTEM_CLOUD)
    lines = []
    for node in cloud.baremetal.nodes(details=True):
        process = known.get(node.name)
        doing = [node.provision_state, node.power_state or 'no power state']
        if node.instance_info.get('display_name'):
            doing.append(f'server {node.instance_info["display_name"]}')
        if node.last_error:
            doing.append(node.last_error)
        lines.append(
            Line(
                name=node.name,
                up=process is not None and process.running,
                state=', '.join(doing),
                memory=_memory(process.pid) if process else 0,
                log=process.log if process else '',
            )
        )
    return sorted(lines, key=lambda line: network.index(line.name))


def can_ask_ironic(lines: list[Line]) -> bool:
    """Return whether the programs are up that list the nodes.

    :param lines: the programs
    :returns: True when :func:`nodes` can be called
    """
    return all(
        line.up
        for line in lines
        if line.name in ('keystone', 'mariadb', ironic.PROGRAM)
    )


def _memory(pid: int) -> int:
    """Add up the proportional memory of a process and its descendants."""
    if not pid:
        return 0
    total = 0
    try:
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                total += each.memory_full_info().pss
    except psutil.Error:
        return 0
    return total
