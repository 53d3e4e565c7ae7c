# SPDX-License-Identifier: Apache-2.0
"""Asks programs whether they work."""

from __future__ import annotations

from collections.abc import Iterable
import http.client
import socket

from hvctl_lab import broker
from hvctl_lab import configuration
from hvctl_lab import databases
from hvctl_lab import errors
from hvctl_lab import logs
from hvctl_lab import paths
from hvctl_lab import programs
from hvctl_lab import supervision
from hvctl_lab import waiting
from hvctl_lab.services import mariadb

#: The seconds a program may take to answer, on a machine that is busy.
_START_TIMEOUT = 150


def all_answer(lab: paths.Lab) -> bool:
    """Return whether every program is up and answers now.

    :param lab: the lab, supervisord up
    :returns: False when a single one does not
    """
    known = supervision.processes(lab)
    return all(
        known[program.name].running and answers(lab, program)
        for program in configuration.programs_of(lab)
    )


def wait(lab: paths.Lab, names: Iterable[str]) -> None:
    """Wait until programs answer that have been started.

    :param lab: the lab, supervisord up
    :param names: the programs
    :raises LabError: when one ends or does not answer in time, with the
        last lines of its log
    """
    waited = {
        program.name: program
        for program in configuration.programs_of(lab)
        if program.name in set(names)
    }
    first: dict[str, int] = {}

    def ready() -> bool:
        known = supervision.processes(lab)
        for name, program in list(waited.items()):
            process = known[name]
            if process.pid:
                first.setdefault(name, process.pid)
            # supervisord restarts what ended: its pid tells.
            if process.failed or first.get(name, process.pid) != process.pid:
                reason = process.reason and f' ({process.reason})'
                raise errors.LabError(
                    f'{name} does not start{reason}.\n' + logs.tail(lab, name)
                )
            if process.running and answers(lab, program):
                del waited[name]
        return not waited

    try:
        waiting.until(ready, timeout=_START_TIMEOUT, what='the programs')
    except waiting.Timeout as error:
        raise errors.LabError(
            f'no answer after {_START_TIMEOUT} s.\n'
            + '\n'.join(logs.tail(lab, name) for name in waited)
        ) from error


def answers(lab: paths.Lab, program: programs.Program) -> bool:
    """Return whether a program answers now.

    :param lab: the lab
    :param program: the program
    :returns: True as well for a program that cannot be asked
    """
    if program.name == mariadb.PROGRAM:
        return databases.answer(lab)
    if program.queue:
        return broker.is_consumed(lab, program.queue)
    if not program.port:
        return True
    try:
        if not program.path:
            with socket.create_connection((paths.HOST, program.port), 5):
                return True
        client = http.client.HTTPConnection(
            paths.HOST, program.port, timeout=30
        )
        client.request('GET', program.path)
        return client.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
