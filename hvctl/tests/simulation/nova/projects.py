# SPDX-License-Identifier: Apache-2.0
"""What Nova has for projects: limits, flavors, keypairs, server groups."""

from __future__ import annotations

from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import world
from hvctl.tests.simulation.nova import quotas
from hvctl.tests.simulation.nova import views


class Projects:
    """What projects have, beside servers."""

    def __init__(self, of: world.World) -> None:
        self._world = of

    def routes(self) -> list[service.Route]:
        """Return the routes."""
        return [
            service.Route(method='GET', path=f'/v2.1{path}', answer=answer)
            for path, answer in (
                ('/limits', self._limits),
                ('/flavors', self._flavors),
                ('/flavors/detail', self._flavors),
                ('/flavors/<id>', self._flavor),
                ('/flavors/<id>/os-extra_specs', self._extra_specs),
                ('/os-keypairs/<name>', self._keypair),
                ('/os-server-groups', self._groups),
            )
        ]

    def _limits(self, call: service.Call) -> service.Answer:
        """Tell the quotas, and what is used of them."""
        quota = self._world.quota(call.who.project_id)
        used = quotas.used(self._world, call.who.project_id)
        return service.Answer(
            body={
                'limits': {
                    'rate': [],
                    'absolute': {
                        'maxTotalCores': quota.cores,
                        'maxTotalInstances': quota.instances,
                        'maxTotalKeypairs': 100,
                        'maxServerMeta': quota.metadata_items,
                        'maxTotalRAMSize': quota.ram,
                        'maxServerGroups': 10,
                        'maxServerGroupMembers': 10,
                        'totalRAMUsed': used.ram,
                        'totalCoresUsed': used.cores,
                        'totalInstancesUsed': used.instances,
                        'totalServerGroupsUsed': 0,
                    },
                }
            }
        )

    def _flavors(self, call: service.Call) -> service.Answer:
        if 'marker' in call.query:
            return service.Answer(body={'flavors': []})
        return service.Answer(
            body={
                'flavors': [
                    _flavor(call, flavor) for flavor in self._world.flavors
                ]
            }
        )

    def _flavor(self, call: service.Call) -> service.Answer:
        return service.Answer(
            body={'flavor': _flavor(call, self._named(call))}
        )

    def _extra_specs(self, call: service.Call) -> service.Answer:
        specs = dict(self._named(call).extra_specs)
        return service.Answer(body={'extra_specs': specs})

    def _named(self, call: service.Call) -> records.Flavor:
        for flavor in self._world.flavors:
            if flavor.id == call.args['id']:
                return flavor
        raise service.Refusal(
            404, f'Flavor {call.args["id"]} could not be found.'
        )

    def _keypair(self, call: service.Call) -> service.Answer:
        name = call.args['name']
        if name not in self._world.keypairs:
            raise service.Refusal(
                404,
                f'Keypair {name} not found for user {call.who.user_id}',
            )
        body: service.JSON = {
            'name': name,
            'public_key': 'ssh-ed25519 AAAA',
            'fingerprint': '00:11',
            'user_id': call.who.user_id,
            'id': 1,
            'created_at': views.stamp(self._world.clock.now()),
            'updated_at': None,
            'deleted': False,
            'deleted_at': None,
        }
        if call.version >= (2, 2):
            body['type'] = 'ssh'
        return service.Answer(body={'keypair': body})

    def _groups(self, call: service.Call) -> service.Answer:
        return service.Answer(body={'server_groups': []})


def _flavor(call: service.Call, flavor: records.Flavor) -> service.JSON:
    body: service.JSON = {
        'id': flavor.id,
        'name': flavor.name,
        'ram': flavor.ram,
        'disk': flavor.disk,
        'swap': '' if call.version < (2, 75) else 0,
        'OS-FLV-EXT-DATA:ephemeral': 0,
        'OS-FLV-DISABLED:disabled': False,
        'vcpus': flavor.vcpus,
        'os-flavor-access:is_public': True,
        'rxtx_factor': 1.0,
        'links': views.links(call, f'flavors/{flavor.id}'),
    }
    if call.version >= (2, 55):
        body['description'] = None
    if call.version >= (2, 61):
        body['extra_specs'] = dict(flavor.extra_specs)
    return body
