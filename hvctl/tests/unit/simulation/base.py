# SPDX-License-Identifier: Apache-2.0
"""Asks the services of a simulated cloud as the SDK does."""

from __future__ import annotations

import typing
import unittest

from keystoneauth1 import session as ksa_session
import requests

from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import transport

SIZE = numbers.Size(hosts=6, ours=3, guests=4, free_nodes=2)

_PREFIXES = {
    'compute': '/compute/v2.1',
    'placement': '/placement',
    'network': '/network/v2.0',
    'baremetal': '/baremetal',
}


class TestCase(unittest.TestCase):
    """A test with a cloud.

    :cvar service: that is asked
    :cvar version: the microversion, where the service has some
    """

    service: typing.ClassVar[str]
    version: typing.ClassVar[str | None] = None
    size: typing.ClassVar[numbers.Size] = SIZE

    def setUp(self) -> None:
        self.cloud = cloud.Cloud(1, self.size)
        self.world = self.cloud.world
        self.session = self.cloud.login()

    def ask(
        self,
        path: str,
        method: str = 'GET',
        *,
        json: object = None,
        version: str | None = None,
        session: ksa_session.Session | None = None,
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        """Send a request.

        :param session: of somebody else than the administrator
        """
        wanted = version or self.version
        return (session or self.session).request(
            f'{transport.URL}{_PREFIXES[self.service]}{path}',
            method,
            json=json,
            raise_exc=False,
            headers=headers,
            microversion=wanted,
            endpoint_filter={'service_type': self.service},
        )

    def answer(
        self, path: str, method: str = 'GET', **how: typing.Any
    ) -> typing.Any:
        """Send a request that must not fail, and return its body."""
        response = self.ask(path, method, **how)
        self.assertLess(response.status_code, 400, response.text)
        return response.json() if response.content else None
