# SPDX-License-Identifier: Apache-2.0
"""Runs the real ``openstack`` in this process, against a simulated cloud.

Nothing waits really: the time of a command is the cloud's, and that passes
when the command waits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent import futures
import contextlib
import dataclasses
import functools
import io
import json
import os
import typing
from unittest import mock

from openstackclient import shell
from osc_lib import clientmanager
import requests

from hvctl.cloud import clients
from hvctl.tests.simulation import clock
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import transport

#: Real seconds after which a worker counts as stuck.
STUCK = 120

#: What a request takes, in seconds of the cloud.
REQUEST = 0.01


class Waiting:
    """The clock of a run, which moves that of the cloud.

    See :class:`hvctl.run.clocks.Clock`.
    """

    def __init__(self, time: clock.Clock) -> None:
        self._time = time

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return (self._time.now() - clock.START).total_seconds()

    def wait(
        self, work: Collection[futures.Future[typing.Any]], seconds: float
    ) -> None:
        """Let the work end, which takes hardly any time, or time pass."""
        if not work:
            self._time.advance(seconds)
            return
        _, stuck = futures.wait(work, STUCK)
        assert not stuck, 'a worker is stuck'
        self._time.advance(REQUEST)

    def until(self, work: futures.Future[typing.Any], seconds: float) -> None:
        """Let a look end."""
        _, stuck = futures.wait([work], STUCK)
        assert not stuck, 'a look is stuck'

    def chance(self) -> float:
        """Make every pause as long as it may be."""
        return 1.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a command did."""

    status: int
    stdout: str
    stderr: str

    def json(self) -> typing.Any:
        """Read standard output as JSON."""
        return json.loads(self.stdout)


def run(
    simulated: cloud.Cloud,
    *arguments: str,
    user: str = 'admin',
    project: str = 'admin',
    waiting: Waiting | None = None,
) -> Result:
    """Run ``openstack`` to its end.

    :param waiting: waits in place of the usual one
    """
    stdout, stderr = io.StringIO(), io.StringIO()
    with (
        inside(simulated, waiting),
        _environment(user, project),
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
    ):
        _forget_clients()
        # It takes both when it is made.
        status = shell.OpenStackShell().run(list(arguments))
    return Result(
        status=status, stdout=stdout.getvalue(), stderr=stderr.getvalue()
    )


def _forget_clients() -> None:
    """Let the client log in anew: it keeps its clients for the process."""
    for each in vars(clientmanager.ClientManager).values():
        if isinstance(each, clientmanager.ClientCache):
            each._handle = None


@contextlib.contextmanager
def inside(
    simulated: cloud.Cloud, waiting: Waiting | None = None
) -> Iterator[None]:
    """Let what this process asks and waits for be the simulated cloud's.

    :param waiting: waits in place of the usual one
    """
    waiting = waiting or Waiting(simulated.clock)
    adapter = transport.Transport(simulated.application)
    connect = functools.partial(
        clients.Client.connect, monotonic=waiting.monotonic
    )
    with (
        mock.patch.object(
            requests.Session, 'get_adapter', lambda session, url: adapter
        ),
        mock.patch('hvctl.run.clocks.SystemClock', lambda: waiting),
        mock.patch.object(clients.Client, 'connect', connect),
    ):
        yield


@contextlib.contextmanager
def _environment(user: str, project: str) -> Iterator[None]:
    """Be somebody, and nobody that the environment names."""
    wanted = {
        'OS_AUTH_URL': f'{transport.URL}/identity',
        'OS_USERNAME': user,
        'OS_PASSWORD': cloud.PASSWORD,
        'OS_PROJECT_NAME': project,
        'OS_USER_DOMAIN_ID': 'default',
        'OS_PROJECT_DOMAIN_ID': 'default',
    }
    others = {k: v for k, v in os.environ.items() if not k.startswith('OS_')}
    with mock.patch.dict(os.environ, others | wanted, clear=True):
        yield
