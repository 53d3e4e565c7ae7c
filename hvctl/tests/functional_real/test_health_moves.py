# SPDX-License-Identifier: Apache-2.0
"""A real hypervisor opens once its test guest has been away and back."""

from __future__ import annotations

import typing

from hvctl.tests.functional import facts
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import profiles
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell
from hvctl.tests.functional_real import base
from hvctl.tests.functional_real import machines

_ACTION = 'POST compute /v2.1/servers/ID/action'
_LIFT = 'DELETE placement /allocations/ID'

#: Whatever libvirt or Nova keep of guests on a host.
_LEFT = (
    'virsh list --all --name; cd /var/lib/nova/instances; '
    'ls -d *-*-*-*-* 2>/dev/null || true'
)


class TestHealthMoves(base.RealTestCase):
    def test_there_and_back(self) -> None:
        """Its test guest goes to another host and back, live and cold."""
        name = hypervisors.name('moves')
        hypervisors.make_room(1)
        self.addCleanup(hypervisors.delete, name)
        records: list[dict[str, typing.Any]] = []

        def read(request: recorder.Request) -> bool:
            """Read the records before each request: they go with the guest."""
            if not request.status and request.kind == _ACTION:
                records[:] = _records(name)
            return False

        through = recorder.Recorder(read)
        self.addCleanup(through.close)

        made = self.ends(self.create(name, through).result(base.PATIENCE), 0)

        (row,) = made.json()
        self.assertEqual(('done', ''), (row['Result'], row['Message']))
        self.assert_enabled(name)
        self.assertEqual(
            [('live-migration', 'completed'), ('migration', 'confirmed')],
            self.there_and_back(name, records),
        )
        for words in (
            'moving the test guest to another host (live)',
            'moving the test guest back (live)',
            'moving the test guest to another host (cold)',
            'moving the test guest back (cold)',
        ):
            self.assertIn(f'{name}: {words}', made.stderr)
        kinds = [request.kind for request in through.changes]
        self.assertLess(
            max(i for i, kind in enumerate(kinds) if kind == _ACTION),
            kinds.index(_LIFT),
            kinds,
        )
        self.assert_nothing_left_of(records, name, self.source, self.target)

    def create(self, name: str, through: recorder.Recorder) -> shell.Running:
        """Begin to create a hypervisor that tries moves."""
        environment = self.profiles(
            moving={
                'extends': 'real',
                'health_test': {
                    'enabled': True,
                    'image': 'real-guest',
                    'network': profiles.VLAN_NETWORK,
                    'answer': 'console',
                    'timeout': base.PATIENCE,
                    'move': ['live', 'cold'],
                },
            }
        )
        return shell.ephemeral(
            'create',
            name,
            *('--profile', 'moving'),
            environment={**environment, **through.environment},
        )

    def there_and_back(
        self, name: str, records: list[dict[str, typing.Any]]
    ) -> list[tuple[str, str]]:
        """See Nova's records go away from a host and back, each in turn.

        :returns: type and end of each pair
        """
        pairs = list(zip(records[::2], records[1::2], strict=True))
        for away, back in pairs:
            self.assertIn(away['dest_compute'], (self.source, self.target))
            self.assertEqual(
                (name, away['dest_compute'], name),
                (
                    away['source_compute'],
                    back['source_compute'],
                    back['dest_compute'],
                ),
            )
        ends = [
            [(each['migration_type'], each['status']) for each in pair]
            for pair in pairs
        ]
        for went, returned in ends:
            self.assertEqual(went, returned)
        return [went for went, _returned in ends]

    def assert_nothing_left_of(
        self, records: list[dict[str, typing.Any]], *hosts: str
    ) -> None:
        """See that no host has anything of the test guest any more."""
        self.assertEqual([], profiles.ProfilesTestCase.trying())
        (guest,) = {record['instance_uuid'] for record in records}
        # A migration that goes on holds as one itself.
        self.assert_nothing_left(
            guest, *(record['uuid'] for record in records)
        )
        for host in hosts:
            self.assertEqual('', machines.shell(host, _LEFT).strip())


def _records(name: str) -> list[dict[str, typing.Any]]:
    """Read what Nova has of moves from and to a host, in order."""
    found = facts.get('compute', f'/os-migrations?host={name}', '2.59')
    return sorted(found['migrations'], key=lambda each: each['id'])
