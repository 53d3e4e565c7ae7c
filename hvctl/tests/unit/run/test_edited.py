# SPDX-License-Identifier: Apache-2.0
"""Tests of metadata that somebody has edited by hand."""

from __future__ import annotations

from hvctl.model import identity
from hvctl.tests.simulation import stepping
from hvctl.tests.unit.run import simulated

_KEYS = (
    identity.COMPUTE_ID_KEY,
    identity.DOMAIN_KEY,
    identity.NETWORKING_KEY,
    identity.MIGRATIONS_KEY,
)

#: What a key is set to; None removes it.
_VALUES = (None, 'no such thing')

#: Seconds after which somebody edits: before the machine is up, and when its
#: nova-compute has registered.
_TIMES = (1, 4)


class Edited(stepping.Stepped):
    """Somebody keeps editing the metadata of the servers.

    :ivar key: what is edited
    :ivar value: what it is set to
    :ivar since: from when on
    """

    key = ''
    value: str | None = None
    since = 0.0

    def catch_up(self) -> None:
        """Let everything happen that is due, and edit."""
        super().catch_up()
        if self._time.seconds < self.since:
            return
        for server in self.ours('hv1'):
            metadata = dict(server.metadata)
            metadata.pop(self.key, None)
            if self.value is not None:
                metadata[self.key] = self.value
            self.change_server(server.id, metadata=metadata)


class TestEdited(simulated.TestCase):
    """What our keys are for is told by other things as well."""

    kind = Edited

    def assert_in_life(self, events):
        """What is edited may lead anywhere."""

    def test_each_key(self):
        """It is closed until it is proven, opened, and goes as a whole."""
        for key in _KEYS:
            for value in _VALUES:
                for since in _TIMES:
                    with self.subTest(key=key, value=value, since=since):
                        self.start()
                        self.cloud.world.domain = 'example.org'
                        self.cloud.key, self.cloud.value = key, value
                        self.cloud.since = since
                        self.go_through()

    def go_through(self) -> None:
        """Create one, again and for real, and delete it."""
        self.cloud.tenants = True
        result = self.create('hv1', domain='example.org')
        self.assertTrue(result.ok, self.message(result))
        self.assertNotIn('bad', {state for _, state in self.cloud.landed})
        self.cloud.pass_time(60)
        result = self.create('hv1', domain='example.org')
        self.assertTrue(result.ok, self.message(result))
        self.assert_open('hv1.example.org')
        result = self.delete('hv1')
        self.assertTrue(result.ok, self.message(result))
        self.assert_nothing_left('hv1')
