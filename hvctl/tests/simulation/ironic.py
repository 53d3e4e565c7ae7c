# SPDX-License-Identifier: Apache-2.0
"""Ironic: nodes and their history."""

from __future__ import annotations

import itertools
import json
import urllib.parse

from hvctl.tests.simulation import microversions
from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import world

#: ``[api] max_limit``.
_MOST = 1000

_OLDEST, _NEWEST = (1, 1), (1, 115)
_PREFIX = 'X-OpenStack-Ironic-API-'


class Ironic(microversions.Service):
    """The bare-metal service."""

    catalogued = 'baremetal'
    prefix = '/baremetal'
    versions = microversions.Range(
        type='baremetal',
        oldest=_OLDEST,
        newest=_NEWEST,
        legacy=f'{_PREFIX}Version',
    )

    def __init__(self, of: world.World) -> None:
        super().__init__(
            [
                service.Route(
                    method='GET', path='/', answer=self._root, role=None
                ),
                service.Route(
                    method='GET', path='/v1', answer=self._v1, role=None
                ),
                service.Route(
                    method='GET', path='/v1/nodes', answer=self._list
                ),
                service.Route(
                    method='GET', path='/v1/nodes/<id>', answer=self._show
                ),
                service.Route(
                    method='GET',
                    path='/v1/nodes/<id>/history',
                    answer=self._history,
                    role='admin',
                    since=(1, 78),
                ),
            ]
        )
        self._world = of

    def version_headers(self, version: service.Version) -> dict[str, str]:
        """Tell the microversion, and which there are."""
        return {
            f'{_PREFIX}Version': microversions.text(version),
            f'{_PREFIX}Minimum-Version': microversions.text(_OLDEST),
            f'{_PREFIX}Maximum-Version': microversions.text(_NEWEST),
        }

    def refusal(
        self, refused: service.Refusal, version: service.Version
    ) -> service.JSON:
        """Word a refusal, which is JSON inside a string."""
        inner = {
            'faultcode': 'Client',
            'faultstring': refused.message,
            'debuginfo': None,
        }
        return {'error_message': json.dumps(inner)}

    def _version(self, call: service.Call) -> service.JSON:
        return {
            'id': 'v1',
            'links': [{'rel': 'self', 'href': f'{call.base}/v1/'}],
            'status': 'CURRENT',
            'min_version': microversions.text(_OLDEST),
            'version': microversions.text(_NEWEST),
        }

    def _root(self, call: service.Call) -> service.Answer:
        shown = self._version(call)
        return service.Answer(
            body={
                'name': 'OpenStack Ironic API',
                'description': 'Ironic is an OpenStack project which enables '
                'the provision and management of baremetal machines.',
                'versions': [shown],
                'default_version': shown,
            }
        )

    def _v1(self, call: service.Call) -> service.Answer:
        return service.Answer(
            body={'id': 'v1', 'version': self._version(call), 'links': []}
        )

    def _list(self, call: service.Call) -> service.Answer:
        query = call.query
        unknown = set(query) - {
            'fields',
            'associated',
            'instance_uuid',
            'limit',
            'marker',
        }
        if unknown:
            raise service.Refusal(
                501,
                f'The simulation has no filter {", ".join(sorted(unknown))}.',
            )
        table = self._world.nodes
        after = -1
        if 'marker' in query:
            found = table.find('uuid', query['marker'])
            if found is None:
                raise service.Refusal(
                    404, f'Node {query["marker"]} could not be found.'
                )
            after = found[0]
        numbered = table.rising(after)
        if 'instance_uuid' in query:
            numbered = table.having('instance', query['instance_uuid'])
        nodes = (node for _, node in numbered if _fits(node, call))
        most = min(int(query.get('limit', _MOST)) or _MOST, _MOST)
        page = list(itertools.islice(nodes, most))
        body: service.JSON = {'nodes': [self._node(n, call) for n in page]}
        if len(page) == most:
            params = {k: v for k, v in query.items() if k != 'marker'}
            params |= {'limit': str(most), 'marker': page[-1].uuid}
            href = f'{call.base}/v1/nodes?{urllib.parse.urlencode(params)}'
            body['next'] = href
        return service.Answer(body=body)

    def _show(self, call: service.Call) -> service.Answer:
        return service.Answer(body=self._node(self._named(call), call))

    def _history(self, call: service.Call) -> service.Answer:
        node = self._named(call)
        events = self._world.history.having('node', node.uuid)
        if 'marker' in call.query:
            events = iter(())
        return service.Answer(
            body={
                'history': [
                    {
                        'uuid': self._world.migration_ids.id(number),
                        'created_at': event.at.isoformat(),
                        'severity': event.severity,
                        'event_type': event.kind,
                        'event': event.words,
                        'conductor': 'conductor',
                        'user': None,
                    }
                    for number, event in events
                ]
            }
        )

    def _named(self, call: service.Call) -> records.Node:
        found = self._world.nodes.find('uuid', call.args['id'])
        if found is None or not self._may_see(found[1], call):
            raise service.Refusal(
                404, f'Node {call.args["id"]} could not be found.'
            )
        return found[1]

    def _may_see(self, node: records.Node, call: service.Call) -> bool:
        """Others than administrators see what they own or lease: nothing."""
        return call.who.may('admin')

    def _node(self, node: records.Node, call: service.Call) -> service.JSON:
        every: service.JSON = {
            'uuid': node.uuid,
            'name': node.name,
            'resource_class': 'baremetal',
            'provision_state': node.provision_state,
            'power_state': node.power_state,
            'instance_uuid': node.instance_uuid,
            'instance_info': {'display_name': node.instance_name}
            if node.instance_name
            else {},
            'maintenance': node.maintenance,
            'last_error': node.last_error,
        }
        fields = call.query.get('fields')
        names = fields.split(',') if fields else list(every)
        unknown = [name for name in names if name not in every]
        if unknown:
            raise service.Refusal(
                400, f'Field(s) "{", ".join(unknown)}" are not valid.'
            )
        path = f'nodes/{node.uuid}'
        return {name: every[name] for name in names} | {
            'links': [
                {'href': f'{call.base}/v1/{path}', 'rel': 'self'},
                {'href': f'{call.base}/{path}', 'rel': 'bookmark'},
            ]
        }


def _fits(node: records.Node, call: service.Call) -> bool:
    if not call.who.may('admin'):
        return False
    associated = call.query.get('associated')
    if associated is None:
        return True
    wanted = associated.lower() in ('1', 'true', 't', 'yes', 'y', 'on')
    return wanted == (node.instance_uuid is not None)
