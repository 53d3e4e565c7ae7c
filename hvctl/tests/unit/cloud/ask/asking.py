# SPDX-License-Identifier: Apache-2.0
"""What the tests of look-ups have in common."""

from __future__ import annotations

import typing

from hvctl.cloud.ask import resolver
from hvctl.model.preflight import Answers, Lookup
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base

FLAVOR: dict[str, typing.Any] = {
    'id': 'f1',
    'name': 'metal',
    'vcpus': 4,
    'ram': 1024,
    'disk': 10,
    'extra_specs': {
        'resources:CUSTOM_BAREMETAL': '1',
        'resources:VCPU': '0',
        'trait:CUSTOM_FAST': 'required',
        'trait:CUSTOM_SLOW': 'forbidden',
    },
}
CANDIDATES = f'{base.PLACEMENT}/allocation_candidates'
QUOTA = f'{base.NETWORK}/quotas/{builders.OURS}/details'
IMAGE = {'id': 'i1', 'name': 'debian'}
MACHINES = {'id': 'n1', 'name': 'internalapi'}


class TestCase(base.TestCase):
    """A cloud in which an image, a flavor and a network are."""

    def setUp(self) -> None:
        super().setUp()
        self.all_well()

    def all_well(self) -> None:
        """Let all that is asked for be there."""
        for url, one, many, thing in (
            (f'{base.IMAGE}/images', None, 'images', IMAGE),
            (f'{base.COMPUTE}/flavors', 'flavor', 'flavors', FLAVOR),
            (f'{base.NETWORK}/networks', 'network', 'networks', MACHINES),
        ):
            self.mock.get(
                f'{url}/{thing["id"]}', json={one: thing} if one else thing
            )
            self.mock.get(f'{url}/{thing["name"]}', status_code=404, json={})
            self.mock.get(f'{url}/nothing', status_code=404, json={})
            self.mock.get(url, json={many: [thing]})
            self.mock.get(f'{url}?name=nothing', json={many: []})
        self.mock.get(
            f'{base.COMPUTE}/flavors/detail', json={'flavors': [FLAVOR]}
        )
        self.mock.get(
            f'{base.COMPUTE}/flavors/f1/os-extra_specs',
            json={'extra_specs': FLAVOR['extra_specs']},
        )
        self.mock.get(f'{base.COMPUTE}/limits', **base.answer('limits'))
        self.mock.get(QUOTA, **base.answer('port_quota'))
        self.mock.get(CANDIDATES, json={'allocation_requests': [{}, {}]})

    def ask(self, number: int = 2, /, **changes: typing.Any) -> Answers:
        """Look up what is there, and what else is wanted."""
        names = Lookup(
            **{
                'image': 'i1',
                'flavor': 'f1',
                'network': 'n1',
                **changes,
            }
        )
        return resolver.Resolver(self.conn, self.conn).ask(names, number)
