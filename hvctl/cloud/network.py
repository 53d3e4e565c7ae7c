# SPDX-License-Identifier: Apache-2.0
"""Changes ports and agents in Neutron."""

from __future__ import annotations

from keystoneauth1 import adapter
from openstack import connection

from hvctl.cloud import requests
from hvctl.model import identity
from hvctl.model import progress
from hvctl.model import steps

_GONE = frozenset({404})


class Network:
    """Neutron of either cloud."""

    def __init__(self, conn: connection.Connection) -> None:
        self._client: adapter.Adapter = conn.network

    def create_port(self, step: steps.CreatePort) -> progress.Done:
        """Make the port of a bare-metal server."""
        port: dict[str, object] = {
            'name': step.name,
            'description': identity.PORT_MARK,
            'network_id': step.network_id,
            'binding:vnic_type': step.vnic_type,
        }
        if step.mac_address is not None:
            port['mac_address'] = step.mac_address
        address = {'subnet_id': step.subnet_id, 'ip_address': step.fixed_ip}
        if any(address.values()):
            port['fixed_ips'] = [{k: v for k, v in address.items() if v}]
        response = requests.call(
            self._client,
            'POST',
            '/ports',
            f'create the port {step.name}',
            json={'port': port},
        )
        return progress.Done(made={'port': response.json()['port']['id']})

    def delete_port(self, step: steps.DeletePort) -> progress.Done:
        """Delete a port of ours."""
        response = requests.call(
            self._client,
            'DELETE',
            f'/ports/{step.port_id}',
            f'delete the port {step.name}',
            accept=_GONE,
        )
        return progress.Done(changed=response.status_code != 404)

    def delete_agent(self, step: steps.DeleteAgent) -> progress.Done:
        """Delete the record of an agent."""
        response = requests.call(
            self._client,
            'DELETE',
            f'/agents/{step.agent_id}',
            f'delete a network agent of {step.name}',
            accept=_GONE,
        )
        return progress.Done(changed=response.status_code != 404)
