# SPDX-License-Identifier: Apache-2.0
"""The main job, as the demo does it."""

from __future__ import annotations

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell


class TestMainJob(base.FunctionalTestCase):
    def test_from_bare_metal_and_back(self) -> None:
        """Two machines become hypervisors, and one becomes metal again."""
        kept, doomed = (hypervisors.name(f'job{n}') for n in (1, 2))

        hypervisors.make_room(2)
        made = self.succeed(
            shell.ephemeral(
                'create',
                *(kept, doomed),
                *shell.recipe(),
                *('--property', 'rack=r1'),
            )
        )
        self.assertEqual(
            {
                (kept, 'done', 'enabled', kept),
                (doomed, 'done', 'enabled', doomed),
            },
            {
                (row['Name'], row['Result'], row['Phase'], row['Host'])
                for row in made.json()
            },
        )
        self.assertIn(f'{doomed} is booting', made.stderr)
        self.assert_enabled(kept, doomed)
        self.see_list(kept, doomed)
        ids = self.see_show(doomed)

        with base.only(kept, doomed):
            tenants = [self.boot() for _ in range(4)]
            for guest in tenants:
                guests.wait(guest, 'ACTIVE')
            self.assertLessEqual(
                {guests.host(guest) for guest in tenants}, {kept, doomed}
            )
            moving = [g for g in tenants if guests.host(g) == doomed]
            if not moving:
                moving = [self.boot(host=doomed)]
                guests.wait(moving[0], 'ACTIVE')
            drained = self.succeed(shell.ephemeral('drain', doomed))
        self.assertEqual(
            {(guest, 'live', 'moved', kept) for guest in moving},
            {
                (
                    row['Guest ID'],
                    row['Method'],
                    row['Result'],
                    row['Destination'],
                )
                for row in drained.json()
            },
        )
        self.assertEqual(
            {kept}, {guests.host(guest) for guest in (*tenants, *moving)}
        )
        listed = self.rows(self.succeed(shell.ephemeral('list')))
        self.assertEqual('drained', listed[doomed]['Phase'])
        self.assertEqual('disabled', listed[doomed]['Status'])

        # A host can be in aggregates, too.
        aggregate = facts.connection().compute.create_aggregate(
            name=f'of-{kept}'
        )
        self.addCleanup(
            facts.connection().compute.delete_aggregate, aggregate.id
        )
        facts.connection().compute.add_host_to_aggregate(aggregate.id, doomed)

        node = facts.node_of(ids[0])
        self.assertTrue(facts.machine_runs(node['name']))
        self.succeed(shell.ephemeral('delete', doomed))
        self.assert_nothing_left(doomed, *ids)
        self.assertFalse(facts.machine_runs(node['name']))
        facts.wait(
            lambda: (
                ('available', None)
                in {
                    (n['provision_state'], n['instance_uuid'])
                    for n in facts.nodes()
                    if n['uuid'] == node['uuid']
                }
            ),
            'the node to be available again',
        )
        self.assertNotIn(
            doomed, self.rows(self.succeed(shell.ephemeral('list')))
        )
        self.succeed(shell.ephemeral('delete', doomed))
        hypervisors.forget(doomed)
        self.assert_enabled(kept)
        hypervisors.share(kept)

    def see_list(self, *names: str) -> None:
        listed = self.rows(self.succeed(shell.ephemeral('list')))
        for name in names:
            row = dict(listed[name])
            self.assertGreater(row.pop('Age'), 0)
            self.assertEqual(
                {
                    'Name': name,
                    'Phase': 'enabled',
                    'Host': name,
                    'Status': 'enabled',
                    'State': 'up',
                    'Guests': 0,
                },
                row,
            )
        long = self.rows(self.succeed(shell.ephemeral('list', '--long')))
        for name in names:
            self.assertRegex(long[name]['Node'], r'^node-\d+$')
            self.assertEqual(32, long[name]['VCPUs'])
            self.assertEqual(0, long[name]['VCPUs Used'])
            self.assertEqual(1, len(long[name]['Addresses']))
        plain = self.succeed(
            shell.openstack(
                *('hypervisor', 'ephemeral', 'list'),
                *('-f', 'value', '-c', 'Name'),
            )
        )
        self.assertLessEqual(set(names), set(plain.stdout.split()))

    def see_show(self, name: str) -> tuple[str, ...]:
        """Look at everything that show tells.

        :returns: the ids of what the hypervisor consists of
        """
        shown = self.succeed(shell.ephemeral('show', name)).json()
        self.assertEqual('enabled', shown['phase'])
        self.assertEqual('guests can be scheduled to it', shown['reason'])
        self.assertIs(False, shown['held'])
        self.assertEqual({'rack': 'r1'}, shown['properties'])
        self.assertEqual(['Open vSwitch agent (alive)'], shown['agents'])
        self.assertLessEqual(
            {'building', 'booting'}, set(shown['phase_seconds'])
        )
        provider = next(p for p in facts.providers() if p['name'] == name)
        self.assertEqual(shown['compute_id'], provider['uuid'])
        self.assertEqual(set(), facts.consumers(provider['uuid']))
        self.assertEqual('ACTIVE', facts.server(shown['server_id'])['status'])
        return (
            shown['server_id'],
            shown['compute_id'],
            shown['service_id'],
            *shown['ports'],
        )
