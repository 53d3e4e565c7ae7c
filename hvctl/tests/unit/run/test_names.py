# SPDX-License-Identifier: Apache-2.0
"""Tests of hosts whose name libvirt has from somewhere else."""

from __future__ import annotations

from hvctl.model import identity
from hvctl.model.codes import OutcomeCode
from hvctl.model.profile import Timeouts
from hvctl.model.steps import RenameProvider
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.run import opening

CHOSEN = builders.a_compute_id()


class TestNames(opening.TestCase):
    """A node is found by its service and its id, never by its name."""

    def test_provider_of_another_name(self):
        """It is renamed as soon as the node's name is known."""
        self.prepare()
        self.cloud.world.libvirt_domain = 'openstacklocal'

        result = self.open()

        self.assertTrue(result.ok, self.message(result))
        rename = RenameProvider(
            name='hv1',
            provider_id=CHOSEN,
            provider_name='hv1.openstacklocal',
        )
        self.assertEqual(1, self.cloud.changes.count(rename))
        kinds = self.kinds()
        self.assertLess(
            kinds.index('RenameProvider'), kinds.index('JoinAggregate')
        )
        self.assertIn(CHOSEN, self.cloud.members(self.aggregate))

    def test_never_read_anew(self):
        """The limit is longer by the time in which Nova reads the name."""
        self.prepare()
        self.cloud.world.libvirt_domain = 'openstacklocal'
        self.cloud.pace(refresh=10_000)

        result = self.open(timeouts=Timeouts(registration=100))

        self.assertEqual(OutcomeCode.NO_INVENTORY_IN_TIME, self.code(result))
        self.assertGreater(self.clock.seconds, 100 + 300)

    def test_own_user_data(self):
        """Its host is not libvirt's name, with and without a domain."""
        for domain in (None, 'example.org'):
            with self.subTest(domain=domain):
                self.start()
                self.prepare()
                self.cloud.tenants = False
                self.cloud.world.libvirt_domain = 'example.org'

                result = self.open(own=True, domain=domain, health_test=None)

                self.assertTrue(result.ok, self.message(result))
                self.assertTrue(self.delete('hv1').ok)
                self.assert_nothing_left()

    def test_other_id(self):
        """One that took another id is closed, whatever its name is."""
        for domain in (None, 'novalocal'):
            for maps in (True, False):
                with self.subTest(domain=domain, maps=maps):
                    self.start()
                    self.prepare()
                    self.cloud.tenants = False
                    self.cloud.world.ignored_ids = True
                    self.cloud.world.libvirt_domain = domain
                    if not maps:
                        self.cloud.never('mapped')

                    result = self.open()

                    self.assertFalse(result.ok)
                    if maps:
                        self.assertEqual(
                            OutcomeCode.WRONG_ID, self.code(result)
                        )
                    service = self.cloud.service_of('hv1')
                    self.assertEqual(
                        identity.REASON_CREATE, service.disabled_reason
                    )
