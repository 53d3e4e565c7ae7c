# SPDX-License-Identifier: Apache-2.0
"""Tests of what is said when a service or the system refuses."""

from __future__ import annotations

import xmlrpc.client

from keystoneauth1 import exceptions as keystone_exceptions
from openstack import exceptions as sdk_exceptions
import pymysql

from hvctl_lab import trouble
from hvctl_lab.tests import base


class TestExplain(base.LabTestCase):
    """One line about what came from outside."""

    def test_service(self):
        """The log of the service whose address is named is given."""
        for error in (
            keystone_exceptions.ConnectFailure(
                'Unable to connect to http://127.0.0.1:23003/networks:\n'
                'refused.'
            ),
            sdk_exceptions.HttpException(
                '503: Server Error for url: http://127.0.0.1:23003/networks'
            ),
        ):
            with self.subTest(error=error):
                said = trouble.explain(self.lab, error)

                self.assertNotIn('\n', said)
                self.assertTrue(
                    said.endswith(f'; see {self.lab.logs}/neutron.log'),
                    said,
                )

    def test_others(self):
        """Whatever else refuses is told with the directory of all logs."""
        for error, words in (
            (sdk_exceptions.EndpointNotFound('no endpoint'), 'no endpoint'),
            (xmlrpc.client.Fault(10, 'BAD_NAME'), 'BAD_NAME'),
            (pymysql.err.OperationalError(2013, 'lost'), 'lost'),
            (OSError(28, 'No space left on device'), 'No space left'),
            (ConnectionResetError(), 'ConnectionResetError'),
        ):
            with self.subTest(error=error):
                said = trouble.explain(self.lab, error)

                self.assertIn(words, said)
                self.assertTrue(
                    said.endswith(f'; see the logs in {self.lab.logs}'), said
                )

    def test_mistake(self):
        """A mistake of this program is not explained away."""
        self.assertIsNone(trouble.explain(self.lab, AttributeError('x')))
