# SPDX-License-Identifier: Apache-2.0
"""Runs commands as a person does, the real ``openstack`` above all."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import typing

#: Seconds; a command that says nothing new for so long hangs, and fails its
#: test.  On a busy machine one that gets on takes as long as it takes.
SILENCE = 240

BIN = pathlib.Path(sys.prefix) / 'bin'

#: The command that is tested; "tox -e lower-functional" names its own.
OPENSTACK = os.environ.get('HVCTL_TEST_OPENSTACK', 'openstack')

# A shell has what it starts in the background ignore Ctrl-C, and that is
# handed on: a test that presses it would press it in vain.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a command did."""

    command: str
    status: int
    stdout: str
    stderr: str

    def json(self) -> typing.Any:
        """Read standard output as JSON."""
        return json.loads(self.stdout)

    def __str__(self) -> str:
        """Show everything, for a failure's message."""
        return (
            f'$ {self.command}\n{self.stdout}{self.stderr}'
            f'(exit status {self.status})'
        )


class Running:
    """A command that is under way."""

    def __init__(
        self, command: tuple[str, ...], environment: Mapping[str, str]
    ) -> None:
        """Start it; its output goes to memory, so it never waits for us."""
        self._command = command
        self._stdout = os.memfd_create('stdout')
        self._stderr = os.memfd_create('stderr')
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._stdout,
            stderr=self._stderr,
            env={**os.environ, **environment},
        )

    def kill(self) -> None:
        """End it at once, as SIGKILL does."""
        self._process.kill()

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.signal(signal.SIGINT)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def _said(self) -> int:
        files = (self._stdout, self._stderr)
        return sum(os.fstat(file).st_size for file in files)

    def stderr(self) -> str:
        """Give what it has written to standard error by now."""
        size = os.fstat(self._stderr).st_size
        # Reading must not move the offset, which is the program's as well.
        return os.pread(self._stderr, size, 0).decode()

    def result(self, timeout: float | None = None) -> Result:
        """Wait for its end.

        :param timeout: seconds until it is ended; without them it is when it
            has said nothing new for long
        """
        try:
            while self._process.poll() is None:
                said = self._said()
                try:
                    self._process.wait(timeout or SILENCE)
                except subprocess.TimeoutExpired:
                    if timeout or self._said() == said:
                        break
        finally:
            # Whoever interrupts us wants it ended as well, before we clean up.
            self._process.kill()
            self._process.wait()
        return Result(
            command=shlex.join(self._command),
            status=self._process.returncode,
            stdout=_read(self._stdout),
            stderr=_read(self._stderr),
        )


def _read(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor) as stream:
        return stream.read()


def start(
    program: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> Running:
    """Start a program of the virtualenv, or that of an absolute path."""
    return Running((str(BIN / program), *arguments), environment or {})


def openstack(
    *arguments: str,
    environment: Mapping[str, str] | None = None,
) -> Result:
    """Run ``openstack`` to its end."""
    return start(OPENSTACK, *arguments, environment=environment).result()


def ephemeral(
    verb: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
) -> Running:
    """Start ``openstack hypervisor ephemeral``, with its result as JSON."""
    return start(
        OPENSTACK,
        'hypervisor',
        'ephemeral',
        verb,
        *arguments,
        '-f',
        'json',
        environment=environment,
    )


def transport() -> str:
    """Give the line of a configuration that leads to the message bus."""
    config = pathlib.Path(os.environ['HVCTL_LAB_NOVA_CONF']).read_text()
    return next(
        line
        for line in config.splitlines()
        if line.startswith('transport_url')
    )


def recipe(**changes: str | None) -> list[str]:
    """Give the options of ``create`` that suit the embedded cloud.

    :param changes: options that differ; None leaves one out
    """
    options: dict[str, str | None] = {
        'image': 'debian-12-baremetal',
        'flavor': 'my-baremetal-flavor',
        'network': 'internalapi',
        'key_name': 'default',
        'config': os.environ['HVCTL_LAB_NOVA_CONF'],
        **changes,
    }
    return [
        word
        for option, value in options.items()
        if value is not None
        for word in (f'--{option.replace("_", "-")}', value)
    ]
