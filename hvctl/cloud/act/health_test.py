# SPDX-License-Identifier: Apache-2.0
"""Boots, asks and deletes the guest that tries a hypervisor out."""

from __future__ import annotations

from keystoneauth1 import adapter

from hvctl.cloud import http
from hvctl.cloud.act import removal
from hvctl.cloud.act import server_action
from hvctl.model import identity
from hvctl.model.results import Created, Done, Replied
from hvctl.model.steps import CreateTestGuest, DeleteTestGuest, ReadConsole

#: Of its console's end.  One is what comes after the last line break: nothing.
_LINES = 50


class HealthTest:
    """Test guests in Nova of the compute cloud."""

    def __init__(self, nova: adapter.Adapter) -> None:
        self._nova = nova

    def create_test_guest(self, step: CreateTestGuest) -> Done:
        """Boot a guest on one host and no other."""
        networks: object = 'none'
        if step.port_id is not None:
            networks = [{'port': step.port_id}]
        elif step.network_id is not None:
            networks = [{'uuid': step.network_id}]
        server: dict[str, object] = {
            'name': f'hvctl-test-{step.name}',
            'imageRef': step.image_id,
            'flavorRef': step.flavor_id,
            'networks': networks,
            'host': step.host,
            'metadata': {
                identity.MARK_KEY: identity.MARK,
                identity.TEST_KEY: step.name,
            },
        }
        if step.zone is not None:
            server['availability_zone'] = step.zone
        server_id = http.ask(
            self._nova,
            http.Request(
                method='POST',
                url='/servers',
                doing=f'boot the test guest on {step.host}',
                microversion=http.COMPUTE_CREATE,
                json={'server': server},
            ),
            lambda answer: answer.part('server').text('id'),
        )
        return Done(answer=Created(server_id))

    def read_console(self, step: ReadConsole) -> Done:
        """Read the end of a guest's console."""
        request = server_action.request(
            step.server_id,
            {'os-getConsoleOutput': {'length': _LINES}},
            f'read the console of the test guest of {step.name}',
            # 404 and 409: it has none yet.
            accept=frozenset({404, 409}),
        )
        response = http.call(self._nova, request)
        if response.status_code >= 400:
            return Done(changed=False)
        said = http.read(
            response, request, lambda body: body.any_text('output') or ''
        ).strip()
        return Done(changed=False, answer=Replied() if said else None)

    def delete_test_guest(self, step: DeleteTestGuest) -> Done:
        """Delete a test guest, for good even where Nova puts deletes off."""
        doing = f'delete the test guest of {step.name}'
        guest = server_action.read(self._nova, step.server_id, doing)
        if guest is None:
            return Done(changed=False)
        said = guest.metadata
        if (
            not identity.is_marked(said)
            or said.get(identity.TEST_KEY) != step.name
        ):
            raise removal.unproven(doing, 'it is not that of hvctl any more')
        return removal.remove(
            self._nova,
            server_action.request(
                step.server_id, {'forceDelete': None}, doing
            ),
        )
