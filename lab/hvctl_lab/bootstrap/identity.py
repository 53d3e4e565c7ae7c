# SPDX-License-Identifier: Apache-2.0
"""Users, projects, roles and the service catalogue."""

from __future__ import annotations

from collections.abc import Iterable
import typing

from hvctl_lab import credentials
from hvctl_lab import execution
from hvctl_lab import paths
from hvctl_lab.bootstrap import connection
from hvctl_lab.services import clients
from hvctl_lab.services import common
from hvctl_lab.services import keystone

#: user: (service type, port, path of its endpoint)
_SERVICES = {
    'placement': ('placement', paths.Port.PLACEMENT, ''),
    'glance': ('image', paths.Port.GLANCE, ''),
    'neutron': ('network', paths.Port.NEUTRON, ''),
    'nova': ('compute', paths.Port.NOVA, '/v2.1'),
    'ironic': ('baremetal', paths.Port.IRONIC, ''),
}

#: With only one of them Ironic shows Nova an empty list of nodes.
_SERVICE_ROLES = ('admin', 'service')

DEMO = 'demo'


def begin(lab: paths.Lab, secrets: credentials.Credentials) -> None:
    """Make the administrator, before the API is needed.

    :param lab: the lab, with its databases up
    :param secrets: the passwords
    :raises LabError: when keystone-manage fails
    """
    url = f'{lab.url(paths.Port.KEYSTONE)}/v3'
    execution.run(
        lab,
        keystone.manage(lab, 'bootstrap'),
        {
            'OS_BOOTSTRAP_PASSWORD': secrets.admin,
            'OS_BOOTSTRAP_REGION_ID': common.REGION,
            'OS_BOOTSTRAP_PUBLIC_URL': url,
            'OS_BOOTSTRAP_INTERNAL_URL': url,
        },
    )


def complete(
    cloud: connection.Cloud,
    lab: paths.Lab,
    secrets: credentials.Credentials,
) -> None:
    """Make the catalogue, and the users of services and clients.

    :param cloud: the administrator's connection
    :param lab: the lab
    :param secrets: the passwords
    """
    roles = _ids(cloud.identity.roles())
    projects = _ids(cloud.identity.projects())
    users = _ids(cloud.identity.users())

    def join(
        user: str, password: str, project: str, granted: Iterable[str]
    ) -> None:
        if project not in projects:
            projects[project] = cloud.identity.create_project(
                name=project, domain_id='default'
            ).id
        if user not in users:
            users[user] = cloud.identity.create_user(
                name=user, password=password, domain_id='default'
            ).id
        for role in granted:
            cloud.identity.assign_project_role_to_user(
                projects[project], users[user], roles[role]
            )

    for user, (kind, port, path) in _SERVICES.items():
        join(user, secrets.service, common.SERVICE_PROJECT, _SERVICE_ROLES)
        _catalogue(cloud, user, kind, f'{lab.url(port)}{path}')
    join(
        clients.COMPUTE_USER,
        secrets.compute,
        clients.COMPUTE_PROJECT,
        ('admin',),
    )
    join(DEMO, secrets.demo, DEMO, ('member', 'reader'))


def _ids(found: Iterable[typing.Any]) -> dict[str, str]:
    return {each.name: each.id for each in found}


def _catalogue(
    cloud: connection.Cloud, name: str, kind: str, url: str
) -> None:
    found = next(iter(cloud.identity.services(type=kind)), None)
    service = found or cloud.identity.create_service(name=name, type=kind)
    # A call that was killed may have left a service without an endpoint.
    if not list(cloud.identity.endpoints(service_id=service.id)):
        cloud.identity.create_endpoint(
            service_id=service.id,
            interface='public',
            region_id=common.REGION,
            url=url,
        )
