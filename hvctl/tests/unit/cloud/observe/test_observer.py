# SPDX-License-Identifier: Apache-2.0
"""Tests of looks as a whole."""

from __future__ import annotations

import dataclasses

from hvctl import exceptions
from hvctl.decide.hypervisor import assemble
from hvctl.model.snapshot import GuestsLook, MachinesLook, Snapshot
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.observe import looking


class TestObserver(looking.TestCase):
    """Looks."""

    def test_recorded(self) -> None:
        """The recorded cloud has one whole hypervisor in its lists."""
        look = self.observe()

        hv = assemble.assemble(look, ['hv1'])['hv1']
        assert hv.server is not None
        self.assertEqual('ACTIVE', hv.server.status)
        self.assertEqual('hv1', hv.host)
        self.assertTrue(hv.agents_alive)
        self.assertIsNotNone(hv.node)
        self.assertIsNone(hv.guests)
        self.assertEqual((), look.namesakes)
        self.assertEqual('me', look.user_id)

    def test_time(self) -> None:
        """Every look has the time of the bare-metal cloud."""
        self.mock.get(
            f'{base.NETWORK}/ports',
            headers={'Date': 'Wed, 21 Oct 2015 12:00:00 GMT'},
            **base.answer('ports'),
        )
        look = self.observe()
        self.assertEqual(2015, look.taken_at.year)

        for scope in (
            MachinesLook(last=Snapshot(), names=frozenset({'new'})),
            GuestsLook(last=Snapshot(), hosts=frozenset()),
        ):
            found = self.client.observe(scope)

            self.assertGreater(found.taken_at, look.taken_at)
            self.assertEqual(2015, found.taken_at.year)

    def test_cost(self) -> None:
        """A look is ten lists, and five of them have no number of pages."""
        self.observe()
        before = len(self.mock.request_history)

        self.observe()

        sent = self.mock.request_history[before:]
        self.assertLessEqual(
            len([each for each in sent if 'marker' not in each.qs]), 10
        )
        # Servers, hypervisors, ports, agents and nodes: whether more follow.
        self.assertLessEqual(len(sent), 15)

    def test_machines_only(self) -> None:
        """Few requests; what an earlier look found of the rest stays."""
        whole = self.observe()
        self.mock.get(looking.SERVERS, **base.listed('servers'))
        before = len(self.mock.request_history)

        look = self.client.observe(
            MachinesLook(last=whole, names=frozenset({'hv1'}))
        )

        sent = self.mock.request_history[before:]
        self.assertEqual([['hv1$']], [each.qs['name'] for each in sent])
        self.assertEqual(
            dataclasses.replace(whole, servers=(), partial=True), look
        )

    def test_list_that_fails(self) -> None:
        """A list that cannot be read is named, and there is no half look."""
        for url, words in (
            (f'{base.COMPUTE}/os-services', 'list the compute services'),
            (looking.PROVIDERS, 'list the resource providers'),
            (f'{base.NETWORK}/ports', 'list the ports'),
            (f'{base.BAREMETAL}/nodes', 'list the Ironic nodes'),
        ):
            with self.subTest(url=url):
                self.setUp()
                # The SDK itself is patient with Ironic's 503.
                self.mock.get(url, status_code=500, json={})

                with self.assertRaisesRegex(exceptions.CloudError, words):
                    self.observe()

    def test_without_admin_role(self) -> None:
        """Without the role the first look says so."""
        self.mock.get(f'{base.COMPUTE}/os-services', **base.answer('nova403'))

        with self.assertRaisesRegex(exceptions.CloudError, 'admin role'):
            self.observe()
