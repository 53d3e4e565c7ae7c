# SPDX-License-Identifier: Apache-2.0
"""Tests of resource providers and holds."""

from __future__ import annotations

import typing

from hvctl.cloud.act import placement
from hvctl.model import identity
from hvctl.model.steps import (
    CreateProvider,
    DeleteProvider,
    LiftHold,
    PlaceHold,
    RenameProvider,
    SetHoldInventory,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.act import acting

CHOSEN = builders.a_compute_id()
HOLD = f'{base.PLACEMENT}/allocations/{identity.hold_id(CHOSEN)}'
PROVIDERS = f'{base.PLACEMENT}/resource_providers'
PROVIDER = f'{PROVIDERS}/{CHOSEN}'
INVENTORIES = f'{PROVIDER}/inventories'
NOTHING = {'resource_provider_generation': 4, 'inventories': {}}
OURS = {
    'resource_provider_generation': 5,
    'inventories': {'MEMORY_MB': {'total': placement.HOLD_TOTAL}},
}
CONFLICT: dict[str, typing.Any] = {'status_code': 409, 'json': {}}


class TestPlacement(acting.TestCase):
    """Providers and holds."""

    def test_create_provider(self) -> None:
        """It has the chosen id and the hypervisor's name."""
        self.mock.post(PROVIDERS, json={})

        done = self.act(
            CreateProvider(name='hv1', provider_id=CHOSEN, provider_name='hv1')
        )

        self.assertTrue(done.changed)
        self.assertEqual({'uuid': CHOSEN, 'name': 'hv1'}, self.last().json())
        self.assertEqual(
            'placement 1.38', self.last().headers['OpenStack-API-Version']
        )

    def test_create_provider_twice(self) -> None:
        """One of the same id is as good; one of the name only is not."""
        step = CreateProvider(
            name='hv1', provider_id=CHOSEN, provider_name='hv1'
        )
        self.mock.post(PROVIDERS, **base.answer('placement409'))
        self.mock.get(PROVIDER, json={})
        self.assertFalse(self.act(step).changed)

        self.mock.get(PROVIDER, **base.answer('placement404'))
        self.assert_fails(step, transient=True, words='another')

    def test_rename_provider(self) -> None:
        """The name is all that changes."""
        self.mock.put(PROVIDER, json={})

        self.act(
            RenameProvider(
                name='hv1', provider_id=CHOSEN, provider_name='hv1.a.org'
            )
        )

        self.assertEqual({'name': 'hv1.a.org'}, self.last().json())

    def test_set_hold_inventory(self) -> None:
        """A provider without inventory gets the hold's."""
        self.mock.get(INVENTORIES, json=NOTHING)
        self.mock.put(INVENTORIES, json={})

        done = self.act(SetHoldInventory(name='hv1', provider_id=CHOSEN))

        self.assertTrue(done.changed)
        self.assertEqual(
            {
                'resource_provider_generation': 4,
                'inventories': {'MEMORY_MB': {'total': 2147483647}},
            },
            self.last().json(),
        )

    def test_keeps_the_inventory_of_nova(self) -> None:
        """An inventory that is there is never overwritten."""
        self.mock.get(INVENTORIES, **base.answer('inventories'))

        done = self.act(SetHoldInventory(name='hv1', provider_id=CHOSEN))

        self.assertFalse(done.changed)

    def test_place_hold(self) -> None:
        """A new consumer of ours takes everything."""
        self.mock.put(HOLD, status_code=204)

        done = self.act(PlaceHold(name='hv1', provider_id=CHOSEN))

        self.assertTrue(done.changed)
        body = self.last().json()
        self.assertEqual(
            {CHOSEN: {'resources': {'MEMORY_MB': 2147483647}}},
            body['allocations'],
        )
        self.assertIsNone(body['consumer_generation'])
        self.assertEqual(identity.HOLD_CONSUMER_TYPE, body['consumer_type'])

    def test_hold_is_nobodys(self) -> None:
        """Nova counts it for no project that could have a quota."""
        self.mock.put(HOLD, status_code=204)

        self.act(PlaceHold(name='hv1', provider_id=CHOSEN))

        body = self.last().json()
        for whose in ('project_id', 'user_id'):
            with self.subTest(whose=whose):
                self.assertNotIn(body[whose], (builders.OURS, 'me'))
                self.assertRegex(body[whose], '^[0-9a-f-]{36}$')

    def test_place_hold_twice(self) -> None:
        """A hold that stands is a success, another conflict is none."""
        step = PlaceHold(name='hv1', provider_id=CHOSEN)
        self.mock.put(HOLD, **CONFLICT)
        self.mock.get(HOLD, json={'allocations': {CHOSEN: {}}})
        self.assertFalse(self.act(step).changed)

        self.mock.get(HOLD, **base.answer('hold404'))
        self.assert_fails(step, transient=True, words='could not place')

    def test_lift_hold(self) -> None:
        """It is lifted when the inventory is nova-compute's own."""
        self.mock.get(HOLD, json={'allocations': {CHOSEN: {}}})
        self.mock.get(INVENTORIES, **base.answer('inventories'))
        self.mock.delete(HOLD, status_code=204)

        done = self.act(LiftHold(name='hv1', provider_id=CHOSEN))

        self.assertTrue(done.changed)
        self.assertEqual('DELETE', self.last().method)

    def test_lift_hold_too_early(self) -> None:
        """With the hold's own inventory everybody would land there."""
        step = LiftHold(name='hv1', provider_id=CHOSEN)
        self.mock.get(HOLD, json={'allocations': {CHOSEN: {}}})
        for inventory in (OURS, NOTHING):
            with self.subTest(inventory=inventory):
                self.mock.get(INVENTORIES, json=inventory)

                self.assert_fails(step, transient=True, words='yet')

    def test_lift_hold_twice(self) -> None:
        """No hold, nothing to lift."""
        self.mock.get(HOLD, **base.answer('hold404'))

        done = self.act(LiftHold(name='hv1', provider_id=CHOSEN))

        self.assertFalse(done.changed)

    def test_delete_provider(self) -> None:
        """The hold goes first; what is gone already is no error."""
        step = DeleteProvider(name='hv1', provider_id=CHOSEN)
        for hold, provider, changed in (
            (204, 204, True),
            (404, 204, True),
            (204, 404, True),
            (404, 404, False),
        ):
            with self.subTest(hold=hold, provider=provider):
                self.mock.delete(HOLD, status_code=hold, json={})
                self.mock.delete(PROVIDER, status_code=provider, json={})

                self.assertEqual(changed, self.act(step).changed)
                self.assertEqual(PROVIDER, self.last().url)

    def test_provider_in_use(self) -> None:
        """One that is in use is worth another look."""
        self.mock.delete(HOLD, status_code=404, json={})
        self.mock.delete(PROVIDER, **CONFLICT)

        self.assert_fails(
            DeleteProvider(name='hv1', provider_id=CHOSEN),
            transient=True,
        )
