# SPDX-License-Identifier: Apache-2.0
"""Types the commands of hvctl, and types them again when they end badly.

It is the real code of each command, without the client's shell around it,
which takes longer to start than most commands take.
"""

from __future__ import annotations

import argparse
import collections
from collections.abc import Iterator
import contextlib
import io
import logging
import os
import random
import re
import secrets
import signal
import types
import typing
from unittest import mock

from openstack import connection

from hvctl import exceptions
from hvctl import workers
from hvctl.cloud import clients
from hvctl.osc.v1 import hypervisor_ephemeral
from hvctl.osc.v1 import hypervisor_ephemeral_delete
from hvctl.osc.v1 import hypervisor_ephemeral_drain
from hvctl.osc.v1 import hypervisor_ephemeral_prune
from hvctl.osc.v1 import hypervisor_ephemeral_scale
from hvctl.osc.v1 import hypervisor_ephemeral_set
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import commands
from hvctl.tests.simulation import inline
from hvctl.tests.simulation import perils
from hvctl.tests.simulation import remembered
from hvctl.tests.simulation import transport

_COMMANDS: dict[str, typing.Any] = {
    'create': hypervisor_ephemeral.CreateHypervisorEphemeral,
    'delete': hypervisor_ephemeral_delete.DeleteHypervisorEphemeral,
    'list': hypervisor_ephemeral.ListHypervisorEphemeral,
    'drain': hypervisor_ephemeral_drain.DrainHypervisorEphemeral,
    'prune': hypervisor_ephemeral_prune.PruneHypervisorEphemeral,
    'scale': hypervisor_ephemeral_scale.ScaleHypervisorEphemeral,
    'set': hypervisor_ephemeral_set.SetHypervisorEphemeral,
    'unset': hypervisor_ephemeral_set.UnsetHypervisorEphemeral,
}

#: What a command may meet with, by its verb: the most moments of each kind
#: after which it happens, as many as there are in a short run.
_MOMENTS = {
    'create': {'read': 120, 'write': 16, 'pause': 14},
    'drain': {'read': 60, 'write': 8, 'pause': 10},
    'delete': {'read': 90, 'write': 8, 'pause': 10},
    'prune': {'read': 120, 'write': 16, 'pause': 20},
    'scale': {'read': 200, 'write': 30, 'pause': 30},
}

#: How often something happens to a command at most, and how often it is typed
#: at most until it ends well.
_PERILS = 3
_TRIES = 8

#: Seconds that are added to each further pause between two tries.
_PATIENCE = 5

_DELETE_FIRST = re.compile(
    'remove it first: openstack hypervisor ephemeral delete (.*)'
)

Struck = collections.Counter[tuple[str, perils.What, perils.When]]


class Operator:
    """Somebody who types commands until they end well.

    :ivar struck: what happened to the commands, by verb
    """

    def __init__(self, simulated: cloud.Cloud, chance: random.Random) -> None:
        self.struck: Struck = collections.Counter()
        self._cloud = simulated
        self._chance = chance

    def succeed(self, verb: str, *words: str) -> None:
        """Type a command until it ends well, whatever happens to it.

        What it says is to be deleted first is deleted.
        """
        said = []
        for number in range(_TRIES):
            peril = self._peril(verb) if number < _PERILS else None
            result = self.type(verb, *words, peril=peril)
            if result is not None and not result.status:
                return
            said.append(result.stderr if result else 'Killed\n')
            for name in _DELETE_FIRST.findall(said[-1]):
                self.succeed('delete', name)
            # Who is told again and again that a cell is silent waits longer.
            pause = self._chance.choice((0, 1, 7, 30)) + number * _PATIENCE
            self._cloud.clock.advance(pause)
        raise AssertionError(
            f'{verb} {" ".join(words)} does not end well:\n{"".join(said)}'
        )

    def type(
        self, verb: str, *words: str, peril: perils.Peril | None = None
    ) -> commands.Result | None:
        """Type a command once.

        :returns: None when it was killed
        """
        fate = perils.Fate(self._cloud.world, peril)
        app = App(self._cloud, perils.Session(self._cloud, fate))
        waiting = perils.Waiting(self._cloud.clock, fate)
        result = None
        with (
            process(self._cloud, waiting, self._chance),
            contextlib.suppress(perils.Killed),
        ):
            result = run(verb, words, app)
        if peril is not None and fate.happened:
            self.struck[verb, peril.what, peril.when] += 1
        return result

    def _peril(self, verb: str) -> perils.Peril | None:
        """Choose what happens to a command, if anything does."""
        if self._chance.random() < 0.3:
            return None
        # As often one thing as another, at however many moments.
        chosen = self._chance.choice(list(perils.What))
        what, when = self._chance.choice(
            [kind for kind in perils.KINDS if kind[0] is chosen]
        )
        most = _MOMENTS[verb][_kind(when)]
        return perils.Peril(
            what=what, when=when, number=self._chance.randrange(most)
        )


@contextlib.contextmanager
def process(
    simulated: cloud.Cloud, waiting: commands.Waiting, chance: random.Random
) -> Iterator[None]:
    """Be the process of a command.

    :param waiting: how it waits
    :param chance: what the process takes for chance
    """
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    # The client alone shows it.
    logging.disable()
    try:
        with (
            commands.inside(simulated, waiting),
            mock.patch.object(workers, 'Workers', inline.Workers),
            mock.patch.object(secrets, 'token_bytes', chance.randbytes),
            remembered.remembering(),
            # The whole of it is searched for proxies at each request.
            mock.patch.dict(os.environ, {'HOME': '/'}, clear=True),
        ):
            yield
    finally:
        logging.disable(logging.NOTSET)
        signal.signal(signal.SIGINT, usual)


class App:
    """What a command knows of the client that runs it."""

    interactive_mode = False
    options = types.SimpleNamespace(verbose_level=1)

    def __init__(
        self, simulated: cloud.Cloud, session: transport.Session
    ) -> None:
        self.stdin = io.StringIO()
        self.stdout = io.StringIO()
        self.stderr = io.StringIO()
        self.client_manager = self
        self._cloud = simulated
        self._session = session
        self._client: clients.Client | None = None

    @property
    def hvctl(self) -> clients.Client:
        """Connect to the cloud, once.

        A cached property would lock out those of other commands meanwhile.
        """
        if self._client is None:
            login = self._cloud.login(through=self._session)
            self._client = clients.Client.connect(
                connection.Connection(session=login)
            )
        return self._client


def run(verb: str, words: tuple[str, ...], app: App) -> commands.Result:
    """Run a command, as the client does."""
    command = _COMMANDS[verb](app, argparse.Namespace())
    parser = command.get_parser(f'openstack hypervisor ephemeral {verb}')
    try:
        status = int(command.run(parser.parse_args(words)))
    except KeyboardInterrupt:
        status = 130
    except exceptions.HvctlError as error:
        raise AssertionError('an error without words') from error
    except Exception as error:
        app.stderr.write(f'{error}\n')
        status = 1
    return commands.Result(
        status=status,
        stdout=app.stdout.getvalue(),
        stderr=app.stderr.getvalue(),
    )


def _kind(when: perils.When) -> str:
    if when is perils.When.PAUSE:
        return 'pause'
    reads = when in (perils.When.BEFORE_READ, perils.When.AFTER_READ)
    return 'read' if reads else 'write'
