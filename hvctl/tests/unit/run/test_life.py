# SPDX-License-Identifier: Apache-2.0
"""The table of a hypervisor's life, held against whole runs."""

from __future__ import annotations

import dataclasses
import itertools

from hvctl.decide.drain import undo
from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import life
from hvctl.decide.hypervisor import phases
from hvctl.model.events import PhaseReached
from hvctl.model.hypervisor import Phase
from hvctl.model.snapshot import WholeLook
from hvctl.tests.unit.run import simulated


class TestArrows(simulated.TestCase):
    """What whole runs see of the arrows; ``base`` sees that no other is.

    :ivar seen: the phases one after the other, of every story
    """

    def setUp(self):
        super().setUp()
        self.seen: list[list[Phase]] = [[]]

    def anew(self):
        """Begin another story."""
        self.start()
        self.seen.append([])
        self.look()

    def look(self):
        """Note the phase of hv1 as it is now."""
        snapshot = self.cloud.observe(WholeLook(hosts=frozenset({'hv1'})))
        hv = assemble.assemble(snapshot, ['hv1'])['hv1']
        self.seen[-1].append(phases.status(hv).phase)

    def run_goal(self, goal, timeout=3600, grace=0):
        """Run a goal, and note every phase that it saw."""
        already = len(self.events)
        result = super().run_goal(goal, timeout, grace)
        self.seen[-1] += [
            event.status.phase
            for event in self.events[already:]
            if isinstance(event, PhaseReached)
        ]
        self.look()
        return result

    def while_changed(self, table, number, **changes):
        """Look while a record is otherwise than it was, and afterwards."""
        was = table.get(number)
        table.put(number, dataclasses.replace(was, **changes))
        self.look()
        table.put(number, was)
        self.look()

    def end(self):
        """Delete the server as Nova's own command does."""
        self.cloud.end('hv1')
        self.look()
        self.cloud.pass_time(100)
        self.look()

    def come_up(self):
        """With its inventory seen before its mapping, and after it."""
        for pace in (
            {'inventory': 5, 'mapped': 8, 'agents': 11},
            {'mapped': 5, 'inventory': 8, 'agents': 11},
        ):
            self.anew()
            self.cloud.pace(**pace)
            self.create('hv1')

    def be_used(self):
        """Drained, taken into use again, drained for good."""
        self.anew()
        self.create('hv1')
        self.cloud.add_guest('g1', 'hv1')
        self.drain('hv1')
        self.run_goal(undo.Undo(names=('hv1',)))
        self.cloud.add_guest('g2', 'hv1')
        self.drain('hv1')
        self.delete('hv1')

    def be_deleted(self):
        """Without a drain, and by somebody else."""
        self.anew()
        self.create('hv1')
        self.delete('hv1')
        self.anew()
        self.create('hv1', timeout=2.5)
        self.end()
        self.create('hv1')
        self.end()
        self.delete('hv1')

    def go_wrong(self):
        """Not deployed; without an agent; off."""
        self.anew()
        self.cloud.fail_deploys('no power')
        self.create('hv1', retries=1)
        self.delete('hv1')
        self.anew()
        self.create('hv1')
        world = self.cloud.world
        ((agent, _),) = world.agents.having('host', 'hv1')
        self.while_changed(
            world.agents, agent, silent_since=world.first.agent(0).created_at
        )
        (server,) = self.cloud.ours('hv1')
        self.while_changed(
            world.servers, server.number, vm_state='stopped', power_state=4
        )
        ((service, _),) = world.services.having('host', 'hv1')
        self.while_changed(
            world.services,
            service,
            disabled=True,
            disabled_reason='memory errors',
        )

    def lose_the_provider(self):
        """Before it is mapped, and after."""
        for seconds in (4.2, 6):
            self.anew()
            self.create('hv1', wait=False)
            self.cloud.pass_time(seconds)
            self.look()
            for consumer in self.users():
                self.cloud.stock.release(consumer)
            self.cloud.stock.delete(self.provider().uuid)
            self.look()

    def test_drain_before_it_is_open(self):
        """A drain closes what create is at, and its undo goes on with that.

        ``base`` sees that there is a way for each change.
        """
        passed = set()
        for tenths in range(32, 60, 3):
            self.anew()
            self.create('hv1', wait=False)
            self.cloud.pass_time(tenths / 10)
            self.look()
            before = self.seen[-1][-1]
            if before not in life.NOT_IN_SERVICE:
                continue
            with self.subTest(before=before):
                self.drain('hv1')
                self.assertIs(Phase.DRAINED, self.seen[-1][-1])
                self.assertTrue(life.leads(before, Phase.DRAINED))

                self.run_goal(undo.Undo(names=('hv1',)))

                after = self.seen[-1][-1]
                self.assertIn(after, life.NOT_IN_SERVICE)
                self.assertTrue(life.leads(Phase.DRAINED, after))
            passed.add(before)
        self.assertLessEqual({Phase.UNMAPPED, Phase.NO_AGENT}, passed)

    def test_every_arrow(self):
        """Each arrow of the table is one that a hypervisor takes."""
        for story in (
            self.come_up,
            self.be_used,
            self.be_deleted,
            self.go_wrong,
            self.lose_the_provider,
        ):
            story()

        pairs = {
            pair for story in self.seen for pair in itertools.pairwise(story)
        }
        self.assertEqual(
            [],
            [
                arrow.cause
                for arrow in life.ARROWS
                if not any(
                    before in arrow.before and after in arrow.after
                    for before, after in pairs
                )
            ],
        )

    def test_every_phase(self):
        """Each phase is reached, and each can be left."""
        for ends in ('before', 'after'):
            with self.subTest(ends=ends):
                self.assertEqual(
                    set(life.PHASES),
                    {p for arrow in life.ARROWS for p in getattr(arrow, ends)},
                )

    def test_no_short_cut(self):
        """What a hypervisor has to go through is not passed over."""
        for before, after in (
            (Phase.MISSING, Phase.ENABLED),
            (Phase.ENABLED, Phase.MISSING),
            (Phase.DRAINED, Phase.BUILDING),
        ):
            with self.subTest(before=before, after=after):
                self.assertFalse(life.leads(before, after))
