# SPDX-License-Identifier: Apache-2.0
"""Changes resource providers in Placement."""

from __future__ import annotations

import dataclasses

from keystoneauth1 import adapter
import requests

from hvctl import exceptions
from hvctl.cloud import http
from hvctl.cloud.act import hold
from hvctl.cloud.act import removal
from hvctl.model import identity
from hvctl.model.results import Done
from hvctl.model.steps import (
    CreateProvider,
    DeleteProvider,
    RenameProvider,
)

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

    def delete_provider(self, step: DeleteProvider) -> Done:
        """Delete a provider that nobody uses, and the hold first.

        Placement refuses to delete one that is in use.  The hold of one that
        somebody uses again must not go, so that is looked at before.
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
        if consumers:
            hold.remove(self._placement, step)
        removed = removal.remove(
            self._placement,
            _request(
                'DELETE', f'/resource_providers/{step.provider_id}', doing
            ),
        )
        return Done(changed=bool(consumers) or removed.changed)

    def _consumers(
        self, step: DeleteProvider, doing: str
    ) -> frozenset[str] | None:
        """Return who uses a provider; None when it is gone."""
        return http.find(
            self._placement,
            _request(
                'GET',
                f'/resource_providers/{step.provider_id}/allocations',
                doing,
            ),
            lambda body: frozenset(body.part('allocations').names()),
        )

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


def _request(method: str, url: str, doing: str) -> http.Request:
    return http.Request(
        method=method, url=url, doing=doing, microversion=http.PLACEMENT
    )
