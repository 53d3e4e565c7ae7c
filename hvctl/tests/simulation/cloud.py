# SPDX-License-Identifier: Apache-2.0
"""A whole simulated cloud, and a connection to it."""

from __future__ import annotations

from keystoneauth1 import session as ksa_session
from keystoneauth1.identity import v3
from openstack import connection
import requests

from hvctl.tests.simulation import application
from hvctl.tests.simulation import cinder
from hvctl.tests.simulation import clock
from hvctl.tests.simulation import glance
from hvctl.tests.simulation import ironic
from hvctl.tests.simulation import keystone
from hvctl.tests.simulation import machines
from hvctl.tests.simulation import moves
from hvctl.tests.simulation import neutron
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import pace
from hvctl.tests.simulation import placement
from hvctl.tests.simulation import service
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import transport
from hvctl.tests.simulation import world
from hvctl.tests.simulation.nova import nova

#: Of every user; nothing real is behind it.
PASSWORD = 'secret'


class Cloud:
    """A cloud of some size.

    ``admin`` has the role admin in the project ``admin``, ``demo`` is a
    member of ``demo``, and ``nobody`` reads in ``demo``.
    """

    def __init__(
        self,
        seed: int = 0,
        size: numbers.Size | None = None,
        pace_: pace.Pace | None = None,
    ) -> None:
        self.clock = clock.Clock()
        self.world = world.World(
            seed, self.clock, size or numbers.Size(), pace_
        )
        self.stock = stock.Stock(self.world)
        self.machines = machines.Machines(self.world, self.stock)
        self.moves = moves.Moves(self.world, self.stock, self.machines)
        first = self.world.first
        self.admin, self.demo = (
            keystone.Project(id=first.project(number), name=name)
            for number, name in enumerate(('admin', 'demo'))
        )
        users = [
            keystone.User(
                id=first.user(number),
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
        ]
        services: list[service.Service] = [
            placement.Placement(self.world, self.stock),
            nova.Nova(self.world, self.stock, self.machines, self.moves),
            neutron.Neutron(self.world),
            ironic.Ironic(self.world),
            glance.Glance(self.world),
            cinder.Cinder(self.world),
        ]
        self.identity = keystone.Keystone(
            seed,
            self.clock,
            users,
            [self.admin, self.demo],
            [keystone.Keystone, *map(type, services)],
        )
        self.application = application.Application(
            self.clock, self.identity, services
        )

    def login(
        self,
        user: str = 'admin',
        project: str = 'admin',
        through: requests.Session | None = None,
    ) -> ksa_session.Session:
        """Return a session of a user, without sockets.

        :param through: sends the requests in place of the usual one
        """
        return ksa_session.Session(
            auth=v3.Password(
                auth_url=f'{transport.URL}/identity',
                username=user,
                password=PASSWORD,
                project_name=project,
                user_domain_id='default',
                project_domain_id='default',
            ),
            session=through or transport.session(self.application),
        )

    def connect(
        self, user: str = 'admin', project: str = 'admin'
    ) -> connection.Connection:
        """Connect as hvctl does, without sockets."""
        return connection.Connection(session=self.login(user, project))
