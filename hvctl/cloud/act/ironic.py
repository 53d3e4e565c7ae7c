# SPDX-License-Identifier: Apache-2.0
"""Asks Ironic what became of a deploy."""

from __future__ import annotations

import datetime
import typing

from hvctl import exceptions
from hvctl.cloud import answers
from hvctl.cloud import http
from hvctl.cloud import lists
from hvctl.cloud.observe import parse
from hvctl.model import text
from hvctl.model.results import Done, Explained, Hosting
from hvctl.model.steps import AskNode, FindNodes

#: What happens to a node when its deploy has failed, which is no cause.
_AFTERWARDS = frozenset({'cleaning', 'unprovision'})

#: Of what only says that a flow of steps was aborted, but not why
#: (ironic/conductor/utils.py, log_step_flow_history).
_MILESTONE = '_end'


class _Event(typing.NamedTuple):
    """What happened to a node."""

    at: datetime.datetime | None
    severity: str
    kind: str
    words: str


def _event(body: answers.Fields) -> _Event:
    return _Event(
        at=parse.when(body.any_text('created_at')),
        severity=body.any_text('severity') or '',
        kind=body.any_text('event_type') or '',
        words=body.any_text('event') or '',
    )


def _hosted(body: answers.Fields) -> tuple[str | None, str | None]:
    """Parse the name and the id of the server of a node."""
    return (
        body.any_part('instance_info').any_text('display_name'),
        body.any_text('instance_uuid'),
    )


class Baremetal:
    """Ironic, where it may be read."""

    def __init__(self, ironic: http.Service) -> None:
        self._ironic = ironic

    def ask_node(self, step: AskNode) -> Done:
        """Find the error of a deploy in the history of its node.

        Ironic clears ``last_error`` when Nova gives the node back.  The
        history is for those who own the node or read the whole system; there
        is an answer for nobody else.
        """
        try:
            found = lists.read(
                self._ironic,
                'history',
                http.Request(
                    url=f'/nodes/{step.node_id}/history',
                    doing=f'read the history of Ironic node {step.node_id}',
                    microversion=http.BAREMETAL_HISTORY,
                    params={'detail': 'True'},
                ),
                _event,
                lists.Paging.BY_UUID,
            )
        except exceptions.CloudError as refusal:
            # What is not told now may be told later.
            if refusal.passes:
                raise
            return Done(changed=False)
        errors = [
            (event.at, event.words)
            for event in found or ()
            if event.severity == 'ERROR'
            and event.kind not in _AFTERWARDS
            and not event.kind.endswith(_MILESTONE)
            and event.at is not None
            and event.at >= step.since
        ]
        if not errors:
            return Done(changed=False)
        error = text.one_line(max(errors)[1])
        return Done(changed=False, answer=Explained(error))

    def find_nodes(self, step: FindNodes) -> Done:
        """Find the nodes that have a server of a name.

        Nova writes the name on the node (nova/virt/ironic/patcher.py), and it
        stays there when Nova only forgets the server.
        """
        try:
            found = lists.read(
                self._ironic,
                'nodes',
                http.Request(
                    url='/nodes',
                    doing=f'find the Ironic node of {step.name}',
                    microversion=http.BAREMETAL,
                    params={
                        'associated': 'True',
                        'fields': 'uuid,instance_uuid,instance_info',
                    },
                ),
                _hosted,
                lists.Paging.BY_UUID,
            )
        except exceptions.CloudError as error:
            # What cannot be asked now may well be there.
            if error.passes:
                raise
            return Done(changed=False)
        return Done(
            changed=False,
            answer=Hosting(
                tuple(
                    server_id
                    for name, server_id in found or ()
                    if name == step.name and server_id is not None
                )
            ),
        )
