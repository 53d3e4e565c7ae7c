# SPDX-License-Identifier: Apache-2.0

"""Users, projects, roles and the service catalogue."""

from openstack import connection

from hvctl.lab import credentials
from hvctl.lab import execution
from hvctl.lab import paths
from hvctl.lab.services import common
from hvctl.lab.services import keystone

#: user: (service type, port, path of its endpoint)
_SERVICES = {
    'placement': ('placement', paths.Port.PLACEMENT, ''),
    'glance': ('image', paths.Port.GLANCE, ''),
    'neutron': ('network', paths.Port.NEUTRON, ''),
    'nova': ('compute', paths.Port.NOVA, '/v2.1'),
    'ironic': ('baremetal', paths.Port.IRONIC, ''),
}

#: Without both Nova sees an empty list of nodes and says nothing.
_SERVICE_ROLES = ('admin', 'service')

DEMO = 'demo'


def begin(lab: paths.Lab, secrets: credentials.Credentials) -> None:
    """Make the administrator, before the API is needed.

    :param lab: the lab, with its databases up.
    :param secrets: the passwords.
    :raises LabError: when keystone-manage fails.
    """
    url = f'{lab.url(paths.Port.KEYSTONE)}/v3'
    execution.run(
        keystone.manage(lab, 'bootstrap'),
        {
            'OS_BOOTSTRAP_PASSWORD': secrets.admin,
            'OS_BOOTSTRAP_REGION_ID': common.REGION,
            'OS_BOOTSTRAP_PUBLIC_URL': url,
            'OS_BOOTSTRAP_INTERNAL_URL': url,
        },
    )


def complete(
    cloud: connection.Connection,
    lab: paths.Lab,
    secrets: credentials.Credentials,
) -> None:
    """Make the services' users, the catalogue and the tenant.

    :param cloud: the administrator's connection.
    :param lab: the lab.
    :param secrets: the passwords.
    """
    roles = {role.name: role.id for role in cloud.identity.roles()}
    project = _project(cloud, common.SERVICE_PROJECT)
    for user, (kind, port, path) in _SERVICES.items():
        _user(
            cloud,
            user,
            secrets.service,
            project,
            [roles[role] for role in _SERVICE_ROLES],
        )
        _endpoint(cloud, user, kind, f'{lab.url(port)}{path}')
    _user(
        cloud,
        DEMO,
        secrets.demo,
        _project(cloud, DEMO),
        [roles['member'], roles['reader']],
    )


def _project(cloud: connection.Connection, name: str) -> str:
    found = cloud.identity.find_project(name, ignore_missing=True)
    made = found or cloud.identity.create_project(
        name=name, domain_id='default'
    )
    return str(made.id)


def _user(
    cloud: connection.Connection,
    name: str,
    password: str,
    project: str,
    roles: list[str],
) -> None:
    found = cloud.identity.find_user(name, ignore_missing=True)
    user = found or cloud.identity.create_user(
        name=name,
        password=password,
        domain_id='default',
        default_project_id=project,
    )
    for role in roles:
        cloud.identity.assign_project_role_to_user(project, user, role)


def _endpoint(
    cloud: connection.Connection, name: str, kind: str, url: str
) -> None:
    found = next(iter(cloud.identity.services(type=kind)), None)
    service = found or cloud.identity.create_service(name=name, type=kind)
    if not list(cloud.identity.endpoints(service_id=service.id)):
        cloud.identity.create_endpoint(
            service_id=service.id,
            interface='public',
            region_id=common.REGION,
            url=url,
        )
