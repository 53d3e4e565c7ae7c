# SPDX-License-Identifier: Apache-2.0
"""Changes ports, trunks and agents in Neutron."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hvctl.cloud import http
from hvctl.cloud.act import removal
from hvctl.model import identity
from hvctl.model.results import Done
from hvctl.model.steps import (
    AddSubports,
    CreatePort,
    CreateSubport,
    CreateTestPort,
    CreateTrunk,
    DeleteAgent,
    DeletePort,
    DeleteTestPort,
    DeleteTrunk,
    Tagged,
)


class Network:
    """Neutron of either cloud."""

    def __init__(self, neutron: http.Service) -> None:
        self._neutron = neutron

    def create_port(self, step: CreatePort) -> Done:
        """Make the port of a bare-metal server."""
        address = {'subnet_id': step.subnet_id, 'ip_address': step.fixed_ip}
        self._create(
            'port',
            f'create the port {step.name}',
            {
                'name': step.name,
                'description': identity.port_mark(step.compute_cloud),
                'network_id': step.network_id,
                'binding:vnic_type': step.vnic_type,
                'mac_address': step.mac_address,
                'fixed_ips': [{k: v for k, v in address.items() if v}]
                if any(address.values())
                else None,
            },
        )
        return Done()

    def create_subport(self, step: CreateSubport) -> Done:
        """Make a port for a trunk."""
        addresses: list[dict[str, str]] | None = None
        if not step.addressed:
            addresses = []
        elif step.subnet_id is not None:
            addresses = [{'subnet_id': step.subnet_id}]
        self._create(
            'port',
            f'create a sub-port of {step.name}',
            {
                'name': step.name,
                'description': identity.SUBPORT_MARK,
                'network_id': step.network_id,
                'mac_address': step.mac_address,
                'fixed_ips': addresses,
            },
        )
        return Done()

    def create_test_port(self, step: CreateTestPort) -> Done:
        """Make the port of a test guest."""
        self._create(
            'port',
            f'create the port of the test guest of {step.name}',
            {
                'name': step.name,
                'description': identity.TEST_PORT_MARK,
                'network_id': step.network_id,
                'binding:vnic_type': step.vnic_type,
            },
        )
        return Done()

    def create_trunk(self, step: CreateTrunk) -> Done:
        """Make a trunk of a port, with its sub-ports."""
        self._create(
            'trunk',
            f'create the trunk {step.name}',
            {
                'name': step.name,
                'description': identity.TRUNK_MARK,
                'port_id': step.port_id,
                'sub_ports': _tagged(step.subports),
            },
        )
        return Done()

    def add_subports(self, step: AddSubports) -> Done:
        """Bring sub-ports into a trunk."""
        http.call(
            self._neutron,
            http.Request(
                method='PUT',
                url=f'/trunks/{step.trunk_id}/add_subports',
                doing=f'add sub-ports to the trunk {step.name}',
                json={'sub_ports': _tagged(step.subports)},
            ),
        )
        return Done()

    def delete_trunk(self, step: DeleteTrunk) -> Done:
        """Delete the trunk of a port of ours."""
        return self._delete(
            f'/trunks/{step.trunk_id}', f'delete the trunk {step.name}'
        )

    def delete_port(self, step: DeletePort) -> Done:
        """Delete a port of ours."""
        return self._delete(
            f'/ports/{step.port_id}', f'delete the port {step.name}'
        )

    def delete_test_port(self, step: DeleteTestPort) -> Done:
        """Delete the port of a test guest."""
        return self._delete(
            f'/ports/{step.port_id}',
            f'delete the port of the test guest of {step.name}',
        )

    def delete_agent(self, step: DeleteAgent) -> Done:
        """Delete the record of an agent."""
        return self._delete(
            f'/agents/{step.agent_id}',
            f'delete a network agent of {step.name}',
        )

    def _create(
        self, kind: str, doing: str, body: Mapping[str, object]
    ) -> None:
        """Make something of what is not None."""
        given = {k: v for k, v in body.items() if v is not None}
        http.call(
            self._neutron,
            http.Request(
                method='POST', url=f'/{kind}s', doing=doing, json={kind: given}
            ),
        )

    def _delete(self, url: str, doing: str) -> Done:
        return removal.remove(
            self._neutron, http.Request(method='DELETE', url=url, doing=doing)
        )


def _tagged(subports: Iterable[Tagged]) -> list[dict[str, object]]:
    return [
        {'port_id': port_id, 'segmentation_type': 'inherit'}
        if vlan is None
        else {
            'port_id': port_id,
            'segmentation_type': 'vlan',
            'segmentation_id': vlan,
        }
        for port_id, vlan in subports
    ]
