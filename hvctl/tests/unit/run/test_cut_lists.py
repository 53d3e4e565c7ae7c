# SPDX-License-Identifier: Apache-2.0
"""Tests of create while lists lack what cells have that do not answer."""

from __future__ import annotations

from hypothesis import strategies as st

from hvctl.model.codes import OutcomeCode
from hvctl.model.request import HealthTest
from hvctl.tests.fixtures import properties
from hvctl.tests.simulation import cut_lists
from hvctl.tests.simulation import population
from hvctl.tests.unit.run import simulated

TEST = HealthTest(flavor_id=population.TEST.id, image_id='image')
WHOLE: frozenset[str] = frozenset()
MACHINES = frozenset({'machines'})
SERVICES = frozenset({'services'})

#: What each look lacks; as many as a machine needs to be deployed.
CUTS = st.lists(
    st.one_of(
        st.just(WHOLE),
        st.just(MACHINES),
        st.frozensets(st.sampled_from(('machines', 'guests', 'services'))),
    ),
    min_size=20,
    max_size=60,
).map(tuple)


class TestCreate(simulated.TestCase):
    """A server that no list has is not gone."""

    kind = cut_lists.CutLists

    def assert_in_life(self, events):
        """Looks that lack what there is may miss any phase."""

    @properties.reaching(
        CUTS,
        st.booleans(),
        st.sampled_from((None, TEST)),
        branches=('good', 'bad'),
        examples=30,
    )
    def test_whatever_is_cut(self, reached, cuts, fails, test):
        """Nothing is taken from a machine that is well, and it gets there."""
        self.start()
        self.cloud.world.test_places = 1
        self.cloud.cuts = cuts
        if fails:
            self.cloud.fail_deploys('no power')

        result = self.create(
            'hv1', delete_on_failure=True, retries=1, health_test=test
        )

        self.assertEqual([], self.cloud.robbed)
        if fails:
            self.assertEqual(OutcomeCode.DEPLOY_FAILED, self.code(result))
            self.assert_nothing_left()
        else:
            self.assertTrue(result.ok, self.message(result))
            self.assert_one_of_each()
        if self.cloud.lacked:
            reached('bad' if fails else 'good')

    def test_another_run(self):
        """A run that begins while nothing is listed waits, and goes on."""
        for seconds in (1, 2.5, 4):
            with self.subTest(seconds=seconds):
                self.start()
                self.create('hv1', wait=False)
                self.cloud.pass_time(seconds)
                self.cloud.cuts = (MACHINES,) * 5

                result = self.create('hv1', life=2)

                self.assertTrue(result.ok, self.message(result))
                self.assert_one_of_each()

    def test_deleted_in_fact(self):
        """What Nova calls gone is gone, and is not made again."""
        self.clock.on_wait = self.cloud_forgets
        result = self.create('hv1')

        self.assertEqual(OutcomeCode.VANISHED, self.code(result))
        self.assertEqual(1, self.kinds().count('CreateServer'))

    def cloud_forgets(self):
        """Let somebody delete the server once it is deployed."""
        for server in self.cloud.ours('hv1'):
            if server.vm_state == 'active' and server.task_state is None:
                self.cloud.forget(server.id)


class TestDelete(simulated.TestCase):
    """What a cell has that does not answer is not gone."""

    kind = cut_lists.CutLists

    def assert_in_life(self, events):
        """Looks that lack what there is may miss any phase."""

    def test_never_mapped(self):
        """Nova does not list the service of a host that it never mapped."""
        for before in range(0, 20, 3):
            with self.subTest(before=before):
                self.start()
                self.cloud.never('mapped')
                self.create('hv1', wait=False)
                self.cloud.pass_time(4.2)
                self.cloud.cuts = (WHOLE,) * before + (SERVICES,) * 20

                result = self.delete('hv1')

                self.assertTrue(result.ok, self.message(result))
                self.assert_nothing_left()
