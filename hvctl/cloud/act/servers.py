# SPDX-License-Identifier: Apache-2.0
"""Changes the bare-metal servers in Nova."""

from __future__ import annotations

from keystoneauth1 import adapter

from hvctl.cloud import http
from hvctl.cloud.act import removal
from hvctl.cloud.act import server_action
from hvctl.model import identity
from hvctl.model.metadata_steps import SetMetadata
from hvctl.model.metadata_steps import UnsetMetadata
from hvctl.model.results import Created, Done, Exists
from hvctl.model.steps import (
    AskServer,
    CreateServer,
    DeleteServer,
    NoteTimes,
)


class Servers:
    """Nova of the bare-metal cloud."""

    def __init__(self, nova: adapter.Adapter) -> None:
        self._nova = nova

    def create_server(self, step: CreateServer) -> Done:
        """Make the bare-metal server, with a config drive."""
        body: dict[str, object] = {
            'name': step.name,
            'hostname': step.name,
            'imageRef': step.image_id,
            'flavorRef': step.flavor_id,
            'networks': [{'port': step.port_id}],
            'config_drive': True,
            'metadata': {
                **step.metadata,
                identity.MARK_KEY: identity.MARK,
            },
            'tags': [identity.TAG],
            'user_data': step.user_data,
        }
        if step.key_name is not None:
            body['key_name'] = step.key_name
        if step.zone is not None:
            body['availability_zone'] = step.zone
        server_id = http.ask(
            self._nova,
            http.Request(
                method='POST',
                url='/servers',
                doing=f'create the server {step.name}',
                microversion=http.COMPUTE_CREATE,
                json={'server': body},
                secret=True,
            ),
            lambda answer: answer.part('server').text('id'),
        )
        return Done(answer=Created(server_id))

    def ask_server(self, step: AskServer) -> Done:
        """See whether a server is there.

        From 2.69 on Nova tells of one in a cell that does not answer no more
        than its id.
        """
        request = http.Request(
            url=f'/servers/{step.server_id}',
            doing=f'see whether the server of {step.name} is there',
            microversion=http.COMPUTE,
            secret=True,
        )
        found = http.find(
            self._nova,
            request,
            lambda answer: Exists(answer.part('server').any_text('name')),
        )
        return Done(changed=False, answer=found)

    def delete_server(self, step: DeleteServer) -> Done:
        """Delete a server of ours."""
        doing = f'delete the server {step.name}'
        server = server_action.read(self._nova, step.server_id, doing)
        if server is None:
            return Done(changed=False)
        if server.name != step.name or not identity.is_marked(server.metadata):
            raise removal.unproven(doing, 'it is not that of hvctl any more')
        if step.status not in (None, server.status):
            raise removal.unproven(doing, f'it is {server.status} now')
        if not step.soft_deleted:
            return removal.remove(
                self._nova,
                http.Request(
                    method='DELETE',
                    url=f'/servers/{step.server_id}',
                    doing=doing,
                    microversion=http.COMPUTE,
                ),
            )
        if server.status != 'SOFT_DELETED':
            raise removal.unproven(doing, 'somebody has restored it')
        return server_action.send(
            self._nova,
            server_action.request(
                step.server_id,
                {'forceDelete': None},
                f'{doing} for good',
                accept=http.NOT_FOUND,
            ),
        )

    def set_metadata(self, step: NoteTimes | SetMetadata) -> Done:
        """Add to a server's metadata, all items or none."""
        http.call(
            self._nova,
            http.Request(
                method='POST',
                url=f'/servers/{step.server_id}/metadata',
                doing=f'write the metadata of server {step.name}',
                microversion=http.COMPUTE,
                json={'metadata': dict(step.metadata)},
            ),
        )
        return Done()

    def unset_metadata(self, step: UnsetMetadata) -> Done:
        """Take an item out of a server's metadata."""
        return removal.remove(
            self._nova,
            http.Request(
                method='DELETE',
                url=f'/servers/{step.server_id}/metadata/{step.key}',
                doing=f'write the metadata of server {step.name}',
                microversion=http.COMPUTE,
            ),
        )
