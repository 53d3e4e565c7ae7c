# SPDX-License-Identifier: Apache-2.0
"""A whole simulated cloud, and a connection to it."""

from __future__ import annotations

from keystoneauth1 import session as ksa_session
from keystoneauth1.identity import v3
from openstack import connection

from hvctl.tests.simulation import application
from hvctl.tests.simulation import clock
from hvctl.tests.simulation import ids
from hvctl.tests.simulation import keystone
from hvctl.tests.simulation import transport

#: Of every user.
PASSWORD = 'secret'  # noqa: S105: nothing real is behind it


class Cloud:
    """A cloud with nothing in it but users.

    ``admin`` has the role admin in the project ``admin``, ``demo`` is a
    member of ``demo``, and ``nobody`` reads in ``demo``.
    """

    def __init__(self, seed: int = 0) -> None:
        self.clock = clock.Clock()
        projects = ids.Ids.of(seed, 'project')
        self.admin, self.demo = (
            keystone.Project(
                id=projects.id(number).replace('-', ''), name=name
            )
            for number, name in enumerate(('admin', 'demo'))
        )
        users = ids.Ids.of(seed, 'user')
        self.identity = keystone.Keystone(
            seed,
            self.clock,
            [
                keystone.User(
                    id=users.id(number).replace('-', ''),
                    name=name,
                    password=PASSWORD,
                    roles={project.id: frozenset({role})},
                )
                for number, (name, project, role) in enumerate(
                    (
                        ('admin', self.admin, 'admin'),
                        ('demo', self.demo, 'member'),
                        ('nobody', self.demo, 'reader'),
                    )
                )
            ],
            [self.admin, self.demo],
            [keystone.Keystone],
        )
        self.application = application.Application(
            self.clock, self.identity, []
        )

    def login(
        self, user: str = 'admin', project: str = 'admin'
    ) -> ksa_session.Session:
        """Return a session of a user, without sockets."""
        return ksa_session.Session(
            auth=v3.Password(
                auth_url=f'{transport.URL}/identity',
                username=user,
                password=PASSWORD,
                project_name=project,
                user_domain_id='default',
                project_domain_id='default',
            ),
            session=transport.session(self.application),
        )

    def connect(
        self, user: str = 'admin', project: str = 'admin'
    ) -> connection.Connection:
        """Connect as hvctl does, without sockets."""
        return connection.Connection(session=self.login(user, project))
