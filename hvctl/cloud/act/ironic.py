# SPDX-License-Identifier: Apache-2.0
"""Asks Ironic what became of a deploy."""

from __future__ import annotations

from keystoneauth1 import adapter

from hvctl import exceptions
from hvctl.cloud import http
from hvctl.cloud.observe import parse
from hvctl.model import text
from hvctl.model.results import Done, Explained
from hvctl.model.steps import AskNode

#: What happens to a node when its deploy has failed, which is no cause.
_AFTERWARDS = frozenset({'cleaning', 'unprovision'})

#: Of what only says that a flow of steps was aborted, but not why
#: (ironic/conductor/utils.py, log_step_flow_history).
_MILESTONE = '_end'


class Baremetal:
    """Ironic, where it may be read."""

    def __init__(self, ironic: adapter.Adapter) -> None:
        self._ironic = ironic

    def ask_node(self, step: AskNode) -> Done:
        """Find the error of a deploy in the history of its node.

        Ironic clears ``last_error`` when Nova gives the node back.  The
        history is for those who own the node or read the whole system; there
        is an answer for nobody else.
        """
        try:
            found = http.pages(
                self._ironic,
                'history',
                http.Request(
                    url=f'/nodes/{step.node_id}/history',
                    doing=f'read the history of Ironic node {step.node_id}',
                    microversion=http.BAREMETAL_HISTORY,
                    params={'detail': 'True'},
                ),
            )
        except exceptions.CloudError:
            return Done(changed=False)
        errors = [
            (at, str(event['event']))
            for event in found or ()
            if event['severity'] == 'ERROR'
            and event['event_type'] not in _AFTERWARDS
            and not event['event_type'].endswith(_MILESTONE)
            and (at := parse.when(event['created_at'])) is not None
            and at >= step.since
        ]
        if not errors:
            return Done(changed=False)
        error = text.one_line(max(errors)[1])
        return Done(changed=False, answer=Explained(error))
