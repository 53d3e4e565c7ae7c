# SPDX-License-Identifier: Apache-2.0
"""Changes resource providers and holds in Placement.

The hold is an allocation of all the memory that a provider could ever have.
One resource class is enough, since every guest needs memory, and it must be
one that nova-compute always reports: it could not write its inventory if it
had to drop a class that is in use (VCPU where all cores are dedicated, say).
"""

from __future__ import annotations

import dataclasses

from keystoneauth1 import adapter
import requests

from hvctl import exceptions
from hvctl.cloud import answers
from hvctl.cloud import http
from hvctl.cloud.act import removal
from hvctl.model import identity
from hvctl.model.results import Done
from hvctl.model.steps import (
    CreateProvider,
    DeleteProvider,
    LiftHold,
    PlaceHold,
    RenameProvider,
    SetHoldInventory,
)

#: The largest total that Placement takes (placement/db/constants.py).
HOLD_TOTAL = 2**31 - 1

_RESOURCE = 'MEMORY_MB'

_CONFLICT = frozenset({409})


class Placement:
    """Placement of the compute cloud."""

    def __init__(self, placement: adapter.Adapter) -> None:
        self._placement = placement

    def create_provider(self, step: CreateProvider) -> Done:
        """Make a provider; one of the same id and name is as good."""
        response = self._call(
            'POST',
            '/resource_providers',
            f'create the resource provider of {step.name}',
            json={'uuid': step.provider_id, 'name': step.provider_name},
            accept=_CONFLICT,
        )
        if response.status_code != 409:
            return Done()
        found = self._call(
            'GET',
            f'/resource_providers/{step.provider_id}',
            f'read the resource provider of {step.name}',
            accept=http.NOT_FOUND,
        )
        if found.status_code == 404:
            raise exceptions.CloudError(
                f'there is another resource provider {step.provider_name} in '
                'Placement already',
                status=409,
                transient=True,  # a run beside this one may have made it
            )
        return Done(changed=False)

    def rename_provider(self, step: RenameProvider) -> Done:
        """Rename a provider; Nova finds it by its id."""
        self._call(
            'PUT',
            f'/resource_providers/{step.provider_id}',
            f'rename the resource provider of {step.name}',
            json={'name': step.provider_name},
        )
        return Done()

    def set_hold_inventory(self, step: SetHoldInventory) -> Done:
        """Give a provider that nova-compute has not adopted the hold's."""
        generation, total = self._inventory(step)
        if total is not None:
            return Done(changed=False)
        self._call(
            'PUT',
            f'/resource_providers/{step.provider_id}/inventories',
            f'set the inventory of resource provider {step.name}',
            json={
                'resource_provider_generation': generation,
                'inventories': {_RESOURCE: {'total': HOLD_TOTAL}},
            },
        )
        return Done()

    def place_hold(self, step: PlaceHold) -> Done:
        """Use up the provider's inventory."""
        response = self._call(
            'PUT',
            f'/allocations/{identity.hold_id(step.provider_id)}',
            f'place the hold on resource provider {step.name}',
            json={
                'allocations': {
                    step.provider_id: {'resources': {_RESOURCE: HOLD_TOTAL}}
                },
                'consumer_generation': None,  # it must be new
                'consumer_type': identity.HOLD_CONSUMER_TYPE,
                'project_id': identity.HOLD_PROJECT,
                'user_id': identity.HOLD_USER,
            },
            accept=_CONFLICT,
        )
        if response.status_code != 409:
            return Done()
        if self._held(step):
            return Done(changed=False)
        raise exceptions.CloudError(
            f'could not place the hold on resource provider {step.name}: '
            'its inventory is not the one that hvctl set',
            status=409,
            transient=True,
        )

    def lift_hold(self, step: LiftHold) -> Done:
        """Let guests in, once the inventory is nova-compute's own."""
        if not self._held(step):
            return Done(changed=False)
        _, total = self._inventory(step)
        if total is None or total == HOLD_TOTAL:
            raise exceptions.CloudError(
                f'resource provider {step.name} does not have the inventory '
                'of its nova-compute yet',
                transient=True,
            )
        return self._remove_hold(step)

    def delete_provider(self, step: DeleteProvider) -> Done:
        """Delete a provider, and the hold first."""
        lifted = self._remove_hold(step)
        removed = removal.remove(
            self._placement,
            _request(
                'DELETE',
                f'/resource_providers/{step.provider_id}',
                f'delete the resource provider {step.name}',
            ),
        )
        return Done(changed=lifted.changed or removed.changed)

    def _remove_hold(self, step: LiftHold | DeleteProvider) -> Done:
        return removal.remove(
            self._placement,
            _request(
                'DELETE',
                f'/allocations/{identity.hold_id(step.provider_id)}',
                f'lift the hold on resource provider {step.name}',
            ),
        )

    def _held(self, step: PlaceHold | LiftHold) -> bool:
        request = _request(
            'GET',
            f'/allocations/{identity.hold_id(step.provider_id)}',
            f'read the hold on resource provider {step.name}',
        )
        return http.ask(
            self._placement,
            request,
            lambda body: bool(body.part('allocations').names()),
        )

    def _inventory(
        self, step: SetHoldInventory | LiftHold
    ) -> tuple[int, int | None]:
        """Read the provider's generation and its total memory."""
        request = _request(
            'GET',
            f'/resource_providers/{step.provider_id}/inventories',
            f'read the inventory of resource provider {step.name}',
        )
        return http.ask(self._placement, request, _memory)

    def _call(
        self,
        method: str,
        url: str,
        doing: str,
        *,
        json: object | None = None,
        accept: frozenset[int] = frozenset(),
    ) -> requests.Response:
        request = dataclasses.replace(
            _request(method, url, doing), json=json, accept=accept
        )
        return http.call(self._placement, request)


def _memory(body: answers.Fields) -> tuple[int, int | None]:
    """Read the generation and the total memory of an inventory."""
    return (
        body.number('resource_provider_generation'),
        body.part('inventories').any_part(_RESOURCE).any_number('total'),
    )


def _request(method: str, url: str, doing: str) -> http.Request:
    return http.Request(
        method=method, url=url, doing=doing, microversion=http.PLACEMENT
    )
