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
        """Delete a provider, and the hold first."""
        lifted = hold.remove(self._placement, step)
        removed = removal.remove(
            self._placement,
            _request(
                'DELETE',
                f'/resource_providers/{step.provider_id}',
                f'delete the resource provider {step.name}',
            ),
        )
        return Done(changed=lifted.changed or removed.changed)

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
