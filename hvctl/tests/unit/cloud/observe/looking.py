# SPDX-License-Identifier: Apache-2.0
"""What the tests of looks have in common."""

from __future__ import annotations

import re
import typing
import urllib.parse

from hvctl.cloud import clients
from hvctl.model.snapshot import Snapshot, WholeLook
from hvctl.tests.unit.cloud import base

SERVERS = f'{base.COMPUTE}/servers/detail'
PROVIDERS = f'{base.PLACEMENT}/resource_providers'


class TestCase(base.TestCase):
    """A cloud that answers what was recorded."""

    def setUp(self) -> None:
        super().setUp()
        servers = base.ANSWERS['servers']['body']['servers']
        nodes = base.ANSWERS['nodes']['body']['nodes']
        self.mock.get(SERVERS, **base.listed('servers', *servers))
        self.mock.get(
            f'{base.BAREMETAL}/nodes', **base.listed('nodes', *nodes)
        )
        for url, name in (
            (f'{base.COMPUTE}/os-services', 'services'),
            (f'{base.COMPUTE}/os-hypervisors', 'hypervisors'),
            (f'{base.COMPUTE}/os-hypervisors/detail', 'hypervisors_detail'),
            (f'{base.COMPUTE}/os-aggregates', 'aggregates'),
            (f'{base.COMPUTE}/os-migrations', 'migrations'),
            (PROVIDERS, 'providers'),
            (f'{base.NETWORK}/ports', 'ports'),
            (f'{base.NETWORK}/agents', 'agents'),
        ):
            self.mock.get(url, **base.answer(name))
        self.mock.get(
            re.compile(f'{base.COMPUTE}/os-hypervisors/[0-9a-f-]+$'),
            **base.answer('nova404'),
        )
        for part, body in (
            ('traits', {'traits': []}),
            ('allocations', {'allocations': {}}),
            ('inventories', {'inventories': {}}),
        ):
            self.mock.get(
                re.compile(f'{PROVIDERS}/.*/{part}'),
                json={**body, 'resource_provider_generation': 1},
            )
        self.client = clients.Client.connect(self.conn)

    def observe(self, **scope: typing.Any) -> Snapshot:
        """Take a look at everything."""
        return self.client.observe(WholeLook(**{'all_hosts': True, **scope}))

    def queries(self, url: str) -> list[dict[str, str]]:
        """What first pages were asked for at a URL, each value once."""
        found = [
            dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(r.url).query))
            for r in self.sent('GET', url)
        ]
        return [query for query in found if 'marker' not in query]
