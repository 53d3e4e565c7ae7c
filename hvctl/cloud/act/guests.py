# SPDX-License-Identifier: Apache-2.0
"""Moves guests in Nova, and asks it what became of them."""

from __future__ import annotations

from keystoneauth1 import adapter

from hvctl.cloud import answers
from hvctl.cloud import http
from hvctl.cloud.act import server_action
from hvctl.model import text
from hvctl.model.results import Done, Explained, Located
from hvctl.model.steps import (
    AbortMigration,
    AskWhere,
    AskWhy,
    ColdMigrate,
    ConfirmMigration,
    ConfirmResize,
    ForceComplete,
    LiveMigrate,
    OffloadShelved,
    Shelve,
)


class Guests:
    """The guests of the compute cloud."""

    def __init__(self, nova: adapter.Adapter) -> None:
        self._nova = nova

    def live_migrate(self, step: LiveMigrate) -> Done:
        """Ask for a live migration."""
        how = {'host': step.destination, 'block_migration': 'auto'}
        return self._act_on(
            step.server_id,
            {'os-migrateLive': how},
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

    def force_complete(self, step: ForceComplete) -> Done:
        """Halt a guest for the rest of its live migration.

        Nova answers 400 or 409 when it is not being copied any more.
        """
        return self._unless_over(
            http.Request(
                method='POST',
                url=f'{_migration(step)}/action',
                doing=f'force the migration of guest {step.server_id} to '
                'complete',
                microversion=http.COMPUTE,
                json={'force_complete': None},
                accept=frozenset({400, 404, 409}),
            )
        )

    def abort_migration(self, step: AbortMigration) -> Done:
        """Drop a live migration, unless it is over or goes too far by now."""
        return self._unless_over(
            http.Request(
                method='DELETE',
                url=_migration(step),
                doing=f'abort the migration of guest {step.server_id}',
                microversion=http.COMPUTE,
                accept=frozenset({400, 404, 409}),
            )
        )

    def ask_why(self, step: AskWhy) -> Done:
        """Find the reason of a failed request in its instance action."""
        request = http.Request(
            url=f'/servers/{step.server_id}/os-instance-actions/'
            f'{step.request_id}',
            doing=f'read what became of the request for {step.server_id}',
            microversion=http.COMPUTE_ACTIONS,
        )
        reason = http.find(self._nova, request, _reason)
        return Done(
            changed=False,
            answer=Explained(text.one_line(reason)) if reason else None,
        )

    def ask_where(self, step: AskWhere) -> Done:
        """Find where and how a guest is that has left its host."""
        request = http.Request(
            url=f'/servers/{step.server_id}',
            doing=f'read where guest {step.server_id} is',
            microversion=http.COMPUTE,
            secret=True,
        )
        return Done(
            changed=False, answer=http.find(self._nova, request, _located)
        )

    def _act_on(
        self,
        server_id: str,
        body: http.JSON,
        doing: str,
        accept: frozenset[int] = frozenset(),
    ) -> Done:
        return server_action.send(
            self._nova,
            server_action.request(server_id, body, doing, accept),
        )

    def _unless_over(self, request: http.Request) -> Done:
        response = http.call(self._nova, request)
        return Done(changed=response.status_code < 400)


def _migration(step: ForceComplete | AbortMigration) -> str:
    return f'/servers/{step.server_id}/migrations/{step.migration_id}'


def _located(body: answers.Fields) -> Located:
    server = body.part('server')
    return Located(
        status=server.text('status'),
        host=server.any_text('OS-EXT-SRV-ATTR:host') or None,
        name=server.any_text('name') or '',
        project_id=server.any_text('tenant_id') or '',
    )


def _reason(body: answers.Fields) -> str | None:
    """Find in the events of an instance action why it failed."""
    events = body.part('instanceAction').any_parts('events')
    reasons = [
        event
        for event in sorted(
            events, key=lambda event: event.any_text('finish_time') or ''
        )
        if event.any_text('result') == 'Error' and event.any_text('details')
    ]
    # The conductor sums up ("no valid host"); a host says what it was.
    reasons.sort(key=_of_a_host)
    return reasons[-1].text('details') if reasons else None


def _of_a_host(event: answers.Fields) -> bool:
    """Return whether an event of an instance action is a nova-compute's."""
    return (event.any_text('event') or '').startswith('compute_')
