# SPDX-License-Identifier: Apache-2.0
"""Tests of what a look reads of volumes."""

from __future__ import annotations

import re

from hvctl.cloud import clients
from hvctl.model.records import Volume
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.observe import looking

PROJECT = 'theirs'
ROOT = 'https://block-storage.example.com/v3'
#: The SDK puts the project in, where the catalogue has it.
VOLUMES = re.compile(f'{ROOT}/(.*/)?volumes/detail')


class TestVolumes(looking.TestCase):
    """The volumes of a project."""

    def setUp(self) -> None:
        super().setUp()
        self.mock.get(
            'https://block-storage.example.com/',
            json={
                'versions': [
                    {
                        'id': 'v3.0',
                        'status': 'CURRENT',
                        'version': '3.70',
                        'min_version': '3.0',
                        'links': [{'rel': 'self', 'href': f'{ROOT}/'}],
                    }
                ]
            },
        )

    def volumes(self) -> tuple[Volume, ...] | None:
        """What a look tells."""
        return self.observe(volumes_of=frozenset({PROJECT})).volumes[PROJECT]

    def test_told(self) -> None:
        """Which are encrypted, what they are attached to, and their image."""
        self.mock.get(
            VOLUMES,
            **base.listed(
                'volumes',
                {
                    'id': 'v1',
                    'encrypted': True,
                    'attachments': [{'server_id': 'g1'}],
                    'volume_image_metadata': {'hw_tpm_version': '2.0'},
                },
                {
                    'id': 'v2',
                    'encrypted': False,
                    'attachments': [
                        {'server_id': 'g1'},
                        {'server_id': 'g2'},
                    ],
                },
                {'id': 'v3', 'attachments': []},
            ),
        )

        found = self.volumes()

        self.assertEqual(
            (
                Volume(
                    id='v1',
                    server_ids=frozenset({'g1'}),
                    encrypted=True,
                    image={'hw_tpm_version': '2.0'},
                ),
                Volume(id='v2', server_ids=frozenset({'g1', 'g2'})),
                Volume(id='v3'),
            ),
            found,
        )
        query = next(
            sent.qs
            for sent in self.mock.request_history
            if VOLUMES.match(sent.url)
        )
        self.assertEqual(
            (['1'], [PROJECT]), (query['all_tenants'], query['project_id'])
        )

    def test_not_told(self) -> None:
        """No answer is no reason to fail, nor is that there is no service."""
        for status in (403, 404, 500, 503):
            self.mock.get(VOLUMES, status_code=status)

            self.assertIsNone(self.volumes())
        self.client = clients.Client.connect(
            self.connect(
                '',
                without=('block-storage', 'volumev2', 'volumev3', 'volume'),
            )
        )
        self.assertIsNone(self.volumes())
