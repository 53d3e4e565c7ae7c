# SPDX-License-Identifier: Apache-2.0
"""Tests of looks at a cloud of which a service is down."""

from __future__ import annotations

import re
import typing

from hvctl import exceptions
from hvctl.cloud import clients
from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import phases
from hvctl.model.hypervisor import Phase
from hvctl.model.snapshot import (
    EVERY_PART,
    MachinesLook,
    Part,
    Snapshot,
    WholeLook,
)
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.observe import looking

URLS = {
    Part.NODES: f'{base.BAREMETAL}/nodes',
    Part.AGENTS: f'{base.NETWORK}/agents',
    Part.PORTS: f'{base.NETWORK}/ports',
    Part.COMPUTE_NODES: f'{base.COMPUTE}/os-hypervisors',
}
#: What a service that is down, or a proxy before it, answers.
ANSWERS: tuple[dict[str, typing.Any], ...] = (
    {'status_code': 500, 'json': {}},
    {'status_code': 403, 'json': {}},
    {'text': '<html>maintenance</html>'},
)


class TestGaps(looking.TestCase):
    """What may be missing, and what may not."""

    def look(self) -> Snapshot:
        """Take a look that may do without all that it can."""
        with self.assertLogs('hvctl.cloud.observe.gaps', 'WARNING') as logs:
            found = self.observe(optional=EVERY_PART)
            self.observe(optional=EVERY_PART)
        self.warnings = logs.output
        return found

    def test_each(self) -> None:
        """It is said once, whatever the answer; the rest is seen."""
        for part, url in URLS.items():
            for answer in ANSWERS:
                with self.subTest(part=part, answer=answer):
                    self.setUp()
                    self.mock.get(url, **answer)
                    if part is Part.NODES and answer.get('status_code') == 403:
                        # That is not for everybody to see.
                        self.assertIsNone(self.observe().nodes)
                        continue

                    look = self.look()

                    self.assertEqual({part}, look.unseen)
                    (warning,) = self.warnings
                    self.assertIn(f'going on without the {part}', warning)
                    self.assertEqual(
                        ['hv1'], [server.name for server in look.servers]
                    )

    def test_phase(self) -> None:
        """What cannot be seen is no reason for a phase."""
        url = URLS[Part.COMPUTE_NODES]
        self.mock.get(url, json={'hypervisors': []})
        self.assertIs(Phase.UNMAPPED, self.phase(self.observe()))

        self.mock.get(url, status_code=500, json={})

        self.assertIs(Phase.ENABLED, self.phase(self.look()))

    @staticmethod
    def phase(look: Snapshot) -> Phase:
        """Tell the phase of hv1."""
        return phases.status(assemble.assemble(look, ['hv1'])['hv1']).phase

    def test_needed(self) -> None:
        """Without leave the look fails, and may be taken again."""
        for part, url in URLS.items():
            with self.subTest(part=part):
                self.setUp()
                self.mock.get(url, status_code=500, json={})

                with self.assertRaises(exceptions.CloudError) as caught:
                    self.observe(optional=EVERY_PART - {part})
                self.assertTrue(caught.exception.transient)

    def test_machines(self) -> None:
        """A look at machines tells how they are, with Ironic or without."""
        whole = self.observe()
        self.mock.get(re.compile(URLS[Part.NODES]), status_code=503, json={})

        with self.assertLogs('hvctl.cloud.observe.gaps', 'WARNING'):
            look = self.client.observe(
                MachinesLook(last=whole, names=frozenset({'hv1'}))
            )

        self.assertEqual(whole.servers, look.servers)
        self.assertIsNone(look.nodes)

    def test_service_not_found(self) -> None:
        """A service that tells no versions is missed by who needs it only."""
        for host in ('baremetal', 'network'):
            for answer in (
                {'status_code': 500},
                {'text': '<html>'},
                {'json': {'versions': [None]}},
            ):
                with self.subTest(host=host, answer=answer):
                    self.setUp()
                    conn = self.connect('')
                    for url in ('', 'v1/', 'v1', 'v2.0/', 'v2.0'):
                        self.mock.get(
                            f'https://{host}.example.com/{url}', **answer
                        )
                    self.mock.get(
                        f'{base.BAREMETAL}/nodes', status_code=500, json={}
                    )
                    self.mock.get(
                        f'{base.NETWORK}/agents', status_code=500, json={}
                    )
                    client = clients.Client.connect(conn)
                    with self.assertLogs('hvctl.cloud.observe.gaps'):
                        look = client.observe(WholeLook(optional=EVERY_PART))

                    self.assertLessEqual(
                        {Part.NODES if host == 'baremetal' else Part.AGENTS},
                        look.unseen,
                    )
                    with self.assertRaises(exceptions.CloudError):
                        client.observe(WholeLook())

    def test_whereabouts(self) -> None:
        """Where a hypervisor is, its server tells without its ports."""
        self.mock.get(f'{base.NETWORK}/ports', status_code=500, json={})

        with self.assertLogs('hvctl.cloud.observe.gaps'):
            client = self.client.of(['hv1'])

        self.assertIs(self.client, client)

    def test_rest(self) -> None:
        """What only a machine's making and end change is not read again."""
        whole = self.observe()
        before = len(self.mock.request_history)

        look = self.observe(rest=whole, names=frozenset({'hv1'}))

        self.assertEqual(whole, look)
        self.assertEqual(
            {looking.SERVERS, f'{base.COMPUTE}/os-services'},
            {
                request.url.partition('?')[0]
                for request in self.mock.request_history[before:]
            },
        )

    def test_rest_and_sizes(self) -> None:
        """Where sizes are asked for, the compute nodes are read."""
        whole = self.observe()

        look = self.observe(rest=whole, sizes=True)

        self.assertEqual(32, look.compute_nodes[1].vcpus)
        self.assertEqual(whole.nodes, look.nodes)
