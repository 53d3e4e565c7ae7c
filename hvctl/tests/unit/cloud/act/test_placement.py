# SPDX-License-Identifier: Apache-2.0
"""Tests of resource providers."""

from __future__ import annotations

import typing

from hvctl.model import identity
from hvctl.model.steps import (
    CreateProvider,
    DeleteProvider,
    RenameProvider,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.act import acting

CHOSEN = builders.a_compute_id()
HOLD_ID = identity.hold_id(CHOSEN)
HOLD = f'{base.PLACEMENT}/allocations/{HOLD_ID}'
PROVIDERS = f'{base.PLACEMENT}/resource_providers'
PROVIDER = f'{PROVIDERS}/{CHOSEN}'
ALLOCATIONS = f'{PROVIDER}/allocations'
DELETE = DeleteProvider(name='hv1', provider_id=CHOSEN)
CONFLICT: dict[str, typing.Any] = {'status_code': 409, 'json': {}}


class TestPlacement(acting.TestCase):
    """Providers."""

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

    def test_delete_provider(self) -> None:
        """The hold goes first; what is gone already is no error."""
        for hold, provider, changed in (
            (204, 204, True),
            (404, 204, True),
            (None, 204, True),
            (None, 404, False),
        ):
            with self.subTest(hold=hold, provider=provider):
                self.has_tree()
                self.has_consumers(*[HOLD_ID] * (hold is not None))
                self.mock.delete(HOLD, status_code=hold or 500, json={})
                self.mock.delete(PROVIDER, status_code=provider, json={})

                self.assertEqual(changed, self.act(DELETE).changed)
                self.assertEqual(PROVIDER, self.last().url)

    def test_delete_provider_twice(self) -> None:
        """One that is gone has no hold either."""
        self.mock.get(ALLOCATIONS, **base.answer('placement404'))

        self.assertFalse(self.act(DELETE).changed)
        self.assertEqual(ALLOCATIONS, self.last().url)

    def test_delete_children(self) -> None:
        """All that is below it goes first, from the leaves up."""
        self.has_tree(('port', 'agent'), ('agent', CHOSEN), ('nic', 'other'))
        self.has_consumers(HOLD_ID)
        expected = [
            f'{PROVIDERS}/port',
            f'{PROVIDERS}/agent',
            HOLD,
            PROVIDER,
        ]
        for url in expected:
            self.mock.delete(url, status_code=204)

        self.assertTrue(self.act(DELETE).changed)

        self.assertEqual(expected, self.deleted())
        (listed,) = self.sent('GET', PROVIDERS)
        self.assertEqual({'in_tree': [CHOSEN]}, listed.qs)

    def test_child_in_use(self) -> None:
        """It is named, and the hold stays."""
        self.has_tree(('gpu', CHOSEN))
        self.has_consumers(HOLD_ID)
        self.mock.delete(f'{PROVIDERS}/gpu', **CONFLICT)

        self.assert_fails(
            DELETE,
            transient=True,
            words='resource provider gpu, which is below that of hv1',
        )

        self.assertEqual([f'{PROVIDERS}/gpu'], self.deleted())

    def test_provider_in_use(self) -> None:
        """One that is in use keeps its hold, and is worth another look."""
        self.has_tree(('gpu', CHOSEN))
        self.has_consumers(HOLD_ID, 'guest')
        self.assert_fails(DELETE, transient=True, words='guest has an alloc')
        self.assertEqual(ALLOCATIONS, self.last().url)

        self.has_tree()
        self.has_consumers()
        self.mock.delete(PROVIDER, **CONFLICT)
        self.assert_fails(DELETE, transient=True)

    def has_tree(self, *below: tuple[str, str]) -> None:
        """Let these be in the tree of the provider, each with its parent."""
        self.mock.get(
            PROVIDERS,
            json={
                'resource_providers': [
                    {'uuid': uuid, 'parent_provider_uuid': parent}
                    for uuid, parent in ((CHOSEN, None), *below)
                ]
            },
        )

    def deleted(self) -> list[str]:
        """Return the addresses of what was deleted, in order."""
        return [
            sent.url
            for sent in self.mock.request_history
            if sent.method == 'DELETE'
        ]

    def has_consumers(self, *consumers: str) -> None:
        """Let these have allocations on the provider."""
        self.mock.get(
            ALLOCATIONS,
            json={
                'resource_provider_generation': 4,
                'allocations': {
                    consumer: {'resources': {'MEMORY_MB': 1}}
                    for consumer in consumers
                },
            },
        )
