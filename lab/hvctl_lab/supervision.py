# SPDX-License-Identifier: Apache-2.0
"""Talks to supervisord, which runs every program of a lab."""

from __future__ import annotations

from collections.abc import Collection, Iterable
import dataclasses
import http.client
import xmlrpc.client

import supervisor.states

from hvctl_lab import configuration
from hvctl_lab import execution
from hvctl_lab import paths
from hvctl_lab import supervisord
from hvctl_lab import waiting


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What supervisord knows of one program."""

    name: str
    group: str
    state: str
    pid: int
    log: str
    reason: str

    @property
    def running(self) -> bool:
        """Whether it has been started and has stayed up for a moment."""
        return self.state == 'RUNNING'

    @property
    def failed(self) -> bool:
        """Whether it ended without having been told to."""
        return self.state in ('BACKOFF', 'EXITED', 'FATAL', 'UNKNOWN')


def is_up(lab: paths.Lab) -> bool:
    """Return whether the lab's supervisord answers.

    :param lab: the lab
    :returns: True when it takes orders
    """
    try:
        state = supervisord.connect(lab).getState()
    except (OSError, http.client.HTTPException):
        return False
    return bool(
        state['statecode'] == supervisor.states.SupervisorStates.RUNNING
    )


def launch(lab: paths.Lab) -> None:
    """Start supervisord, with none of its programs.

    :param lab: the lab, its configuration written
    :raises LabError: when it does not come up
    """
    execution.run(
        lab,
        [
            str(lab.program('supervisord')),
            '--configuration',
            str(configuration.supervisor_configuration(lab)),
        ],
    )
    waiting.until(lambda: is_up(lab), timeout=10, what='supervisord to answer')


def start(lab: paths.Lab, names: Iterable[str]) -> None:
    """Start programs, without waiting for them.

    :param lab: the lab, supervisord up
    :param names: the programs; those that run already are left alone
    """
    proxy = supervisord.connect(lab)
    for name in names:
        try:
            proxy.startProcess(name, False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != supervisord.Faults.ALREADY_STARTED:
                raise


def stop(lab: paths.Lab, names: Collection[str]) -> None:
    """Stop programs, all at the same time, until they have ended.

    :param lab: the lab, supervisord up
    :param names: the programs; those that do not run are left alone
    :raises LabError: when one does not end
    """
    proxy = supervisord.connect(lab)
    for name in names:
        try:
            proxy.stopProcess(name, False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != supervisord.Faults.NOT_RUNNING:
                raise
    stopped = {name.rpartition(':')[2] for name in names}
    waiting.until(
        lambda: (
            not any(
                process.pid
                for process in processes(lab).values()
                if process.name in stopped
            )
        ),
        timeout=60,
        what='the programs to end',
    )


def processes(lab: paths.Lab) -> dict[str, Process]:
    """Look at every program.

    :param lab: the lab, supervisord up
    :returns: the programs by name; a machine's name is its node's
    """
    return {
        found['name']: Process(
            name=found['name'],
            group=found['group'],
            state=found['statename'],
            pid=found['pid'],
            log=found['stdout_logfile'],
            reason=found['spawnerr'] or found['description'],
        )
        for found in supervisord.connect(lab).getAllProcessInfo()
    }


def shut_down(lab: paths.Lab) -> None:
    """End every program and supervisord itself.

    :param lab: the lab, supervisord up
    :raises LabError: when something does not end
    """
    supervisord.connect(lab).shutdown()
    pid_file = lab.run / 'supervisord.pid'
    waiting.until(
        lambda: not pid_file.exists(),
        timeout=90,
        what='the programs to end',
    )
