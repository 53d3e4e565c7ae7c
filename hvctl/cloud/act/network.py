# SPDX-License-Identifier: Apache-2.0
"""Changes ports, trunks and agents in Neutron."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hvctl import exceptions
from hvctl.cloud import answers
from hvctl.cloud import http
from hvctl.cloud.act import removal
from hvctl.cloud.observe import parse
from hvctl.model import identity
from hvctl.model.records import Tagged
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
)

#: Neutron's answer when something was changed after its revision was read.
_CHANGED = 412


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
        url = f'/trunks/{step.trunk_id}'
        doing = f'delete the trunk {step.name}'
        trunk = self._read('trunk', url, doing)
        if trunk is None:
            return Done(changed=False)
        if trunk.text('port_id') != step.port_id:
            raise removal.unproven(doing, 'it is the trunk of another port')
        return self._delete(url, doing, trunk.any_number('revision_number'))

    def delete_port(self, step: DeletePort) -> Done:
        """Delete a port of ours."""
        return self._delete_port(step, f'delete the port {step.name}')

    def delete_test_port(self, step: DeleteTestPort) -> Done:
        """Delete the port of a test guest."""
        return self._delete_port(
            step, f'delete the port of the test guest of {step.name}'
        )

    def _delete_port(self, step: DeletePort, doing: str) -> Done:
        """Delete a port, unless it was changed after the look."""
        url = f'/ports/{step.port_id}'
        if step.revision is not None:
            return self._delete(url, doing, step.revision)
        body = self._read('port', url, doing)
        if body is None:
            return Done(changed=False)
        port = parse.port(body)
        ours = identity.is_port_mark(body.any_text('description') or '')
        if port.name != step.name or not ours:
            raise removal.unproven(doing, 'it is not one of hvctl any more')
        if port.device_id not in ('', step.device_id):
            raise removal.unproven(doing, f'{port.device_id} has it now')
        return self._delete(url, doing, port.revision)

    def delete_agent(self, step: DeleteAgent) -> Done:
        """Delete the record of an agent that is dead."""
        url = f'/agents/{step.agent_id}'
        doing = f'delete a network agent of {step.name}'
        body = self._read('agent', url, doing)
        if body is None:
            return Done(changed=False)
        agent = parse.agent(body)
        if agent.host != step.host:
            raise removal.unproven(doing, f'it is on host {agent.host} now')
        if agent.alive:
            raise removal.unproven(doing, 'it reports again')
        return self._delete(url, doing)

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

    def _read(self, kind: str, url: str, doing: str) -> answers.Fields | None:
        """Read what is to be deleted; return None when it is gone."""
        return http.find(
            self._neutron,
            http.Request(url=url, doing=doing),
            lambda body: body.part(kind),
        )

    def _delete(
        self, url: str, doing: str, revision: int | None = None
    ) -> Done:
        """Delete something.

        :param revision: of what is to be deleted; Neutron refuses if that has
            another one.  None where it counts none: then it would refuse the
            condition (neutron/api/api_common.py, ensure_if_match_supported).
        """
        headers = None
        if revision is not None:
            headers = {'If-Match': f'revision_number={revision}'}
        try:
            return removal.remove(
                self._neutron,
                http.Request(
                    method='DELETE', url=url, doing=doing, headers=headers
                ),
            )
        except exceptions.CloudError as error:
            if error.status != _CHANGED:
                raise
            raise removal.unproven(
                doing, 'somebody has just changed it'
            ) from error


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
