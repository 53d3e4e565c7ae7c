# SPDX-License-Identifier: Apache-2.0
"""Cinder: the volumes of projects."""

from __future__ import annotations

from hvctl.tests.simulation import service
from hvctl.tests.simulation import world


class Cinder(service.Service):
    """The block storage service, which need not answer."""

    catalogued = 'block-storage'
    prefix = '/volume'
    endpoint = '/v3'

    def __init__(self, of: world.World) -> None:
        super().__init__(
            [
                service.Route(
                    method='GET', path='/', answer=self._versions, role=None
                ),
                service.Route(
                    method='GET', path='/v3', answer=self._versions, role=None
                ),
                service.Route(
                    method='GET', path='/v3/volumes/detail', answer=self._list
                ),
            ]
        )
        self._world = of

    def refusal(
        self, refused: service.Refusal, version: service.Version
    ) -> service.JSON:
        """Word a refusal (cinder/api/openstack/wsgi.py, Fault)."""
        return {
            'computeFault': {
                'code': refused.status,
                'message': refused.message,
            }
        }

    def _versions(self, call: service.Call) -> service.Answer:
        return service.Answer(
            body={
                'versions': [
                    {
                        'id': 'v3.0',
                        'status': 'CURRENT',
                        'version': '3.71',
                        'min_version': '3.0',
                        'updated': '2023-08-31T00:00:00Z',
                        'links': [{'rel': 'self', 'href': f'{call.base}/v3/'}],
                    }
                ]
            },
            status=300,
        )

    def _list(self, call: service.Call) -> service.Answer:
        """Give the volumes of a project, which administrators choose.

        For others Cinder leaves these filters out
        (cinder/api/common.py, reject_invalid_filters).
        """
        if self._world.volumes is None:
            raise service.Refusal(500, 'The server has either erred.')
        chosen = call.query.get('project_id')
        if not call.who.may('admin') or 'all_tenants' not in call.query:
            chosen = call.who.project_id
        if 'marker' in call.query:
            return service.Answer(body={'volumes': []})
        return service.Answer(
            body={
                'volumes': [
                    {
                        'id': volume.id,
                        'name': '',
                        'status': 'in-use',
                        'encrypted': volume.encrypted,
                        'attachments': [
                            {
                                'server_id': volume.server_id,
                                'volume_id': volume.id,
                                'device': '/dev/vda',
                            }
                        ],
                        'os-vol-tenant-attr:tenant_id': volume.project_id,
                    }
                    for volume in self._world.volumes
                    if chosen in (None, volume.project_id)
                ]
            }
        )
