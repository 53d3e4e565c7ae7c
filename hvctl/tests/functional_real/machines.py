# SPDX-License-Identifier: Apache-2.0
"""Runs commands in real hypervisors, as somebody would who is root there."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import pathlib
import subprocess

from hvctl.tests.functional import facts

#: More than any command here takes.
_TIMEOUT = 120


def run(host: str, *command: str, feed: str | None = None) -> str:
    """Run a command in a machine, and see it succeed.

    :param host: the machine's host name
    :param feed: what it reads
    :returns: what it wrote
    """
    done = attempt(host, *command, feed=feed)
    assert done.returncode == 0, done
    return done.stdout


def attempt(
    host: str, *command: str, feed: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a machine, which may fail.

    :param host: the machine's host name
    :param feed: what it reads
    """
    return subprocess.run(
        (
            *('nsenter', '--target', str(first(host)), '--all'),
            *('--root', '--wd=/', *command),
        ),
        input=feed,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=False,
    )


def shell(host: str, script: str) -> str:
    """Run a script in a machine, and see it succeed."""
    return run(host, 'sh', '-ec', script)


def read(host: str, path: str) -> str:
    """Read a file of a machine."""
    return run(host, 'cat', path)


def address(host: str) -> str:
    """Give the address that other hosts reach a machine by."""
    return (
        read(host, '/etc/nova/nova.conf').partition('my_ip = ')[2].split()[0]
    )


def command_line(host: str, unit: str) -> list[str]:
    """Give the words by which a unit's main process was started."""
    pid = _property(host, unit, 'MainPID')
    return read(host, f'/proc/{pid}/cmdline').split('\0')[:-1]


def user(host: str, unit: str) -> str:
    """Give the user that a unit's main process runs as."""
    pid = _property(host, unit, 'MainPID')
    return run(host, 'stat', '--format=%U', f'/proc/{pid}').strip()


def unit_file(host: str, unit: str) -> str:
    """Give the file of a unit."""
    return _property(host, unit, 'FragmentPath')


def _property(host: str, unit: str, name: str) -> str:
    return run(
        host, 'systemctl', 'show', '--property', name, '--value', unit
    ).strip()


@contextlib.contextmanager
def kept(host: str, *paths: str) -> Iterator[None]:
    """Have files of a machine again as they were when the context ends."""
    before = {path: read(host, path) for path in paths}
    try:
        yield
    finally:
        for path, content in before.items():
            run(host, 'tee', path, feed=content)


@contextlib.contextmanager
def replaced(host: str, *paths: str, text: str) -> Iterator[None]:
    """Have other files in a machine while the context lasts.

    What is in place is written over, so that owner and mode stay.
    """
    with kept(host, *paths):
        for path in paths:
            run(host, 'tee', path, feed=text)
        yield


@contextlib.contextmanager
def unreachable(host: str, address_: str, port: int) -> Iterator[None]:
    """Let a machine reach a port of another no more, as a firewall does."""
    rule = ('to', address_, 'ipproto', 'tcp', 'dport', str(port))
    run(host, 'ip', 'rule', 'add', *rule, 'unreachable')
    try:
        yield
    finally:
        run(host, 'ip', 'rule', 'delete', *rule, 'unreachable')


def first(host: str) -> int | None:
    """Find the first process of a machine; None while it is off."""
    for pid in facts.processes(host, ''):
        try:
            status = pathlib.Path(f'/proc/{pid}/status').read_text()
        except OSError:
            continue
        numbers = next(
            line for line in status.splitlines() if line.startswith('NSpid:')
        )
        if numbers.split()[-1] == '1':
            return pid
    return None
