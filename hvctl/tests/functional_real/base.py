# SPDX-License-Identifier: Apache-2.0
"""What the tests on real hypervisors have in common."""

from __future__ import annotations

import functools
import re
import typing

from hvctl.tests.functional import draining
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import services
from hvctl.tests.functional import shell

#: QEMU emulates the guests' processor, and the machine may have other work.
PATIENCE = 600

#: Of a console, for whoever reads why a guest booted anew.
LINES = 100

#: What a guest says: see lab/hvctl_lab/metal/guest/init.
_COUNT = re.compile(r'boot (\w+) count (\d+)')

_MICROVERSION = '2.79'


class Count(typing.NamedTuple):
    """What a guest said last."""

    boot: str
    number: int


#: So many guests leave at once.
MANY = 8

#: The services of such a host tell at their start what options they have.
_TALKATIVE: dict[str, object] = {
    'extends': 'real',
    'live_migration': {'max_concurrent': MANY},
    'nova': {'DEFAULT': {'debug': True}},
    'neutron': {'DEFAULT': {'debug': True}},
}


class RealTestCase(draining.DrainTestCase):
    """Has two real hypervisors, that are alone in the cloud."""

    _hosts: typing.ClassVar[tuple[str, ...]] = ()

    def setUp(self) -> None:
        if not RealTestCase._hosts:
            RealTestCase._hosts = self._make()
        for host in self._hosts:
            # Else a host that the last test has hurt would be replaced.
            facts.wait(functools.partial(is_up, host), host, PATIENCE)
            services.enable(host)
        super().setUp()
        self.assertEqual(self._hosts, (self.source, self.target))

    def _make(self) -> tuple[str, ...]:
        """Make those that all tests share, which takes minutes."""
        names = [hypervisors.name(f'real-{end}') for end in 'ab']
        hypervisors.make_room(len(names))
        made = shell.ephemeral(
            'create',
            *names,
            *('--profile', 'talkative'),
            environment=self.profiles(talkative=_TALKATIVE),
        )
        self.ends(made.result(PATIENCE), 0)
        hypervisors.share(*names)
        return tuple(names)

    def real_guest(self, *, config_drive: bool = False) -> str:
        """Boot a guest that counts, on the source."""
        server_id = self.boot(
            host=self.source,
            config_drive=config_drive,
            image_name='real-guest',
            flavor_name='m1.micro',
            network_name='tenant-vlan',
        )
        guests.wait(server_id, 'ACTIVE', timeout=PATIENCE)
        return server_id

    def counting_guest(
        self, *, config_drive: bool = False
    ) -> tuple[str, Count]:
        """Boot a guest on the source, and see it count."""
        server_id = self.real_guest(config_drive=config_drive)
        return server_id, self.counts(server_id)

    def counts(self, server_id: str, *, after: int = 0) -> Count:
        """Wait until a guest has counted beyond a number.

        :returns: what it said last
        """

        def further() -> Count | None:
            found = last_count(server_id)
            return found if found and found.number > after else None

        return typing.cast(
            Count,
            facts.wait(further, f'{server_id} to count', PATIENCE),
        )

    def goes_on(self, server_id: str, before: Count) -> Count:
        """See that a guest counts on from where it was: nothing rebooted."""
        # More than the console of another host could have had in it.
        now = self.counts(server_id, after=before.number + 2)
        self.assertEqual(before.boot, now.boot, console(server_id, LINES))
        return now

    def turn_off(self, server_id: str) -> None:
        """Switch a guest off."""
        guests.act(server_id, 'os-stop')
        guests.wait(server_id, 'SHUTOFF', timeout=PATIENCE)

    def drain(self, host: str, *arguments: str) -> shell.Running:
        return shell.ephemeral('drain', host, *arguments)

    def drained(self, host: str, *arguments: str) -> dict[str, typing.Any]:
        """Drain a host, and see all of its guests moved."""
        result = self.ends(self.drain(host, *arguments).result(PATIENCE), 0)
        rows = self.moves(result)
        self.assertEqual(
            {'moved'}, {row['Result'] for row in rows.values()}, str(result)
        )
        return rows

    def assert_only_on(self, server_id: str, host: str) -> None:
        """See that a guest runs on a host, and takes from no other one."""
        self.assertEqual(host, guests.host(server_id))
        holders = {
            provider['name']
            for provider in facts.providers()
            if server_id in facts.consumers(provider['uuid'])
        }
        self.assertEqual({host}, holders)
        # A migration that goes on holds as one itself.
        moving = {record['uuid'] for record in facts.migrations(server_id)}
        for provider in facts.providers():
            self.assertFalse(moving & facts.consumers(provider['uuid']))


def is_up(host: str) -> bool:
    """Whether the nova-compute of a host reports."""
    service = facts.service(host)
    return service is not None and service['state'] == 'up'


def last_count(server_id: str) -> Count | None:
    """Read what a guest has said last; None before it says anything."""
    said = _COUNT.findall(console(server_id, 20))
    return Count(said[-1][0], int(said[-1][1])) if said else None


def console(server_id: str, lines: int) -> str:
    """Read the end of a guest's console; '' while it cannot be read."""
    response = facts.connection().compute.post(
        f'/servers/{server_id}/action',
        json={'os-getConsoleOutput': {'length': lines}},
        microversion=_MICROVERSION,
    )
    if response.status_code != 200:
        return ''
    return str(response.json()['output'])
