# SPDX-License-Identifier: Apache-2.0
"""A connection whose requests are answered here.

``fixtures/answers.json`` has what the services really answered, recorded on
the embedded cloud; lists are shortened, addresses and user-data replaced.
Its allocation candidates and ``consumers`` are from a Placement that was
filled by hand, with two virtual GPUs below hv1 and a disk that it shares.
"""

from __future__ import annotations

from collections.abc import Sequence
import json
import pathlib
import threading
import typing
import unittest

from openstack import connection
from openstack.fixture import connection as connection_fixture
import requests_mock
from requests_mock import request

from hvctl import workers
from hvctl.tests import fixtures
from hvctl.tests.fixtures import builders

ANSWERS = json.loads(
    (pathlib.Path(fixtures.__file__).parent / 'answers.json').read_text()
)
for _server in ANSWERS['servers']['body']['servers']:
    # Nova gives those of the token's project.
    _server['tenant_id'] = builders.OURS

COMPUTE = 'https://compute.example.com/v2.1'
NETWORK = 'https://network.example.com/v2.0'
PLACEMENT = 'https://placement.example.com'
BAREMETAL = 'https://baremetal.example.com/v1'
IMAGE = 'https://image.example.com/v2'

#: Seconds that a read which nobody waits for any more may take.
_READ = 10


def _version(number: str, url: str, most: str | None) -> dict[str, typing.Any]:
    version: dict[str, typing.Any] = {
        'id': number,
        'status': 'CURRENT',
        'links': [{'rel': 'self', 'href': url}],
    }
    if most:
        low = {'v2.1': '2.1', 'v1.0': '1.0', 'v1': '1.1'}[number]
        version |= {
            'version': most,
            'max_version': most,
            'min_version': low,
        }
    return version


def _at(url: str, prefix: str) -> str:
    return url.replace('https://', f'https://{prefix}')


def answer(name: str) -> dict[str, typing.Any]:
    """A recorded answer, as requests-mock takes it; a list heeds markers."""
    status, body = ANSWERS[name]['status'], ANSWERS[name]['body']
    for key in ('servers', 'hypervisors', 'migrations', 'ports', 'agents'):
        if status == 200 and isinstance(body.get(key), list):
            return listed(key, *body[key])
    return {'status_code': status, 'json': body}


def listed(
    key: str, *entries: dict[str, typing.Any], page: int = 1000
) -> dict[str, typing.Any]:
    """A list that comes in pages, as requests-mock takes it.

    :param key: the list's name in the answer
    :param page: how many entries are on one; links tell nothing
    """

    def answered(request, context):
        marker = request.qs.get('marker', [''])[0]
        found = entries
        if key == 'servers' and 'host' in request.qs:
            (host,) = request.qs['host']
            found = tuple(
                e for e in entries if e.get('OS-EXT-SRV-ATTR:host') == host
            )
        ids = [str(e.get('uuid', e.get('id'))).lower() for e in found]
        start = 0
        if marker:
            if marker not in ids:
                context.status_code = 400
                return {'badRequest': {'message': f'marker [{marker}]'}}
            start = ids.index(marker) + 1
        return {key: list(found[start : start + page])}

    return {'json': answered}


def end_of_reads() -> None:
    """Let no read of a look that failed come to the next test's cloud."""
    for thread in threading.enumerate():
        if thread.name.startswith(workers.NAME):
            thread.join(_READ)


class TestCase(unittest.TestCase):
    """Sends real requests to nowhere."""

    def setUp(self) -> None:
        self.mock = requests_mock.Mocker()
        self.mock.start()
        self.addCleanup(self.mock.stop)
        self.addCleanup(end_of_reads)
        self.conn = self.connect('')

    def connect(
        self,
        prefix: str,
        without: Sequence[str] = (),
        nova: str = '2.104',
        **token: str,
    ) -> connection.Connection:
        """Connect to a cloud that is not there.

        :param prefix: what its hosts' names begin with
        :param without: types of services that its catalogue does not have
        :param nova: the newest version of its Nova's API
        :param token: what is different in its token
        """
        body = connection_fixture.ConnectionFixture(
            project_id=builders.OURS
        ).v3_token
        body.user_id = token.get('user_id', 'me')
        body.project_id = token.get('project_id', builders.OURS)
        body['token']['catalog'] = [
            service
            for service in body['token']['catalog']
            if service['type'] not in without
        ]
        for service in body['token']['catalog']:
            for endpoint in service['endpoints']:
                endpoint['url'] = _at(endpoint['url'], prefix)
        identity = _at('https://identity.example.com', prefix)
        self.mock.get(
            identity,
            json={
                'versions': {
                    'values': [_version('v3.14', f'{identity}/v3', None)]
                }
            },
        )
        self.mock.post(
            f'{identity}/v3/auth/tokens',
            json=body,
            headers={'X-Subject-Token': 't'},
        )
        for root, number, url, most in (
            ('https://compute.example.com', 'v2.1', COMPUTE, nova),
            ('https://network.example.com', 'v2.0', NETWORK, None),
            ('https://placement.example.com', 'v1.0', PLACEMENT, '1.39'),
            ('https://baremetal.example.com', 'v1', BAREMETAL, '1.104'),
            ('https://image.example.com', 'v2.17', IMAGE, None),
        ):
            root, url = _at(root, prefix), _at(url, prefix)
            version = _version(number, url, most)
            self.mock.get(f'{root}/', json={'versions': [version]})
            if url != root:
                self.mock.get(f'{url}/', json={'version': version})
        conn = connection.Connection(
            auth={
                'auth_url': identity,
                'username': 'u',
                'password': 'p',
                'project_id': builders.OURS,
                'user_domain_id': 'd',
            },
            region_name='RegionOne',
            identity_interface='public',
        )
        self.addCleanup(conn.close)
        return conn

    def last(self) -> request._RequestObjectProxy:
        """Return the request that was sent last."""
        sent: request._RequestObjectProxy = self.mock.request_history[-1]
        return sent

    def sent(self, method: str, url: str) -> list[request._RequestObjectProxy]:
        """Return the requests of a method to a URL."""
        return [
            sent
            for sent in self.mock.request_history
            if sent.method == method and sent.url.partition('?')[0] == url
        ]
