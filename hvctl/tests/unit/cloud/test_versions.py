# SPDX-License-Identifier: Apache-2.0
"""Tests of clouds that are older than what others ask them for."""

from __future__ import annotations

from openstack import utils

from hvctl.cloud import ages
from hvctl.cloud import clients
from hvctl.cloud import clouds
from hvctl.cloud import http
from hvctl.model.snapshot import WholeLook
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud.observe import looking


class TestDemands(looking.TestCase):
    """Versions that clouds.yaml or the client of another service wants."""

    def test_newer_than_the_cloud(self) -> None:
        """None of them keeps a request of ours from being sent."""
        for key, value in (
            # As python-ironicclient hands over the newest it knows.
            ('baremetal_api_version', '1.999'),
            ('baremetal_default_microversion', '1.999'),
            ('compute_api_version', '2.999'),
            ('compute_default_microversion', '2.999'),
            ('placement_api_version', '1.999'),
            ('bare_metal_default_microversion', '1.999'),
        ):
            with self.subTest(key=key):
                conn = self.connect('')
                conn.config.config[key] = value
                client = clients.Client.connect(conn)

                look = client.observe(WholeLook())

                self.assertTrue(look.nodes)
                self.assertTrue(look.services)
                self.assertEqual(value, conn.config.config[key])

    def test_older_than_the_cloud(self) -> None:
        """None of them keeps us from what the cloud tells besides."""
        for key, value in (
            ('compute_api_version', '2.1'),
            ('compute_default_microversion', '2.53'),
        ):
            with self.subTest(key=key):
                conn = self.connect('')
                conn.config.config[key] = value

                found = clouds.without_demands(conn)

                self.assertEqual((), ages.problems(found))
                self.assertTrue(
                    utils.supports_microversion(
                        found.compute, http.COMPUTE_IMAGES
                    )
                )

    def test_login(self) -> None:
        """It is shared: nobody logs in twice."""
        tokens = 'https://identity.example.com/v3/auth/tokens'
        conn = self.connect('')
        conn.authorize()
        before = len(self.sent('POST', tokens))

        clouds.without_demands(conn).authorize()

        self.assertEqual(before, len(self.sent('POST', tokens)))
        self.assertEqual(builders.OURS, conn.current_project_id)
