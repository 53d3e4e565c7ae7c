# SPDX-License-Identifier: Apache-2.0
"""Tests of logins to the simulated cloud, in the process and by a socket."""

from __future__ import annotations

import unittest

from keystoneauth1 import exceptions
from keystoneauth1.identity import v3
import requests
from werkzeug import wrappers

from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import server
from hvctl.tests.simulation import service
from hvctl.tests.simulation import transport


class TestLogin(unittest.TestCase):
    """Logins."""

    def test_gives_a_token(self) -> None:
        """A user gets a token of the project, with its roles."""
        simulated = cloud.Cloud()
        session = simulated.login()
        assert isinstance(session.auth, v3.Password)
        access = session.auth.get_access(session)

        self.assertEqual(simulated.admin.id, access.project_id)
        self.assertEqual(['admin'], access.role_names)
        self.assertEqual(
            f'{transport.URL}/identity',
            session.get_endpoint(service_type='identity', version=None),
        )

    def test_of_a_connection(self) -> None:
        """The SDK logs in as hvctl does."""
        simulated = cloud.Cloud()

        self.assertEqual(
            simulated.demo.id,
            simulated.connect('nobody', 'demo').current_project_id,
        )

    def test_is_used_again(self) -> None:
        """A client logs in once, whatever the time of this machine."""
        simulated = cloud.Cloud()
        session = simulated.login()
        for _ in range(3):
            session.get(f'{transport.URL}/identity/v3')

        self.assertEqual(
            ['POST', 'GET', 'GET', 'GET'],
            [asked.method for asked in simulated.application.asked],
        )

    def test_ends(self) -> None:
        """A token is good for an hour of the cloud."""
        simulated = cloud.Cloud()
        token = simulated.login().get_token()
        request = wrappers.Request.from_values(
            headers={'X-Auth-Token': str(token)}
        )
        simulated.clock.advance(3599)
        found = simulated.identity.identify(request)
        self.assertEqual(simulated.admin.id, found.project_id)

        simulated.clock.advance(1)
        with self.assertRaises(service.Refusal) as caught:
            simulated.identity.identify(request)

        self.assertEqual(401, caught.exception.status)

    def test_refuses_a_stranger(self) -> None:
        """Who has no role in the project is refused."""
        session = cloud.Cloud().login('demo', 'admin')

        with self.assertRaises(exceptions.Unauthorized) as caught:
            session.get_token()

        self.assertIn('requires authentication', str(caught.exception))

    def test_same_seed_same_cloud(self) -> None:
        """Two clouds of one seed give the same token, and tell the same."""
        clouds = [cloud.Cloud(7), cloud.Cloud(7)]
        tokens = [found.login().get_token() for found in clouds]

        self.assertEqual(tokens[0], tokens[1])
        self.assertEqual(
            clouds[0].application.asked, clouds[1].application.asked
        )
        self.assertNotEqual(tokens[0], cloud.Cloud(8).login().get_token())

    def test_by_a_socket(self) -> None:
        """The same answer comes through a socket, with the cloud's date."""
        simulated = cloud.Cloud()
        with server.serve(simulated.application) as url:
            answer = requests.get(f'{url}/identity/v3', timeout=10)

        self.assertEqual('v3.14', answer.json()['version']['id'])
        self.assertIn('2100', answer.headers['Date'])
        self.assertRegex(answer.headers['x-openstack-request-id'], '^req-')
