# SPDX-License-Identifier: Apache-2.0
"""Tests of the hold."""

from __future__ import annotations

import typing

from hvctl.cloud.act import hold
from hvctl.model import identity
from hvctl.model.steps import (
    LiftHold,
    PlaceHold,
    RestoreHold,
    SetHoldInventory,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.act import acting

CHOSEN = builders.a_compute_id()
HOLD = f'{base.PLACEMENT}/allocations/{identity.hold_id(CHOSEN)}'
PROVIDER = f'{base.PLACEMENT}/resource_providers/{CHOSEN}'
INVENTORIES = f'{PROVIDER}/inventories'
MEMORY = f'{INVENTORIES}/MEMORY_MB'
NOTHING: dict[str, typing.Any] = {
    'resource_provider_generation': 4,
    'inventories': {},
}
CONFLICT: dict[str, typing.Any] = {'status_code': 409, 'json': {}}
#: What nova-compute writes.
REAL = {'total': 4096, 'reserved': 512, 'allocation_ratio': 1.5}


def an_inventory(**memory: typing.Any) -> dict[str, typing.Any]:
    """What a provider has, and what may be put."""
    return {
        'resource_provider_generation': 5,
        'inventories': {'MEMORY_MB': memory, 'VCPU': {'total': 4}},
    }


def a_hold(amount: int = hold.LARGEST) -> dict[str, typing.Any]:
    """A hold that stands."""
    resources = {'resources': {'MEMORY_MB': amount}}
    return {'allocations': {CHOSEN: resources}, 'consumer_generation': 2}


class TestHold(acting.TestCase):
    """The hold of one provider."""

    def placed(self) -> int:
        """How much the newest hold takes."""
        (request,) = [r for r in self.mock.request_history if r.url == HOLD][
            -1:
        ]
        amount: int = request.json()['allocations'][CHOSEN]['resources'][
            'MEMORY_MB'
        ]
        return amount

    def test_set_hold_inventory(self) -> None:
        """A provider without inventory gets the hold's, of any ratio."""
        self.mock.get(INVENTORIES, json=NOTHING)
        self.mock.put(INVENTORIES, json={})
        for ratio, total in (
            (1.0, 2147483647),
            (1.5, 1431655764),
            (0.9, 2147483647),
        ):
            with self.subTest(ratio=ratio):
                done = self.act(
                    SetHoldInventory(
                        name='hv1', provider_id=CHOSEN, ram_ratio=ratio
                    )
                )

                self.assertTrue(done.changed)
                self.assertEqual(
                    {
                        'resource_provider_generation': 4,
                        'inventories': {
                            'MEMORY_MB': {
                                'total': total,
                                'allocation_ratio': ratio,
                            }
                        },
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

    def test_place_hold_of_a_ratio(self) -> None:
        """It takes what the ratio makes of the inventory."""
        self.mock.put(HOLD, status_code=204)
        for ratio, amount in ((1.5, 2147483646), (0.5, 1073741823)):
            with self.subTest(ratio=ratio):
                self.act(
                    PlaceHold(name='hv1', provider_id=CHOSEN, ram_ratio=ratio)
                )

                self.assertEqual(amount, self.placed())

    def test_place_hold_twice(self) -> None:
        """A hold that stands is a success."""
        self.mock.put(HOLD, **CONFLICT)
        self.mock.get(HOLD, json=a_hold())

        done = self.act(PlaceHold(name='hv1', provider_id=CHOSEN))

        self.assertFalse(done.changed)

    def test_place_hold_without_inventory(self) -> None:
        """There is nothing to be held, and it is worth another look."""
        self.mock.put(HOLD, **CONFLICT)
        self.mock.get(HOLD, **base.answer('hold404'))
        self.mock.get(INVENTORIES, json=NOTHING)

        self.assert_fails(
            PlaceHold(name='hv1', provider_id=CHOSEN),
            transient=True,
            words='could not place',
        )

    def test_lift_hold(self) -> None:
        """It is lifted when the inventory is nova-compute's own."""
        self.mock.get(HOLD, json=a_hold())
        self.mock.get(INVENTORIES, **base.answer('inventories'))
        self.mock.delete(HOLD, status_code=204)

        done = self.act(LiftHold(name='hv1', provider_id=CHOSEN))

        self.assertTrue(done.changed)
        self.assertEqual('DELETE', self.last().method)

    def test_lift_hold_too_early(self) -> None:
        """With the hold's own inventory everybody would land there."""
        step = LiftHold(name='hv1', provider_id=CHOSEN)
        self.mock.get(HOLD, json=a_hold())
        for inventory in (
            an_inventory(total=hold.LARGEST, allocation_ratio=1.0),
            an_inventory(total=1431655764, allocation_ratio=1.5),
            NOTHING,
        ):
            with self.subTest(inventory=inventory):
                self.mock.get(INVENTORIES, json=inventory)

                self.assert_fails(step, transient=True, words='yet')

    def test_lift_hold_twice(self) -> None:
        """No hold, nothing to lift."""
        self.mock.get(HOLD, **base.answer('hold404'))

        done = self.act(LiftHold(name='hv1', provider_id=CHOSEN))

        self.assertFalse(done.changed)


class TestRestoring(acting.TestCase):
    """A hold that is gone, or not as it should be."""

    def setUp(self) -> None:
        super().setUp()
        self.step = RestoreHold(name='hv1', provider_id=CHOSEN)
        self.mock.get(HOLD, **base.answer('hold404'))
        self.mock.get(INVENTORIES, json=an_inventory(**REAL))
        self.mock.get(f'{PROVIDER}/usages', json={'usages': {}})
        self.mock.put(HOLD, status_code=204)
        self.mock.put(MEMORY, json={})

    def puts(self) -> list[tuple[str, typing.Any]]:
        """What was written, in order."""
        return [
            (request.url, request.json())
            for request in self.mock.request_history
            if request.method == 'PUT'
        ]

    def test_real_inventory(self) -> None:
        """There is room for the hold while it is placed, and only then."""
        self.assertTrue(self.act(self.step).changed)

        (raised, first), (_, allocation), (restored, last) = self.puts()
        self.assertEqual((MEMORY, MEMORY), (raised, restored))
        self.assertEqual(
            (1431655764, 1.5), (first['total'], first['allocation_ratio'])
        )
        self.assertIsNone(allocation['consumer_generation'])
        self.assertEqual(
            {
                **REAL,
                'resource_provider_generation': 5,
            },
            last,
        )

    def test_placed_on_a_real_inventory(self) -> None:
        """What an earlier life of the name has left is held like a new one."""
        self.mock.put(HOLD, [CONFLICT, {'status_code': 204}])
        step = PlaceHold(name='hv1', provider_id=CHOSEN)

        self.assertTrue(self.act(step).changed)

        puts = self.puts()
        self.assertEqual(
            [HOLD, MEMORY, HOLD, MEMORY], [url for url, _ in puts]
        )
        self.assertEqual(REAL['total'], puts[-1][1]['total'])

    def test_beside_guests(self) -> None:
        """It takes what they leave; a wrong one of ours is replaced."""
        self.mock.get(HOLD, json=a_hold(8))
        self.mock.get(
            f'{PROVIDER}/usages', json={'usages': {'MEMORY_MB': 1032}}
        )

        self.assertTrue(self.act(self.step).changed)

        _, (_, allocation), _ = self.puts()
        self.assertEqual(
            {CHOSEN: {'resources': {'MEMORY_MB': 2147483646 - 1024}}},
            allocation['allocations'],
        )
        self.assertEqual(2, allocation['consumer_generation'])

    def test_inventory_of_the_hold(self) -> None:
        """Where nova-compute has written nothing, nothing is raised."""
        self.mock.get(
            INVENTORIES,
            json=an_inventory(total=hold.LARGEST, allocation_ratio=1.0),
        )

        self.assertTrue(self.act(self.step).changed)

        self.assertEqual([HOLD], [url for url, _ in self.puts()])

    def test_stands(self) -> None:
        """One that is whole is left alone."""
        self.mock.get(HOLD, json=a_hold())

        self.assertFalse(self.act(self.step).changed)
        self.assertEqual([], self.puts())

    def test_conflict(self) -> None:
        """The inventory is put back, and it is worth another look."""
        self.mock.put(HOLD, **CONFLICT)

        self.assert_fails(self.step, transient=True, words='could not place')

        self.assertEqual(
            [MEMORY, HOLD, MEMORY], [url for url, _ in self.puts()]
        )
        self.assertEqual(4096, self.puts()[-1][1]['total'])
