# SPDX-License-Identifier: Apache-2.0
"""Glance: images."""

from __future__ import annotations

from hvctl.tests.simulation import service
from hvctl.tests.simulation import world


class Glance(service.Service):
    """The image service, with one image."""

    catalogued = 'image'
    prefix = '/image'

    def __init__(self, of: world.World) -> None:
        super().__init__(
            [
                service.Route(
                    method='GET', path='/', answer=self._versions, role=None
                ),
                service.Route(
                    method='GET', path='/v2/images', answer=self._list
                ),
                service.Route(
                    method='GET', path='/v2/images/<id>', answer=self._show
                ),
            ]
        )
        self._image = {
            'id': of.first.image_id,
            'name': 'debian',
            'status': 'active',
            'visibility': 'public',
            'os_hidden': False,
            'tags': [],
            'container_format': 'bare',
            'disk_format': 'qcow2',
            'min_disk': 0,
            'min_ram': 0,
            'protected': False,
        }

    def refusal(
        self, refused: service.Refusal, version: service.Version
    ) -> service.JSON:
        """Word a refusal; the client reads the status."""
        return {'message': refused.message, 'code': refused.status}

    def _versions(self, call: service.Call) -> service.Answer:
        return service.Answer(
            body={
                'versions': [
                    {
                        'id': 'v2.17',
                        'status': 'CURRENT',
                        'links': [{'rel': 'self', 'href': f'{call.base}/v2/'}],
                    }
                ]
            },
            status=300,
        )

    def _list(self, call: service.Call) -> service.Answer:
        wanted = call.query.get('name', self._image['name'])
        hidden = call.query.get('os_hidden', 'false').lower() == 'true'
        found = [] if hidden else [self._image]
        return service.Answer(
            body={
                'images': [i for i in found if i['name'] == wanted],
                'schema': '/v2/schemas/images',
                'first': '/v2/images',
            }
        )

    def _show(self, call: service.Call) -> service.Answer:
        if call.args['id'] != self._image['id']:
            raise service.Refusal(
                404, f'No image found with ID {call.args["id"]}'
            )
        return service.Answer(body=dict(self._image))
