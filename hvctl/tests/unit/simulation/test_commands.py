# SPDX-License-Identifier: Apache-2.0
"""Tests of the real command against a simulated cloud."""

from __future__ import annotations

import dataclasses
import typing
import unittest
from unittest import mock

from osc_lib import clientmanager

from hvctl.model import identity
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import commands
from hvctl.tests.simulation import ironic
from hvctl.tests.simulation import meter
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import placement
from hvctl.tests.simulation.nova import nova
from hvctl.tests.unit.simulation import recipe

_SIZE = numbers.Size(hosts=5, ours=2, guests=2, free_nodes=2)


class TestCommands(unittest.TestCase):
    """Whole commands, in this process."""

    def setUp(self) -> None:
        self.cloud = cloud.Cloud(1, _SIZE)

    def run_verb(self, verb: str, *arguments: str) -> typing.Any:
        """Run a verb to a good end; return what it prints."""
        result = commands.run(
            self.cloud, 'hypervisor', 'ephemeral', verb, *arguments, '-fjson'
        )
        self.assertEqual(0, result.status, result.stderr)
        return result.json()

    def test_life(self) -> None:
        """A hypervisor is made, another one drained, and both deleted."""
        created = self.run_verb('create', 'new1', *recipe.options(self))
        self.assertEqual(['done'], [row['Result'] for row in created])

        drained = self.run_verb('drain', 'hv00001')
        self.assertEqual(['moved'] * 2, [row['Result'] for row in drained])

        deleted = self.run_verb('delete', 'hv00001', 'new1')
        self.assertEqual(['done'] * 2, [row['Result'] for row in deleted])
        left = self.run_verb('list')
        self.assertEqual(['hv00002'], [row['Name'] for row in left])
        states = {
            n.provision_state for _, n in self.cloud.world.nodes.rising()
        }
        self.assertEqual({'active', 'available'}, states)

    def test_delete_drained(self) -> None:
        """Its guests live on, and nothing of it does."""
        deleted = self.run_verb('delete', 'hv00001', '--drain')

        self.assertEqual(['done'], [row['Result'] for row in deleted])
        listed = self.run_verb('list')
        self.assertEqual(['hv00002'], [row['Name'] for row in listed])

    def be_of(self, **newest: tuple[int, int]) -> None:
        """Let services be older than usual, by their newest microversions."""
        for service in (nova.Nova, placement.Placement, ironic.Ironic):
            patcher = mock.patch.object(
                service,
                'versions',
                dataclasses.replace(
                    service.versions, newest=newest[service.catalogued]
                ),
            )
            patcher.start()
            self.addCleanup(patcher.stop)
        self.forget()
        self.addCleanup(self.forget)

    @staticmethod
    def forget() -> None:
        """Let the shell, which runs once in a process, ask for versions."""
        cached = vars(clientmanager.ClientManager).get('hvctl')
        if cached is not None:
            cached._handle = None

    def refused(self, verb: str, *arguments: str) -> str:
        """Run a verb that cannot be done; return what it says."""
        result = commands.run(
            self.cloud, 'hypervisor', 'ephemeral', verb, *arguments
        )
        self.assertEqual(1, result.status, result)
        return result.stderr

    def test_xena(self) -> None:
        """Whose hosts choose their ids: no verb but create minds."""
        self.be_of(compute=(2, 90), placement=(1, 38), baremetal=(1, 78))

        self.assertEqual(2, len(self.run_verb('list')))
        self.assertEqual('enabled', self.run_verb('show', 'hv00001')['phase'])
        words = self.refused('create', 'new1', *recipe.options(self))
        self.assertIn('OpenStack 2023.1 or newer', words)
        self.assertEqual(1, words.count('too old'))

        self.run_verb('set', 'hv00001', '--description', 'from Xena')
        self.run_verb('unset', 'hv00001', '--description')
        self.assertEqual(2, self.run_verb('stats', 'show')['hypervisors'])
        self.run_verb('drain', 'hv00001')
        self.run_verb('delete', 'hv00001')

    def test_antelope(self) -> None:
        """The oldest cloud that has all that is needed."""
        self.be_of(compute=(2, 95), placement=(1, 39), baremetal=(1, 82))

        self.run_verb('create', 'new1', *recipe.options(self))

    def test_too_old(self) -> None:
        """What is missing is named, in one sentence."""
        newest = {
            'compute': (2, 100),
            'placement': (1, 39),
            'baremetal': (1, 82),
        }
        for older, words in (
            ({'compute': (2, 79)}, 'Nova of OpenStack Ussuri'),
            ({'placement': (1, 36)}, 'Placement of OpenStack Xena'),
        ):
            self.be_of(**{**newest, **older})
            with self.subTest(words=words):
                self.assertIn(
                    f'the cloud is too old: this needs {words} or newer',
                    self.refused('list'),
                )

    def test_too_old_for_own_user_data(self) -> None:
        """Hosts of one's own choose their ids: less is needed for them."""
        self.be_of(compute=(2, 89), placement=(1, 39), baremetal=(1, 82))

        words = self.refused(
            'create', 'new1', *recipe.options(self, '--user-data')
        )

        self.assertIn('this needs Nova of OpenStack Xena or newer', words)

    def test_too_old_ironic(self) -> None:
        """What Ironic tells can be done without where one only looks."""
        self.be_of(compute=(2, 100), placement=(1, 39), baremetal=(1, 45))

        self.assertEqual(2, len(self.run_verb('list')))
        self.assertEqual('enabled', self.run_verb('show', 'hv00001')['phase'])
        self.assertIn(
            'this needs Ironic of OpenStack Rocky or newer',
            self.refused('create', 'new1', *recipe.options(self)),
        )

    def test_history_of_nodes(self) -> None:
        """Why a deploy failed is told where Ironic remembers it."""
        for newest, told in (((1, 78), True), ((1, 77), False)):
            with self.subTest(newest=newest):
                self.cloud = cloud.Cloud(1, _SIZE)
                world = self.cloud.world
                world.failing = {
                    node.uuid: 'no power'
                    for _, node in world.nodes.rising()
                    if node.provision_state == 'available'
                }
                self.be_of(
                    compute=(2, 100), placement=(1, 39), baremetal=newest
                )

                words = self.refused('create', 'new1', *recipe.options(self))

                self.assertEqual(told, 'no power' in words, words)

    def test_left_over(self) -> None:
        """What is left of one is listed, whether or not it has our trait."""
        number, server = next(
            each
            for each in self.cloud.world.servers.rising()
            if each[1].name == 'hv00001'
        )
        self.cloud.world.servers.remove(number)
        ((number, port),) = (
            each
            for each in self.cloud.world.ports.rising()
            if each[1].device_id == server.id
        )
        self.cloud.world.ports.put(
            number, dataclasses.replace(port, device_id='')
        )
        ((_, provider),) = (
            each
            for each in self.cloud.world.providers.rising()
            if each[1].name == 'hv00001'
        )
        for traits in (provider.traits, provider.traits - {identity.TRAIT}):
            with self.subTest(traits=traits):
                self.cloud.stock.change(
                    dataclasses.replace(provider, traits=traits)
                )

                row, _ = self.run_verb('list', '--long')

                self.assertEqual(
                    ('hv00001', 'left-over', provider.uuid),
                    (row['Name'], row['Code'], row['Compute ID']),
                )

    def test_list_and_show(self) -> None:
        """They show what there is; what they cost is measured."""
        rows = self.run_verb('list')
        self.assertEqual(
            [('hv00001', 'enabled', 2), ('hv00002', 'enabled', 2)],
            [(row['Name'], row['Phase'], row['Guests']) for row in rows],
        )
        shown = self.run_verb('show', 'hv00001')
        self.assertEqual(
            self.cloud.world.first.compute_id(0), shown['compute_id']
        )

        figures = meter.measure(self.cloud, 'hypervisor', 'ephemeral', 'list')
        self.assertEqual(0, figures.status)
        self.assertEqual(
            figures.requests, sum(n for n, _ in figures.by_kind.values())
        )
