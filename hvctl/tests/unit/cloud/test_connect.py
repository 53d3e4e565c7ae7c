# SPDX-License-Identifier: Apache-2.0
"""Tests of finding clouds in clouds.yaml."""

from __future__ import annotations

import os
import pathlib
import tempfile
from unittest import mock

from hvctl import exceptions
from hvctl.cloud import clouds
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base

CLOUDS = f"""\
clouds:
  far:
    region_name: RegionOne
    interface: public
    auth:
      auth_url: https://far-identity.example.com
      username: u
      password: p
      project_id: {builders.OURS}
      user_domain_id: d
"""


class TestConnect(base.TestCase):
    """A file with one cloud."""

    def setUp(self) -> None:
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        files = {}
        for name, content in (('CLIENT', CLOUDS), ('SECURE', '{}')):
            path = pathlib.Path(directory.name, f'{name}.yaml')
            path.write_text(content)
            files[name] = str(path)
        environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith('OS_')
        }
        environment['OS_CLIENT_CONFIG_FILE'] = files['CLIENT']
        environment['OS_CLIENT_SECURE_FILE'] = files['SECURE']
        patch = mock.patch.dict(os.environ, environment, clear=True)
        patch.start()
        self.addCleanup(patch.stop)
        self.connect('far-')

    def test_connect(self) -> None:
        """A cloud is found by its name, and knows that name."""
        conn = clouds.connect('far')
        self.addCleanup(conn.close)

        self.assertEqual('far', clouds.name(conn))
        self.assertEqual(builders.OURS, conn.current_project_id)

    def test_unknown(self) -> None:
        """One that is not in the file is named, with what to do."""
        with self.assertRaisesRegex(
            exceptions.CloudError,
            'compute cloud nonesuch cannot be reached: .*clouds.yaml',
        ):
            clouds.connect('nonesuch')

    def test_refused(self) -> None:
        """One that does not let us in is named with its own words."""
        self.mock.post(
            'https://far-identity.example.com/v3/auth/tokens',
            status_code=401,
            headers={'Content-Type': 'application/json'},
            json={'error': {'code': 401, 'message': 'wrong password'}},
        )

        with self.assertRaisesRegex(
            exceptions.CloudError,
            'could not log in to the compute cloud far: .*wrong password',
        ):
            clouds.connect('far')

    def test_no_name(self) -> None:
        """A connection that is not of the file has no name."""
        conn = mock.Mock()
        conn.config.name = ''

        self.assertIsNone(clouds.name(conn))

    def test_known(self) -> None:
        """Every cloud of the file is known, and nothing else."""
        with mock.patch.dict(os.environ, OS_USERNAME='u'):
            self.assertEqual(('far',), clouds.known())
