# SPDX-License-Identifier: Apache-2.0
"""Asks Nova for one server, and to do something with it."""

from __future__ import annotations

from collections.abc import Mapping

from keystoneauth1 import adapter

from hvctl import exceptions
from hvctl.cloud import http
from hvctl.cloud.act import removal
from hvctl.cloud.observe import parse
from hvctl.model.records import Server
from hvctl.model.results import Accepted, Done


def read(client: adapter.Adapter, server_id: str, doing: str) -> Server | None:
    """Read a server just before it is deleted.

    :param doing: see :class:`hvctl.cloud.http.Request`
    :returns: None when Nova has it no more
    :raises CloudError: when it failed, or the server's cell does not answer
    """
    question = http.Request(
        url=f'/servers/{server_id}',
        doing=doing,
        microversion=http.COMPUTE,
        secret=True,
    )
    server = http.find(
        client, question, lambda body: parse.server(body.part('server'))
    )
    if server is not None and parse.is_stub(server):
        raise removal.unproven(doing, 'its cell does not answer')
    return server


def request(
    server_id: str,
    body: Mapping[str, object],
    doing: str,
    accept: frozenset[int] = frozenset(),
) -> http.Request:
    """Build the request of an action.

    :param doing: see :class:`hvctl.cloud.http.Request`
    :param accept: see there
    """
    return http.Request(
        method='POST',
        url=f'/servers/{server_id}/action',
        doing=doing,
        microversion=http.COMPUTE,
        json=dict(body),
        accept=accept,
    )


def send(client: adapter.Adapter, action: http.Request) -> Done:
    """Ask for an action that depends on the state of the server.

    :param action: of :func:`request`
    :raises CloudError: when it failed, for good after a conflict
    """
    try:
        response = http.call(client, action)
    except exceptions.CloudError as error:
        if error.status != 409:
            raise
        # Nova means the server's state, which another try won't mend.
        raise exceptions.CloudError(
            str(error), status=409, transient=False
        ) from error
    request_id = response.headers.get('x-openstack-request-id')
    return Done(
        changed=response.status_code < 400,
        answer=Accepted(request_id) if request_id else None,
    )
