# SPDX-License-Identifier: Apache-2.0
"""The compute service: its versions, its refusals and its routes."""

from __future__ import annotations

from hvctl.tests.simulation import machines
from hvctl.tests.simulation import microversions
from hvctl.tests.simulation import moves
from hvctl.tests.simulation import service
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world
from hvctl.tests.simulation.nova import actions
from hvctl.tests.simulation.nova import aggregates
from hvctl.tests.simulation.nova import hosts
from hvctl.tests.simulation.nova import hypervisors
from hvctl.tests.simulation.nova import migrations
from hvctl.tests.simulation.nova import projects
from hvctl.tests.simulation.nova import servers

_VERSIONS = microversions.Range(
    type='compute',
    oldest=(2, 1),
    newest=(2, 100),
    legacy='X-OpenStack-Nova-API-Version',
)

_FAULTS = {
    400: 'badRequest',
    401: 'unauthorized',
    403: 'forbidden',
    404: 'itemNotFound',
    405: 'badMethod',
    409: 'conflictingRequest',
    413: 'overLimit',
    501: 'notImplemented',
    503: 'serviceUnavailable',
}


class Nova(microversions.Service):
    """The compute service."""

    catalogued = 'compute'
    prefix = '/compute'
    endpoint = '/v2.1'
    versions = _VERSIONS

    def __init__(
        self,
        of: world.World,
        kept: stock.Stock,
        all_machines: machines.Machines,
        all_moves: moves.Moves,
    ) -> None:
        routes = [
            service.Route(
                method='GET', path='/', answer=self._versions, role=None
            ),
            service.Route(
                method='GET', path='/v2.1', answer=self._show, role=None
            ),
            *servers.Servers(of, kept, all_machines).routes(),
            *actions.Actions(of, kept, all_machines, all_moves).routes(),
            *hosts.Hosts(of, kept, all_machines).routes(),
            *hypervisors.Hypervisors(of, kept).routes(),
            *aggregates.Aggregates(of, kept).routes(),
            *migrations.Migrations(of).routes(),
            *projects.Projects(of).routes(),
        ]
        super().__init__(routes)

    def forbidden(self) -> service.Refusal:
        """Build the refusal of what the policy does not allow."""
        return service.Refusal(
            403, "Policy doesn't allow this request to be performed."
        )

    def refusal(
        self, refused: service.Refusal, version: service.Version
    ) -> service.JSON:
        """Word a refusal (nova/api/openstack/wsgi.py, Fault)."""
        name = _FAULTS.get(refused.status, 'computeFault')
        return {name: {'code': refused.status, 'message': refused.message}}

    def _version(self, call: service.Call) -> service.JSON:
        return {
            'id': 'v2.1',
            'status': 'CURRENT',
            'version': microversions.text(self.versions.newest),
            'min_version': microversions.text(self.versions.oldest),
            'updated': '2013-07-23T11:33:21Z',
            'links': [{'rel': 'self', 'href': f'{call.base}/v2.1/'}],
        }

    def _versions(self, call: service.Call) -> service.Answer:
        return service.Answer(body={'versions': [self._version(call)]})

    def _show(self, call: service.Call) -> service.Answer:
        return service.Answer(body={'version': self._version(call)})
