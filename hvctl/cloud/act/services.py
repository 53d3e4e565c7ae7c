# SPDX-License-Identifier: Apache-2.0
"""Changes compute services in Nova."""

from __future__ import annotations

from keystoneauth1 import adapter

from hvctl.cloud import http
from hvctl.cloud.act import removal
from hvctl.cloud.observe import compute_cloud
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
        """Delete a compute service that is down.

        With it go its compute node, its mapping and the host's memberships of
        aggregates (nova/api/openstack/compute/services.py, delete).  Nova
        tells of services in lists only.
        """
        doing = f'delete the compute service of {step.name}'
        found = compute_cloud.services(self._nova, step.host)
        if any(not service.known for service in found):
            raise removal.unproven(doing, 'its cell does not answer')
        service = next((s for s in found if s.id == step.service_id), None)
        if service is None:
            why = 'Nova does not list it any more'
            if found:
                why = f'there is another one of host {step.host} now'
            raise removal.unproven(doing, why)
        if service.up:
            raise removal.unproven(doing, 'it reports again')
        return removal.remove(
            self._nova,
            http.Request(
                method='DELETE',
                url=f'/os-services/{step.service_id}',
                doing=doing,
                microversion=http.COMPUTE,
            ),
        )
