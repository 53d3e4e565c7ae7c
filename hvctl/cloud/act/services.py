# SPDX-License-Identifier: Apache-2.0
"""Changes compute services in Nova."""

from __future__ import annotations

from keystoneauth1 import adapter

from hvctl.cloud import http
from hvctl.cloud.act import removal
from hvctl.model.results import Done
from hvctl.model.steps import DeleteService, DisableService, EnableService


class Services:
    """The compute services of the compute cloud."""

    def __init__(self, nova: adapter.Adapter) -> None:
        self._nova = nova

    def enable_service(self, step: EnableService) -> Done:
        """Enable a compute service.

        Nova tells the host at once and waits for it, a minute if it hangs
        (nova/compute/rpcapi.py, set_host_enabled).
        """
        http.call(
            self._nova,
            http.Request(
                method='PUT',
                url=f'/os-services/{step.service_id}',
                doing=f'enable the compute service of {step.name}',
                microversion=http.COMPUTE,
                json={'status': 'enabled'},
            ),
        )
        return Done()

    def disable_service(self, step: DisableService) -> Done:
        """Disable a compute service."""
        http.call(
            self._nova,
            http.Request(
                method='PUT',
                url=f'/os-services/{step.service_id}',
                doing=f'disable the compute service of {step.name}',
                microversion=http.COMPUTE,
                json={'status': 'disabled', 'disabled_reason': step.reason},
            ),
        )
        return Done()

    def delete_service(self, step: DeleteService) -> Done:
        """Delete a compute service, with its compute node and mapping."""
        return removal.remove(
            self._nova,
            http.Request(
                method='DELETE',
                url=f'/os-services/{step.service_id}',
                doing=f'delete the compute service of {step.name}',
                microversion=http.COMPUTE,
            ),
        )
