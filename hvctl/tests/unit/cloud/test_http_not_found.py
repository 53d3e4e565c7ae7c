# SPDX-License-Identifier: Apache-2.0
"""Tests of which 404 is believed."""

from __future__ import annotations

from hvctl import exceptions
from hvctl.cloud import http
from hvctl.tests.unit.cloud import base


class TestNotFound(base.TestCase):
    """Who says that something is not there."""

    def test_of_a_proxy(self) -> None:
        """That a proxy finds no service says nothing of the thing."""
        for page in ('404 page not found', '<html>', '', '[]'):
            for accept in (frozenset(), http.NOT_FOUND):
                with self.subTest(page=page, accept=accept):
                    self.mock.get(
                        f'{base.COMPUTE}/thing', status_code=404, text=page
                    )
                    request = http.Request(
                        url='/thing', doing='read the thing', accept=accept
                    )

                    with self.assertRaises(exceptions.CloudError) as caught:
                        http.call(self.conn.compute, request)

                    self.assertTrue(caught.exception.transient)
                    self.assertIn('the service', str(caught.exception))

    def test_of_a_service(self) -> None:
        """One that names the request has answered, whatever its form."""
        for name in ('X-Openstack-Request-Id', 'Openstack-Request-Id'):
            with self.subTest(name=name):
                self.mock.get(
                    f'{base.NETWORK}/agents',
                    status_code=404,
                    text='no',
                    headers={name: 'req-1'},
                )
                request = http.Request(
                    url='/agents',
                    doing='list the agents',
                    accept=http.NOT_FOUND,
                )

                response = http.call(self.conn.network, request)

                self.assertEqual(404, response.status_code)
