# SPDX-License-Identifier: Apache-2.0
"""Lists what the bare-metal cloud has of hypervisors.

Several compute clouds may have their hypervisors on the nodes of one
bare-metal cloud, in one project.  A server's metadata and a port's
description tell which cloud each is for; everything else of a hypervisor is
in that cloud.
"""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
import typing

from hvctl import exceptions
from hvctl.cloud import answers
from hvctl.cloud import clouds
from hvctl.cloud import http
from hvctl.cloud import lists
from hvctl.cloud.observe import parse
from hvctl.model import identity
from hvctl.model.records import Node, Port, PortUse, Server

_T = typing.TypeVar('_T')

_NODE_FIELDS = (
    'uuid,name,resource_class,provision_state,power_state,instance_uuid,'
    'maintenance,last_error'
)


class Found(typing.NamedTuple):
    """What there is for one compute cloud.

    :ivar other_clouds: the compute cloud of each hypervisor of another one, by
        name; None is the bare-metal cloud itself
    """

    servers: tuple[Server, ...]
    ports: tuple[Port, ...]
    other_clouds: Mapping[str, str | None]


def whereabouts(
    servers: Iterable[Server],
    ports: Iterable[Port],
    own: str | None,
) -> dict[str, str | None]:
    """Return the compute cloud that each hypervisor is in, by name.

    :param own: the name of the bare-metal cloud, by which somebody else may
        have made a hypervisor of it
    :returns: None is the bare-metal cloud itself
    """
    named: dict[str, str | None] = {
        port.name: port.compute_cloud
        for port in ports
        if port.use is PortUse.MACHINE
    }
    # A name is used in one cloud at a time.
    named |= {server.name: _cloud(server) for server in servers}
    return {
        name: None if cloud == own else cloud for name, cloud in named.items()
    }


def of_cloud(
    cloud: str | None,
    servers: Sequence[Server],
    ports: Sequence[Port],
    own: str | None,
) -> Found:
    """Pick out what is for one compute cloud.

    :param cloud: None is the bare-metal cloud itself
    :param own: see :func:`whereabouts`
    """
    named = whereabouts(servers, ports, own)
    other_clouds = {
        name: other for name, other in named.items() if other != cloud
    }
    return Found(
        servers=tuple(s for s in servers if s.name not in other_clouds),
        ports=tuple(
            port
            for port in ports
            if port.name not in other_clouds
            and (port.name in named or cloud is None)
        ),
        other_clouds=other_clouds,
    )


def _cloud(server: Server) -> str | None:
    return server.metadata.get(identity.COMPUTE_CLOUD_KEY) or None


def port_marks(compute_clouds: Iterable[str]) -> tuple[str, ...]:
    """Return the descriptions by which ports of ours are known.

    :param compute_clouds: names of the clouds in which hypervisors may be
    """
    return (*parse.PORT_USES, *map(identity.port_mark, compute_clouds))


def servers(
    project: clouds.Project, names: Collection[str] | None = None
) -> tuple[Server, ...]:
    """List the servers that carry our mark, test guests among them.

    :param names: of the only hypervisors whose are asked for, one request
        for each; None for all
    """
    # Of this project only: any tenant can give a server our mark.
    # A soft-deleted one still has its machine.
    params = {'soft_deleted': 'True'}
    if names is None:
        found = list_servers(project.compute, params)
    else:
        # Its test guest's name ends so, too.
        found = [
            server
            for name in sorted(names)
            for server in list_servers(
                project.compute,
                params | {'name': f'{name}$'},
                paging=lists.Paging.BY_LINK,
            )
            if name in (server.name, server.metadata.get(identity.TEST_KEY))
        ]
    return tuple(server for server in found if _is_ours(project, server))


def tagged_servers(project: clouds.Project) -> tuple[Server, ...]:
    """List other projects' servers that are tagged as hypervisors."""
    found = list_servers(
        project.compute, {'all_tenants': 1, 'tags': identity.TAG}
    )
    return tuple(s for s in found if not _is_ours(project, s))


def is_there(project: clouds.Project, server_id: str, name: str) -> bool:
    """Return whether there is a server of ours that a list did not have.

    One of which Nova tells no more than its id, since its cell does not
    answer, may be ours.  One that somebody has renamed is not.
    """
    request = http.Request(
        url=f'/servers/{server_id}',
        doing=f'read server {server_id}',
        microversion=http.COMPUTE,
        secret=True,
    )
    found = http.find(
        project.compute,
        request,
        lambda body: parse.server(body.part('server')),
    )
    return found is not None and (
        parse.is_stub(found)
        or (found.name == name and _is_ours(project, found))
    )


def named_servers(
    project: clouds.Project, names: frozenset[str]
) -> tuple[Server, ...]:
    """List every project's servers of these names that are not ours."""
    # Nova takes the name as a regular expression, but escapes every "|"
    # (nova/db/main/api.py, _safe_regex_mysql).  What several names begin with
    # may be what all servers of the cloud begin with.
    return tuple(
        server
        for name in sorted(names)
        for server in list_servers(
            project.compute,
            {'all_tenants': 1, 'name': f'^{name}$'},
            paging=lists.Paging.BY_LINK,
        )
        if server.name in names and not _is_ours(project, server)
    )


def ports(
    project: clouds.Project,
    marks: Sequence[str],
    names: Collection[str] | None = None,
) -> tuple[Port, ...]:
    """List the project's ports that carry one of our marks.

    :param names: of the only hypervisors whose are asked for, a hundred at
        once; None for all
    """

    def parsed(body: answers.Fields) -> Port | None:
        ours = body.any_text('description') in marks
        return parse.port(body) if ours and _owns(project, body) else None

    params: dict[str, object] = {
        'description': list(marks),
        'project_id': project.id,
    }
    doing = 'list the ports'
    if names is None:
        found = list_ports(project.network, doing, params, parsed)
    else:
        found = [
            port
            for some in lists.portions(names)
            for port in list_ports(
                project.network,
                doing,
                params | {'name': some},
                parsed,
                lists.Paging.BY_LINK,
            )
            if port is not None and port.name in names
        ]
    return tuple(port for port in found if port is not None)


def named_ports(
    project: clouds.Project, marks: Sequence[str], names: frozenset[str]
) -> dict[str, str]:
    """List the project's ports of these names that are not ours.

    :returns: their names, by id
    """

    def parsed(body: answers.Fields) -> tuple[str, str] | None:
        if body.any_text('description') in marks or not _owns(project, body):
            return None
        return body.text('id'), body.text('name')

    found = list_ports(
        project.network,
        'list the ports',
        {
            'name': sorted(names),
            'project_id': project.id,
            'fields': ['id', 'name', 'description', 'project_id'],
        },
        parsed,
        lists.Paging.BY_LINK,
    )
    return {
        port_id: name for port_id, name in filter(None, found) if name in names
    }


def node(baremetal: http.Service, node_id: str) -> tuple[Node, ...] | None:
    """Read one Ironic node; None where it cannot be read."""
    request = http.Request(
        url=f'/nodes/{node_id}',
        doing=f'read Ironic node {node_id}',
        microversion=http.BAREMETAL,
        params={'fields': _NODE_FIELDS},
    )
    try:
        found = http.find(baremetal, request, parse.node)
    except exceptions.CloudError as error:
        if error.status == 403 or isinstance(error.__cause__, http.NO_SERVICE):
            return None
        raise
    return None if found is None else (found,)


def nodes(baremetal: http.Service) -> tuple[Node, ...] | None:
    """List the Ironic nodes; None where they cannot be read."""
    try:
        found = lists.read(
            baremetal,
            'nodes',
            http.Request(
                url='/nodes',
                doing='list the Ironic nodes',
                microversion=http.BAREMETAL,
                params={'fields': _NODE_FIELDS},
                accept=frozenset({403, 404}),
            ),
            parse.node,
            lists.Paging.BY_UUID,
        )
    except exceptions.CloudError as error:
        if isinstance(error.__cause__, http.NO_SERVICE):
            return None
        raise
    return None if found is None else tuple(found)


def list_servers(
    compute: http.Service,
    params: Mapping[str, object],
    microversion: str = http.COMPUTE,
    paging: lists.Paging = lists.Paging.BY_ID,
) -> list[Server]:
    """List servers.

    :param paging: by links where so few are asked for that Nova drops none:
        those that are being built are in its list twice at first, and only
        then a page may lack some (nova/compute/api.py, get_all)
    """
    return (
        lists.read(
            compute,
            'servers',
            http.Request(
                url='/servers/detail',
                doing='list the servers',
                microversion=microversion,
                params=params,
                secret=True,
            ),
            parse.server,
            paging,
        )
        or []
    )


def list_ports(
    network: http.Service,
    doing: str,
    params: Mapping[str, object],
    parsed: Callable[[answers.Fields], _T],
    paging: lists.Paging = lists.Paging.BY_ID,
) -> list[_T]:
    """List ports.

    :param doing: see :class:`hvctl.cloud.http.Request`
    :param parsed: makes of a port what is wanted
    :param paging: by links where few are asked for
    """
    if paging is lists.Paging.BY_ID:
        params = {**params, 'limit': lists.LIMIT}
    request = http.Request(url='/ports', doing=doing, params=params)
    return lists.read(network, 'ports', request, parsed, paging) or []


def _owns(project: clouds.Project, port: answers.Fields) -> bool:
    """Return whether a port is the project's, as far as it tells.

    Not every network service heeds every filter.
    """
    return port.any_text('project_id') in (None, project.id)


def _is_ours(project: clouds.Project, server: Server) -> bool:
    return server.project_id == project.id and identity.is_marked(
        server.metadata
    )
