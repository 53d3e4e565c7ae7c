# SPDX-License-Identifier: Apache-2.0
"""Changes the bare-metal servers in Nova."""

from __future__ import annotations

from keystoneauth1 import adapter

from hvctl.cloud import http
from hvctl.cloud.act import removal
from hvctl.cloud.act import server_action
from hvctl.model import identity
from hvctl.model.results import Created, Done
from hvctl.model.steps import CreateServer, DeleteServer, NoteTimes


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

    def delete_server(self, step: DeleteServer) -> Done:
        """Delete a server of ours."""
        if step.soft_deleted:
            return server_action.send(
                self._nova,
                server_action.request(
                    step.server_id,
                    {'forceDelete': None},
                    f'delete the server {step.name} for good',
                    accept=http.NOT_FOUND,
                ),
            )
        return removal.remove(
            self._nova,
            http.Request(
                method='DELETE',
                url=f'/servers/{step.server_id}',
                doing=f'delete the server {step.name}',
                microversion=http.COMPUTE,
            ),
        )

    def note_times(self, step: NoteTimes) -> Done:
        """Add to a server's metadata."""
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
