# SPDX-License-Identifier: Apache-2.0
"""Makes the embedded cloud as bad as real ones are now and then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
import configparser
import contextlib
import os
import pathlib
import signal
import subprocess

from hvctl_lab import databases
from hvctl_lab import paths
from hvctl_lab import readiness
from hvctl_lab import supervision
from hvctl_lab.services import nova

_LAB = paths.Lab.from_environment


@contextlib.contextmanager
def stopped(*programs: str) -> Iterator[None]:
    """Stop programs of the cloud while the context lasts."""
    supervision.stop(_LAB(), programs)
    try:
        yield
    finally:
        _start(*programs)


def _start(*programs: str) -> None:
    supervision.start(_LAB(), programs)
    readiness.wait(_LAB(), programs)


@contextlib.contextmanager
def frozen(program: str) -> Iterator[None]:
    """Let a program accept requests and answer none of them.

    The system goes on to take its connections.
    """
    pid = supervision.processes(_LAB())[program].pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def configured(
    program: str, file: str, options: Mapping[str, Mapping[str, str]]
) -> Iterator[None]:
    """Run a program with other options while the context lasts.

    :param file: its configuration, below the lab's own
    :param options: what is laid over it, by section
    """
    path = _LAB().etc / file
    before = path.read_text()
    changed = configparser.RawConfigParser()
    changed.read_string(before)
    changed.read_dict(options)
    try:
        _restart(program, path, changed)
        yield
    finally:
        supervision.stop(_LAB(), [program])
        path.write_text(before)
        _start(program)


def _restart(
    program: str, path: pathlib.Path, options: configparser.RawConfigParser
) -> None:
    supervision.stop(_LAB(), [program])
    with path.open('w') as stream:
        options.write(stream)
    _start(program)


#: Raises what MariaDB says of a deadlock.  Nova leaves a cell out of its lists
#: for it, while an error that oslo.db does not translate ends them with 500.
_REFUSAL = """\
CREATE FUNCTION nova.refuse() RETURNS INT NOT DETERMINISTIC
BEGIN
  SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT =
    'Deadlock found when trying to get lock; try restarting transaction';
  RETURN 1;
END
"""


@contextlib.contextmanager
def silent_cell(*tables: str) -> Iterator[None]:
    """Let every query of tables of the cell fail while the context lasts.

    Nova leaves the cell out of its lists then, and answers with 200.
    """
    databases.execute(
        _LAB(),
        [
            _REFUSAL,
            *(f'RENAME TABLE nova.{t} TO nova.{t}_away' for t in tables),
            *(
                f'CREATE VIEW nova.{table} AS '
                f'SELECT * FROM nova.{table}_away WHERE nova.refuse()'
                for table in tables
            ),
        ],
    )
    try:
        yield
    finally:
        databases.execute(
            _LAB(),
            [
                *(f'DROP VIEW nova.{table}' for table in tables),
                *(f'RENAME TABLE nova.{t}_away TO nova.{t}' for t in tables),
                'DROP FUNCTION nova.refuse',
            ],
        )


def audit() -> str:
    """Delete what no server has in Placement, as operators do from cron.

    :returns: what the audit says
    """
    ran = subprocess.run(
        nova.manage(_LAB(), 'placement', 'audit', '--delete', '--verbose'),
        capture_output=True,
        text=True,
        check=False,
    )
    # 4: allocations were found, and are deleted.
    assert ran.returncode in (0, 4), ran
    return ran.stdout
