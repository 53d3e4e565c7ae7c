# SPDX-License-Identifier: Apache-2.0
"""Places the hold on a resource provider in Placement, and lifts it.

The hold is an allocation of all the memory that a provider could ever have.
One resource class is enough, since every guest needs memory, and it must be
one that nova-compute always reports: it could not write its inventory if it
had to drop a class that is in use (VCPU where all cores are dedicated, say).
"""

from __future__ import annotations

from collections.abc import Mapping
import typing

from keystoneauth1 import adapter
import requests

from hvctl import exceptions
from hvctl.cloud import answers
from hvctl.cloud import http
from hvctl.cloud.act import placement_api
from hvctl.cloud.act import removal
from hvctl.model import identity
from hvctl.model.results import Done
from hvctl.model.steps import (
    DeleteProvider,
    LiftHold,
    PlaceHold,
    RestoreHold,
    SetHoldInventory,
)

#: The largest total, and the largest amount of one allocation, that Placement
#: takes (placement/db/constants.py).
LARGEST = 2**31 - 1

_RESOURCE = 'MEMORY_MB'


class _Held(typing.NamedTuple):
    """What there is of a hold.

    :ivar there: whether the consumer has anything
    :ivar amount: of the provider's memory
    :ivar generation: of the consumer; None where there is none
    """

    there: bool
    amount: int
    generation: int | None


class _Memory(typing.NamedTuple):
    """A provider's inventory of memory.

    :ivar written: as it was written, to be put back
    """

    total: int
    ratio: float
    written: Mapping[str, object]

    @property
    def is_for_hold(self) -> bool:
        """Whether it is the one that is set for the hold."""
        return self.total == total(self.ratio)


class _Inventories(typing.NamedTuple):
    """A provider's inventories.

    :ivar others: those of other resource classes
    """

    generation: int
    memory: _Memory | None
    others: Mapping[str, object]


_Step = SetHoldInventory | PlaceHold | RestoreHold | LiftHold | DeleteProvider


class Hold:
    """The holds in Placement of the compute cloud."""

    def __init__(self, placement: adapter.Adapter) -> None:
        self._placement = placement

    def set_inventory(self, step: SetHoldInventory) -> Done:
        """Give a provider that nova-compute has not adopted the hold's.

        Nova's ``initial_ram_allocation_ratio`` counts only where there is no
        inventory of memory yet (nova/virt/driver.py, _get_allocation_ratios),
        so the ratio comes with this one.
        """
        found = self._inventories(step)
        if found.memory is not None:
            return Done(changed=False)
        http.call(
            self._placement,
            placement_api.request(
                'PUT',
                f'/resource_providers/{step.provider_id}/inventories',
                f'set the inventory of resource provider {step.name}',
                json={
                    'resource_provider_generation': found.generation,
                    'inventories': {
                        **found.others,
                        _RESOURCE: {
                            'total': total(step.ram_ratio),
                            'allocation_ratio': step.ram_ratio,
                        },
                    },
                },
            ),
        )
        return Done()

    def place(self, step: PlaceHold) -> Done:
        """Use up the inventory that was set for it."""
        response = self._put(step, None, amount(step.ram_ratio))
        if response.status_code != 409:
            return Done()
        # It stands, or the inventory is of an earlier life.
        return self._restore(step)

    def restore(self, step: RestoreHold) -> Done:
        """Use up whatever inventory there is."""
        return self._restore(step)

    def lift(self, step: LiftHold) -> Done:
        """Let guests in, once the inventory is nova-compute's own."""
        if not self._read(step).there:
            return Done(changed=False)
        memory = self._inventories(step).memory
        if memory is None or memory.is_for_hold:
            raise exceptions.CloudError(
                f'resource provider {step.name} does not have the inventory '
                'of its nova-compute yet',
                transient=True,
            )
        return remove(self._placement, step)

    def _restore(self, step: PlaceHold | RestoreHold) -> Done:
        """Place a hold of the full amount, whatever is there of it.

        Placement refuses an allocation that a provider has no room for, and
        takes an inventory that is below what is used.  So a provider that has
        nova-compute's inventory gets the hold's for this one moment.
        """
        held = self._read(step)
        if held.amount >= identity.FULL_HOLD:
            return Done(changed=False)
        found = self._inventories(step)
        memory = found.memory
        if memory is None:
            raise exceptions.CloudError(
                f'could not place the hold on resource provider {step.name}: '
                'it has no inventory',
                status=409,
                transient=True,
            )
        others = self._used(step) - held.amount
        wanted = amount(memory.ratio) - others
        if memory.is_for_hold:
            self._place_beside(step, held.generation, wanted)
            return Done()
        raised = {
            'total': total(memory.ratio),
            'allocation_ratio': memory.ratio,
        }
        self._set_memory(step, found.generation, raised)
        try:
            self._place_beside(step, held.generation, wanted)
        finally:
            now = self._inventories(step).generation
            self._set_memory(step, now, memory.written)
        return Done()

    def _place_beside(
        self,
        step: PlaceHold | RestoreHold,
        generation: int | None,
        amount: int,
    ) -> None:
        """Place the hold beside what others use.

        :param generation: of a hold that is there; None where none is
        """
        if self._put(step, generation, amount).status_code == 409:
            raise exceptions.CloudError(
                f'could not place the hold on resource provider {step.name}: '
                'something else changed it at the same time',
                status=409,
                transient=True,
            )

    def _put(
        self,
        step: PlaceHold | RestoreHold,
        generation: int | None,
        amount: int,
    ) -> requests.Response:
        return http.call(
            self._placement,
            placement_api.request(
                'PUT',
                f'/allocations/{identity.hold_id(step.provider_id)}',
                f'place the hold on resource provider {step.name}',
                json={
                    'allocations': {
                        step.provider_id: {'resources': {_RESOURCE: amount}}
                    },
                    'consumer_generation': generation,
                    'consumer_type': identity.HOLD_CONSUMER_TYPE,
                    'project_id': identity.HOLD_PROJECT,
                    'user_id': identity.HOLD_USER,
                },
                accept=placement_api.CONFLICT,
            ),
        )

    def _read(self, step: PlaceHold | RestoreHold | LiftHold) -> _Held:
        return http.ask(
            self._placement,
            placement_api.request(
                'GET',
                f'/allocations/{identity.hold_id(step.provider_id)}',
                f'read the hold on resource provider {step.name}',
            ),
            lambda body: _held(body, step.provider_id),
        )

    def _inventories(self, step: _Step) -> _Inventories:
        return http.ask(
            self._placement,
            placement_api.request(
                'GET',
                f'/resource_providers/{step.provider_id}/inventories',
                f'read the inventory of resource provider {step.name}',
            ),
            _inventories,
        )

    def _used(self, step: _Step) -> int:
        return http.ask(
            self._placement,
            placement_api.request(
                'GET',
                f'/resource_providers/{step.provider_id}/usages',
                f'read what is used of resource provider {step.name}',
            ),
            lambda body: body.part('usages').any_number(_RESOURCE) or 0,
        )

    def _set_memory(
        self, step: _Step, generation: int, inventory: Mapping[str, object]
    ) -> None:
        url = f'/resource_providers/{step.provider_id}/inventories'
        http.call(
            self._placement,
            placement_api.request(
                'PUT',
                f'{url}/{_RESOURCE}',
                f'set the inventory of resource provider {step.name}',
                json={**inventory, 'resource_provider_generation': generation},
            ),
        )


def remove(
    placement: adapter.Adapter, step: LiftHold | DeleteProvider
) -> Done:
    """Remove the hold, whatever inventory there is."""
    return removal.remove(
        placement,
        placement_api.request(
            'DELETE',
            f'/allocations/{identity.hold_id(step.provider_id)}',
            f'lift the hold on resource provider {step.name}',
        ),
    )


def total(ratio: float) -> int:
    """Return the total of the hold's inventory, for a ratio of memory."""
    return min(LARGEST, int(LARGEST / ratio))


def amount(ratio: float) -> int:
    """Return how much the hold takes of that: all."""
    return min(LARGEST, int(total(ratio) * ratio))


def _held(body: answers.Fields, provider_id: str) -> _Held:
    allocations = body.part('allocations')
    resources = allocations.any_part(provider_id).any_part('resources')
    return _Held(
        there=bool(allocations.names()),
        amount=resources.any_number(_RESOURCE) or 0,
        generation=body.any_number('consumer_generation'),
    )


def _inventories(body: answers.Fields) -> _Inventories:
    inventories = body.part('inventories')
    others = {name: inventories.get(name) for name in inventories.names()}
    memory = None
    if others.pop(_RESOURCE, None) is not None:
        found = inventories.part(_RESOURCE)
        memory = _Memory(
            total=found.number('total'),
            ratio=found.fraction('allocation_ratio'),
            written={name: found.get(name) for name in found.names()},
        )
    return _Inventories(
        generation=body.number('resource_provider_generation'),
        memory=memory,
        others=others,
    )
