# SPDX-License-Identifier: Apache-2.0
"""Placement: resource providers, inventories, allocations, candidates."""

from __future__ import annotations

import http as statuses
import typing

from hvctl.tests.simulation import candidates
from hvctl.tests.simulation import microversions
from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world

_VERSIONS = microversions.Range(
    type='placement', oldest=(1, 0), newest=(1, 39)
)

#: What webob says before what a handler says.
_EXPLANATIONS = {
    400: 'The server could not comply with the request since it is either '
    'malformed or otherwise incorrect.',
    403: 'Access was denied to this resource.',
    404: 'The resource could not be found.',
    409: 'There was a conflict when trying to complete your request.',
}

_LINKS = ('inventories', 'usages', 'aggregates', 'traits', 'allocations')


class Placement(microversions.Service):
    """The placement service."""

    catalogued = 'placement'
    prefix = '/placement'
    versions = _VERSIONS

    def __init__(self, of: world.World, kept: stock.Stock) -> None:
        one = '/resource_providers/<uuid>'
        answers = (
            ('GET', '/resource_providers', self._list),
            ('POST', '/resource_providers', self._create),
            ('GET', one, self._show),
            ('PUT', one, self._rename),
            ('DELETE', one, self._delete),
            ('GET', f'{one}/inventories', self._inventories),
            ('PUT', f'{one}/inventories', self._set_inventories),
            ('PUT', f'{one}/inventories/<name>', self._set_inventory),
            ('GET', f'{one}/usages', self._usages),
            ('GET', f'{one}/traits', self._traits),
            ('GET', f'{one}/aggregates', self._aggregates),
            ('GET', f'{one}/allocations', self._allocations_on),
            ('GET', '/allocations/<uuid>', self._allocations_of),
            ('PUT', '/allocations/<uuid>', self._allocate),
            ('DELETE', '/allocations/<uuid>', self._release),
            ('GET', '/allocation_candidates', self._candidates),
        )
        root = service.Route(
            method='GET', path='/', answer=self._versions, role=None
        )
        super().__init__([root, *service.routes('', answers, role='admin')])
        self._world = of
        self._stock = kept

    def forbidden(self) -> service.Refusal:
        """Build the refusal of what the policy does not allow."""
        return service.Refusal(
            403, 'Policy does not allow this request to be performed.'
        )

    def refusal(
        self, refused: service.Refusal, version: service.Version
    ) -> service.JSON:
        """Word a refusal (placement/util.py, json_error_formatter)."""
        status = refused.status
        title = statuses.HTTPStatus(status).phrase
        words = _EXPLANATIONS.get(status, title)
        error = {
            'status': status,
            'title': title,
            'detail': f'{words}\n\n {refused.message}  ',
            'request_id': refused.request_id,
        }
        if version >= (1, 23):
            error['code'] = refused.kind or stock.UNDEFINED
        return {'errors': [error]}

    def _versions(self, call: service.Call) -> service.Answer:
        return service.Answer(
            body={
                'versions': [
                    {
                        'id': 'v1.0',
                        'min_version': microversions.text(
                            self.versions.oldest
                        ),
                        'max_version': microversions.text(
                            self.versions.newest
                        ),
                        'status': 'CURRENT',
                        'links': [{'rel': 'self', 'href': ''}],
                    }
                ]
            }
        )

    def _list(self, call: service.Call) -> service.Answer:
        found = candidates.providers(self._world, self._stock, call.query)
        return service.Answer(
            body={
                'resource_providers': [
                    _provider(provider, call) for provider in found
                ]
            }
        )

    def _create(self, call: service.Call) -> service.Answer:
        body = call.body()
        parent = self._parent(body)
        uuid = body['uuid']
        provider = records.Provider(
            uuid=uuid,
            name=body['name'],
            root=parent.root if parent else uuid,
            parent=parent.uuid if parent else None,
        )
        self._stock.add(provider)
        headers = {'Location': f'{call.base}/resource_providers/{uuid}'}
        if call.version < (1, 20):
            return service.Answer(body=None, status=201, headers=headers)
        return service.Answer(body=_provider(provider, call), headers=headers)

    def _parent(self, body: service.JSON) -> records.Provider | None:
        uuid = body.get('parent_provider_uuid')
        if uuid is None:
            return None
        found = self._stock.provider(uuid)
        if found is None:
            raise service.Refusal(
                400,
                f'Unable to create resource provider "{body["name"]}", '
                f'{body["uuid"]}: Object action create failed because: parent '
                'provider UUID does not exist.',
            )
        return found

    def _show(self, call: service.Call) -> service.Answer:
        return service.Answer(body=_provider(self._named(call), call))

    def _rename(self, call: service.Call) -> service.Answer:
        provider = self._named(call)
        name = call.body()['name']
        other = self._world.providers.find('name', name)
        if other is not None and other[1].uuid != provider.uuid:
            raise service.Refusal(
                409,
                f'Conflicting resource provider {name} already exists.',
                'placement.duplicate_name',
            )
        # The generation stays (placement/objects/resource_provider.py, save).
        changed = self._stock.rename(provider, name)
        return service.Answer(body=_provider(changed, call))

    def _delete(self, call: service.Call) -> service.Answer:
        self._stock.delete(call.args['uuid'])
        return service.Answer(body=None, status=204)

    def _inventories(self, call: service.Call) -> service.Answer:
        return service.Answer(body=_inventories(self._named(call)))

    def _set_inventories(self, call: service.Call) -> service.Answer:
        provider, body = self._current(call)
        given = {
            name: _inventory(each)
            for name, each in body['inventories'].items()
        }
        return service.Answer(
            body=_inventories(self._stock.set_inventories(provider, given))
        )

    def _set_inventory(self, call: service.Call) -> service.Answer:
        provider, body = self._current(call)
        name = call.args['name']
        if name not in provider.inventories:
            raise service.Refusal(
                400,
                'No inventory record with resource class for resource '
                f'provider {provider.uuid}: No inventory of class {name} '
                'found.',
            )
        changed = self._stock.set_inventories(
            provider, {**provider.inventories, name: _inventory(body)}
        )
        return service.Answer(
            body={
                **changed.inventories[name]._asdict(),
                'resource_provider_generation': changed.generation,
            }
        )

    def _current(
        self, call: service.Call
    ) -> tuple[records.Provider, service.JSON]:
        """Return a provider that is to be changed, and how.

        :raises Refusal: when somebody else has changed it
        """
        provider, body = self._named(call), call.body()
        if body.pop('resource_provider_generation') != provider.generation:
            raise service.Refusal(
                409, 'resource provider generation conflict', stock.CONCURRENT
            )
        return provider, body

    def _usages(self, call: service.Call) -> service.Answer:
        provider = self._named(call)
        used = self._stock.used(provider)
        return service.Answer(
            body={
                'resource_provider_generation': provider.generation,
                'usages': {
                    name: used.get(name, 0) for name in provider.inventories
                },
            }
        )

    def _traits(self, call: service.Call) -> service.Answer:
        provider = self._named(call)
        return service.Answer(
            body={
                'traits': sorted(provider.traits),
                'resource_provider_generation': provider.generation,
            }
        )

    def _aggregates(self, call: service.Call) -> service.Answer:
        provider = self._named(call)
        body: service.JSON = {'aggregates': sorted(provider.aggregates)}
        if call.version >= (1, 19):
            body['resource_provider_generation'] = provider.generation
        return service.Answer(body=body)

    def _allocations_on(self, call: service.Call) -> service.Answer:
        uuid = call.args['uuid']
        provider = self._stock.provider(uuid)
        if provider is None:
            raise service.Refusal(
                404,
                f"Resource provider '{uuid}' not found: No resource provider "
                f'with uuid {uuid} found ',
            )
        has = {}
        for consumer in self._stock.consumers(uuid):
            has[consumer.uuid] = {
                'resources': dict(consumer.has[uuid]),
                'consumer_generation': consumer.generation,
            }
            if call.version < (1, 28):
                del has[consumer.uuid]['consumer_generation']
        return service.Answer(
            body={
                'allocations': has,
                'resource_provider_generation': provider.generation,
            }
        )

    def _allocations_of(self, call: service.Call) -> service.Answer:
        consumer = self._stock.consumer(call.args['uuid'])
        if consumer is None:
            return service.Answer(body={'allocations': {}})
        body: service.JSON = {
            'allocations': {
                uuid: {
                    'resources': dict(resources),
                    'generation': self._stock.known(uuid).generation,
                }
                for uuid, resources in consumer.has.items()
            }
        }
        for since, name, value in (
            ((1, 12), 'project_id', consumer.project_id),
            ((1, 12), 'user_id', consumer.user_id),
            ((1, 28), 'consumer_generation', consumer.generation),
            ((1, 38), 'consumer_type', consumer.type),
        ):
            if call.version >= since:
                body[name] = value
        return service.Answer(body=body)

    def _allocate(self, call: service.Call) -> service.Answer:
        uuid, body = call.args['uuid'], call.body()
        before = self._stock.consumer(uuid)
        given = body.get('consumer_generation')
        now = before.generation if before else None
        if call.version >= (1, 28) and given != now:
            raise service.Refusal(
                409,
                'consumer generation conflict - expected '
                f'{"null" if now is None else now} but got {given}',
                stock.CONCURRENT,
            )
        self._stock.allocate(
            [
                records.Consumer(
                    uuid=uuid,
                    project_id=body['project_id'],
                    user_id=body['user_id'],
                    type=body.get('consumer_type'),
                    has={
                        provider: given['resources']
                        for provider, given in body['allocations'].items()
                    },
                )
            ]
        )
        return service.Answer(body=None, status=204)

    def _release(self, call: service.Call) -> service.Answer:
        uuid = call.args['uuid']
        if not self._stock.release(uuid):
            raise service.Refusal(404, f"No allocations for consumer '{uuid}'")
        return service.Answer(body=None, status=204)

    def _candidates(self, call: service.Call) -> service.Answer:
        return service.Answer(
            body=candidates.candidates(self._world, self._stock, call.query)
        )

    def _named(self, call: service.Call) -> records.Provider:
        return self._stock.known(call.args['uuid'])


def _provider(provider: records.Provider, call: service.Call) -> service.JSON:
    # Placement tells no host in its links, only the path that it is below.
    url = f'{Placement.prefix}/resource_providers/{provider.uuid}'
    body: service.JSON = {
        'uuid': provider.uuid,
        'name': provider.name,
        'generation': provider.generation,
        'links': [
            {'rel': 'self', 'href': url},
            *({'rel': rel, 'href': f'{url}/{rel}'} for rel in _LINKS),
        ],
    }
    if call.version >= (1, 14):
        body['parent_provider_uuid'] = provider.parent
        body['root_provider_uuid'] = provider.root
    return body


def _inventories(provider: records.Provider) -> service.JSON:
    return {
        'resource_provider_generation': provider.generation,
        'inventories': {
            name: each._asdict() for name, each in provider.inventories.items()
        },
    }


def _inventory(given: typing.Any) -> records.Inventory:
    try:
        return records.Inventory(**given)
    except TypeError as error:
        raise service.Refusal(
            400, f'JSON does not validate: {error}'
        ) from error
