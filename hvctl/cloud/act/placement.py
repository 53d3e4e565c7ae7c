# SPDX-License-Identifier: Apache-2.0
"""Changes resource providers in Placement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keystoneauth1 import adapter

from hvctl import exceptions
from hvctl.cloud import http
from hvctl.cloud.act import hold
from hvctl.cloud.act import placement_api
from hvctl.cloud.act import removal
from hvctl.model import identity
from hvctl.model.results import Done
from hvctl.model.steps import (
    CreateProvider,
    DeleteProvider,
    RenameProvider,
)


class Placement:
    """Placement of the compute cloud."""

    def __init__(self, placement: adapter.Adapter) -> None:
        self._placement = placement

    def create_provider(self, step: CreateProvider) -> Done:
        """Make a provider; one of the same id and name is as good."""
        response = http.call(
            self._placement,
            placement_api.request(
                'POST',
                '/resource_providers',
                f'create the resource provider of {step.name}',
                json={'uuid': step.provider_id, 'name': step.provider_name},
                accept=placement_api.CONFLICT,
            ),
        )
        if response.status_code != 409:
            return Done()
        found = http.call(
            self._placement,
            placement_api.request(
                'GET',
                f'/resource_providers/{step.provider_id}',
                f'read the resource provider of {step.name}',
                accept=http.NOT_FOUND,
            ),
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
        http.call(
            self._placement,
            placement_api.request(
                'PUT',
                f'/resource_providers/{step.provider_id}',
                f'rename the resource provider of {step.name}',
                json={'name': step.provider_name},
            ),
        )
        return Done()

    def delete_provider(self, step: DeleteProvider) -> Done:
        """Delete a provider that nobody uses, with all below it.

        Placement deletes none that has children or is in use.  The hold must
        not go while somebody uses one of them, so it goes after the children
        and after a look at who uses the provider itself.
        """
        doing = f'delete the resource provider {step.name}'
        consumers = self._consumers(step, doing)
        if consumers is None:
            return Done(changed=False)
        others = consumers - {identity.hold_id(step.provider_id)}
        if others:
            raise removal.unproven(
                doing, f'{", ".join(sorted(others))} has an allocation on it'
            )
        for child in below(step.provider_id, self._parents(step)):
            self._delete(
                child,
                f'delete the resource provider {child}, which is below that '
                f'of {step.name}',
            )
        if consumers:
            hold.remove(self._placement, step)
        removed = self._delete(step.provider_id, doing)
        return Done(changed=bool(consumers) or removed.changed)

    def _consumers(
        self, step: DeleteProvider, doing: str
    ) -> frozenset[str] | None:
        """Return who uses a provider; None when it is gone."""
        return http.find(
            self._placement,
            placement_api.request(
                'GET',
                f'/resource_providers/{step.provider_id}/allocations',
                doing,
            ),
            lambda body: frozenset(body.part('allocations').names()),
        )

    def _parents(self, step: DeleteProvider) -> dict[str, str | None]:
        """Return the parent of each provider in the tree of one.

        Where it is gone, Placement's list is empty.
        """
        request = placement_api.request(
            'GET',
            '/resource_providers',
            f'list what is below the resource provider {step.name}',
            params={'in_tree': step.provider_id},
        )
        return http.ask(
            self._placement,
            request,
            lambda body: {
                one.text('uuid'): one.any_text('parent_provider_uuid')
                for one in body.parts('resource_providers')
            },
        )

    def _delete(self, provider_id: str, doing: str) -> Done:
        url = f'/resource_providers/{provider_id}'
        return removal.remove(
            self._placement, placement_api.request('DELETE', url, doing)
        )


def below(
    provider_id: str, parents: Mapping[str, str | None]
) -> Iterator[str]:
    """Give the ids of the providers below one, each before its parent.

    Nova makes such for virtual GPUs and PCI devices, Neutron for the
    bandwidth that it guarantees.

    :param parents: the parent of each provider in the tree
    """
    for child, parent in parents.items():
        if parent == provider_id:
            yield from below(child, parents)
            yield child
