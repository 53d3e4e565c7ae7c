# SPDX-License-Identifier: Apache-2.0
"""Changes servers, services and aggregates in Nova."""

from __future__ import annotations

from keystoneauth1 import adapter
from openstack import connection
import requests as http

from hvctl import exceptions
from hvctl.cloud import http as requests
from hvctl.model import identity
from hvctl.model.results import (
    Accepted,
    Created,
    Done,
    Explained,
    Located,
    Replied,
)
from hvctl.model.steps import (
    AbortMigration,
    AskWhere,
    AskWhy,
    ColdMigrate,
    ConfirmMigration,
    ConfirmResize,
    CreateServer,
    CreateTestGuest,
    DeleteServer,
    DeleteService,
    DeleteTestGuest,
    DisableService,
    EnableService,
    ForceComplete,
    JoinAggregate,
    LeaveAggregate,
    LiveMigrate,
    NoteTimes,
    OffloadShelved,
    ReadConsole,
    Shelve,
)

_GONE = frozenset({404})


def _of_a_host(event: requests.JSON) -> bool:
    """Whether an event of an instance action is a nova-compute's."""
    return str(event.get('event')).startswith('compute_')


class Compute:
    """Nova of either cloud."""

    def __init__(self, conn: connection.Connection) -> None:
        self._client: adapter.Adapter = conn.compute

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
        response = self._call(
            'POST',
            '/servers',
            f'create the server {step.name}',
            microversion=requests.COMPUTE_CREATE,
            json={'server': body},
            secret=True,
        )
        return Done(answer=Created(response.json()['server']['id']))

    def delete_server(self, step: DeleteServer) -> Done:
        """Delete a server of ours."""
        if step.soft_deleted:
            return self._act_on(
                step.server_id,
                {'forceDelete': None},
                f'delete the server {step.name} for good',
                accept=_GONE,
            )
        response = self._call(
            'DELETE',
            f'/servers/{step.server_id}',
            f'delete the server {step.name}',
            accept=_GONE,
        )
        return Done(changed=response.status_code != 404)

    def note_times(self, step: NoteTimes) -> Done:
        """Add to a server's metadata."""
        self._call(
            'POST',
            f'/servers/{step.server_id}/metadata',
            f'write the metadata of server {step.name}',
            json={'metadata': dict(step.metadata)},
        )
        return Done()

    def enable_service(self, step: EnableService) -> Done:
        """Enable a compute service.

        Nova tells the host at once and waits for it, a minute if it hangs
        (nova/compute/rpcapi.py, set_host_enabled).
        """
        self._call(
            'PUT',
            f'/os-services/{step.service_id}',
            f'enable the compute service of {step.name}',
            json={'status': 'enabled'},
        )
        return Done()

    def disable_service(self, step: DisableService) -> Done:
        """Disable a compute service."""
        self._call(
            'PUT',
            f'/os-services/{step.service_id}',
            f'disable the compute service of {step.name}',
            json={'status': 'disabled', 'disabled_reason': step.reason},
        )
        return Done()

    def delete_service(self, step: DeleteService) -> Done:
        """Delete a compute service, with its compute node and mapping."""
        response = self._call(
            'DELETE',
            f'/os-services/{step.service_id}',
            f'delete the compute service of {step.name}',
            accept=_GONE,
        )
        return Done(changed=response.status_code != 404)

    def join_aggregate(self, step: JoinAggregate) -> Done:
        """Put a host into an aggregate, unless it is in."""
        url = f'/os-aggregates/{step.aggregate_id}'
        doing = f'put {step.host} into aggregate {step.aggregate_id}'
        try:
            self._call(
                'POST',
                f'{url}/action',
                doing,
                json={'add_host': {'host': step.host}},
            )
        except exceptions.CloudError as error:
            if error.status != 409:
                raise
            # Either it is in, or it may not be: another zone has it.
            found = self._call('GET', url, doing).json()['aggregate']
            if step.host in found['hosts']:
                return Done(changed=False)
            raise exceptions.CloudError(
                f'{error}; see openstack aggregate list --long',
                status=409,
                transient=False,
            ) from error
        return Done()

    def create_test_guest(self, step: CreateTestGuest) -> Done:
        """Boot a guest on one host and no other."""
        networks: object = 'none'
        if step.port_id is not None:
            networks = [{'port': step.port_id}]
        elif step.network_id is not None:
            networks = [{'uuid': step.network_id}]
        self._call(
            'POST',
            '/servers',
            f'boot the test guest on {step.host}',
            microversion=requests.COMPUTE_CREATE,
            json={
                'server': {
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
            },
        )
        return Done()

    def read_console(self, step: ReadConsole) -> Done:
        """Read the last line of a guest's console."""
        response = self._call(
            'POST',
            f'/servers/{step.server_id}/action',
            f'read the console of the test guest of {step.name}',
            json={'os-getConsoleOutput': {'length': 1}},
            # 404 and 409: it has none yet.
            accept=frozenset({404, 409}),
        )
        if response.status_code >= 400:
            return Done(changed=False)
        said = str(response.json().get('output') or '').strip()
        return Done(changed=False, answer=Replied() if said else None)

    def delete_test_guest(self, step: DeleteTestGuest) -> Done:
        """Delete a test guest, for good even where Nova puts deletes off."""
        response = self._call(
            'POST',
            f'/servers/{step.server_id}/action',
            f'delete the test guest of {step.name}',
            json={'forceDelete': None},
            accept=_GONE,
        )
        return Done(changed=response.status_code != 404)

    def leave_aggregate(self, step: LeaveAggregate) -> Done:
        """Take a host out of an aggregate."""
        response = self._call(
            'POST',
            f'/os-aggregates/{step.aggregate_id}/action',
            f'take {step.host} out of aggregate {step.aggregate_id}',
            json={'remove_host': {'host': step.host}},
            accept=_GONE,
        )
        return Done(changed=response.status_code != 404)

    def live_migrate(self, step: LiveMigrate) -> Done:
        """Ask for a live migration."""
        return self._act_on(
            step.server_id,
            {
                'os-migrateLive': {
                    'host': step.destination,
                    'block_migration': 'auto',
                }
            },
            f'live-migrate guest {step.server_id}',
        )

    def cold_migrate(self, step: ColdMigrate) -> Done:
        """Ask for a cold migration."""
        to = {'host': step.destination} if step.destination else None
        return self._act_on(
            step.server_id,
            {'migrate': to},
            f'cold-migrate guest {step.server_id}',
        )

    def shelve(self, step: Shelve) -> Done:
        """Shelve a guest."""
        return self._act_on(
            step.server_id, {'shelve': None}, f'shelve guest {step.server_id}'
        )

    def offload_shelved(self, step: OffloadShelved) -> Done:
        """Take a shelved guest off its host."""
        return self._act_on(
            step.server_id,
            {'shelveOffload': None},
            f'offload the shelved guest {step.server_id}',
        )

    def force_complete(self, step: ForceComplete) -> Done:
        """Halt a guest for the rest of its live migration.

        Nova answers 400 or 409 when it is not being copied any more.
        """
        response = self._call(
            'POST',
            f'/servers/{step.server_id}/migrations/{step.migration_id}/action',
            f'force the migration of guest {step.server_id} to complete',
            json={'force_complete': None},
            accept=frozenset({400, 404, 409}),
        )
        return Done(changed=response.status_code < 400)

    def abort_migration(self, step: AbortMigration) -> Done:
        """Drop a live migration, unless it is over or goes too far by now."""
        response = self._call(
            'DELETE',
            f'/servers/{step.server_id}/migrations/{step.migration_id}',
            f'abort the migration of guest {step.server_id}',
            accept=frozenset({400, 404, 409}),
        )
        return Done(changed=response.status_code < 400)

    def confirm_migration(
        self, step: ConfirmMigration | ConfirmResize
    ) -> Done:
        """Confirm a migration or a resize.

        Nova answers 400 or 409 when that is done already, and also while the
        guest is not yet ready for it or the source does not answer: the
        record of the migration tells which.
        """
        return self._act_on(
            step.server_id,
            {'confirmResize': None},
            f'confirm the migration of guest {step.server_id}',
            accept=frozenset({400, 409}),
        )

    def ask_why(self, step: AskWhy) -> Done:
        """Find the reason of a failed request in its instance action."""
        response = self._call(
            'GET',
            f'/servers/{step.server_id}/os-instance-actions/{step.request_id}',
            f'read what became of the request for {step.server_id}',
            microversion=requests.COMPUTE_ACTIONS,
            accept=_GONE,
        )
        if response.status_code == 404:
            return Done(changed=False)
        events = response.json()['instanceAction'].get('events') or []
        reasons = [
            event
            for event in sorted(
                events, key=lambda event: str(event.get('finish_time'))
            )
            if event.get('result') == 'Error' and event.get('details')
        ]
        # The conductor sums up ("no valid host"); a host says what it was.
        reasons.sort(key=_of_a_host)
        if not reasons:
            return Done(changed=False)
        text = ' '.join(reasons[-1]['details'].split()).rstrip('.')
        return Done(changed=False, answer=Explained(text))

    def ask_where(self, step: AskWhere) -> Done:
        """Find where and how a guest is that has left its host."""
        response = self._call(
            'GET',
            f'/servers/{step.server_id}',
            f'read where guest {step.server_id} is',
            accept=_GONE,
            secret=True,
        )
        if response.status_code == 404:
            return Done(changed=False)
        found = response.json()['server']
        host = found.get('OS-EXT-SRV-ATTR:host') or None
        return Done(changed=False, answer=Located(found['status'], host))

    def _act_on(
        self,
        server_id: str,
        body: dict[str, object],
        doing: str,
        *,
        accept: frozenset[int] = frozenset(),
    ) -> Done:
        try:
            response = self._call(
                'POST',
                f'/servers/{server_id}/action',
                doing,
                json=body,
                accept=accept,
            )
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

    def _call(
        self,
        method: str,
        url: str,
        doing: str,
        *,
        microversion: str = requests.COMPUTE,
        json: object | None = None,
        accept: frozenset[int] = frozenset(),
        secret: bool = False,
    ) -> http.Response:
        return requests.call(
            self._client,
            method,
            url,
            doing,
            microversion=microversion,
            json=json,
            accept=accept,
            secret=secret,
        )
