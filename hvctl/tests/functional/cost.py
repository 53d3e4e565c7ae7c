# SPDX-License-Identifier: Apache-2.0
"""Measures what a piece of work costs people and the machine of the client."""

from __future__ import annotations

from collections.abc import Callable, Iterable
import os
import pathlib
import resource
import subprocess
import sys
import time
import typing


class Cost(typing.NamedTuple):
    """What something has cost.

    :ivar seconds: that one had to wait
    :ivar client: seconds of a processor of the programs that were called
    """

    seconds: float
    client: float

    def __str__(self) -> str:
        """Show both, and what else the machine had to do."""
        return (
            f'{self.seconds:.1f} s, {self.client:.1f} s of a processor of the '
            f'client (load {os.getloadavg()[0]:.1f})'
        )


def of(work: Callable[[], object]) -> Cost:
    """Do something, and say what it has cost."""
    before, begin = _client(), time.monotonic()
    work()
    return Cost(time.monotonic() - begin, _client() - before)


def ratios(
    ours: Iterable[Cost], bare: Iterable[Cost], script: Iterable[Cost]
) -> str:
    """Compare the best of each: hvctl, bare requests, a script of commands."""
    ours, bare, script = list(ours), list(bare), list(script)
    wall = min(c.seconds for c in ours) / min(c.seconds for c in bare)
    client = min(c.client for c in ours) / min(c.client for c in script)
    return (
        f'{wall:.2f} of the time of bare requests, {client:.2f} of the '
        "processor of the script's client"
    )


def run_script(text: str, *arguments: str, **environment: str) -> None:
    """Run a shell script that calls ``openstack``.

    :param arguments: are ``$1`` and so on
    """
    program = pathlib.Path(sys.executable).parent
    subprocess.run(
        ['bash', '-euo', 'pipefail', '-c', text, 'script', *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        env={
            **os.environ,
            'PATH': f'{program}:{os.environ["PATH"]}',
            **environment,
        },
    )


def _client() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
