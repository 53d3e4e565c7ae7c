# SPDX-License-Identifier: Apache-2.0
"""What the tests of scale have in common."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import random
import tempfile
import typing
import unittest

from hvctl.model import identity
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import commands
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import pace
from hvctl.tests.simulation import records

_SIZE = numbers.Size(hosts=6, ours=3, guests=2, free_nodes=5)

_PROFILE = {
    'image': 'debian',
    'flavor': 'metal',
    'network': 'internalapi',
    'nova': {'DEFAULT': {'transport_url': 'rabbit://'}},
}

OURS = [f'hv{number:05}' for number in range(1, 4)]


class TestCase(unittest.TestCase):
    """A cloud that has three hypervisors of a profile."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.file = pathlib.Path(directory.name) / 'hvctl.yaml'
        self.file.write_text(
            json.dumps({'profiles': {'p': _PROFILE, 'q': _PROFILE}})
        )
        self.start(1)

    def start(self, seed: int, size: numbers.Size = _SIZE) -> None:
        """Begin anew."""
        self.chance = random.Random(seed)
        self.cloud = cloud.Cloud(seed, size, pace.QUICK)
        for name in self.there():
            self.note(name, **{identity.PROFILE_KEY: 'p'})

    def machines(self) -> list[tuple[int, records.Server]]:
        """Return the servers of hypervisors, each with its number."""
        return [
            (number, server)
            for number, server in self.cloud.world.servers.rising()
            if identity.MARK_KEY in server.metadata
        ]

    def there(self, profile: str = '') -> list[str]:
        """Return the names of the hypervisors of which there is a server."""
        return sorted(
            server.name
            for _, server in self.machines()
            if profile in ('', server.metadata.get(identity.PROFILE_KEY))
        )

    def note(self, name: str, **metadata: str) -> None:
        """Write into the metadata of a server."""
        for number, server in self.machines():
            if server.name == name:
                changed = {**server.metadata, **metadata}
                self.cloud.world.servers.put(
                    number, dataclasses.replace(server, metadata=changed)
                )

    def words(self, *words: str) -> tuple[str, ...]:
        """Return the words of a scale of the profile."""
        return ('scale', 'p', *words, f'--profiles-file={self.file}')

    def scale(self, *words: str) -> typing.Any:
        """Type a scale once."""
        return commands.run(
            self.cloud,
            *('hypervisor', 'ephemeral'),
            *self.words(*words),
            '-fjson',
        )

    def guests(self) -> dict[str, str | None]:
        """Return where each guest is."""
        machines = {number for number, _ in self.machines()}
        return {
            server.id: server.host
            for number, server in self.cloud.world.servers.rising()
            if number not in machines
        }

    def enabled(self) -> set[str]:
        """Return the hypervisors whose service is enabled."""
        return {
            service.host
            for _, service in self.cloud.world.services.rising()
            if not service.disabled and service.host in self.there()
        }

    def close(self, name: str, reason: str) -> None:
        """Disable a service."""
        ((number, service),) = self.cloud.world.services.having('host', name)
        self.cloud.world.services.put(
            number,
            dataclasses.replace(
                service, disabled=True, disabled_reason=reason
            ),
        )
