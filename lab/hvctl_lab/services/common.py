# SPDX-License-Identifier: Apache-2.0
"""Parts that the configurations of several services share."""

from __future__ import annotations

from hvctl_lab import credentials
from hvctl_lab import paths
from hvctl_lab import programs

REGION = 'RegionOne'
SERVICE_PROJECT = 'service'

#: The network of the machines, in which Ironic cleans and deploys as well.
SHARED_NETWORK = 'internalapi'

#: Seconds between two signs of life of a service or an agent ...
REPORT_INTERVAL = 5
#: ... and without one after which Nova calls a service down ...
SERVICE_DOWN_TIME = 20
#: ... and Neutron an agent dead.
AGENT_DOWN_TIME = 20


def auth(
    lab: paths.Lab, secrets: credentials.Credentials, user: str
) -> dict[str, str | int | bool]:
    """Return the keystoneauth options of one service's user."""
    return {
        'auth_type': 'password',
        'auth_url': lab.url(paths.Port.KEYSTONE),
        'username': user,
        'password': secrets.service,
        'project_name': SERVICE_PROJECT,
        'user_domain_id': 'default',
        'project_domain_id': 'default',
        'region_name': REGION,
    }


def authtoken(
    lab: paths.Lab, secrets: credentials.Credentials, user: str
) -> dict[str, str | int | bool]:
    """Return the keystonemiddleware options of one service's user."""
    return auth(lab, secrets, user) | {
        'www_authenticate_uri': lab.url(paths.Port.KEYSTONE),
        'service_token_roles_required': True,
    }


def wsgi(
    lab: paths.Lab,
    name: str,
    *modules: tuple[str, paths.Port],
    environment: dict[str, str],
    threads: int = 8,
) -> programs.Program:
    """Describe a process that serves WSGI applications.

    :param threads: how many requests each answers at the same moment
    """
    served = [f'{module}={lab.port(port)}' for module, port in modules]
    return programs.Program(
        name=name,
        command=(
            str(lab.python),
            *('-m', 'hvctl_lab.wsgi'),
            str(threads),
            *served,
        ),
        environment=environment,
        port=lab.port(modules[0][1]),
        path='/',
    )
