# SPDX-License-Identifier: Apache-2.0
"""Changes who is in Nova's host aggregates."""

from __future__ import annotations

from keystoneauth1 import adapter

from hvctl import exceptions
from hvctl.cloud import http
from hvctl.cloud.act import removal
from hvctl.model.results import Done
from hvctl.model.steps import JoinAggregate, LeaveAggregate


class Aggregates:
    """The host aggregates of the compute cloud."""

    def __init__(self, nova: adapter.Adapter) -> None:
        self._nova = nova

    def join_aggregate(self, step: JoinAggregate) -> Done:
        """Put a host into an aggregate, unless it is in."""
        doing = f'put {step.host} into aggregate {step.aggregate_id}'
        try:
            http.call(
                self._nova,
                _action(step, {'add_host': {'host': step.host}}, doing),
            )
        except exceptions.CloudError as error:
            if error.status != 409:
                raise
            # Either it is in, or it may not be: another zone has it.
            if self._is_in(step, doing):
                return Done(changed=False)
            raise exceptions.CloudError(
                f'{error}; see openstack aggregate list --long',
                status=409,
                transient=False,
            ) from error
        return Done()

    def leave_aggregate(self, step: LeaveAggregate) -> Done:
        """Take a host out of an aggregate."""
        doing = f'take {step.host} out of aggregate {step.aggregate_id}'
        return removal.remove(
            self._nova,
            _action(step, {'remove_host': {'host': step.host}}, doing),
        )

    def _is_in(self, step: JoinAggregate, doing: str) -> bool:
        request = http.Request(
            url=f'/os-aggregates/{step.aggregate_id}',
            doing=doing,
            microversion=http.COMPUTE,
        )
        return step.host in http.ask(
            self._nova,
            request,
            lambda body: body.part('aggregate').texts('hosts'),
        )


def _action(
    step: JoinAggregate | LeaveAggregate, body: http.JSON, doing: str
) -> http.Request:
    return http.Request(
        method='POST',
        url=f'/os-aggregates/{step.aggregate_id}/action',
        doing=doing,
        microversion=http.COMPUTE,
        json=body,
    )
