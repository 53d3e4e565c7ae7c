# SPDX-License-Identifier: Apache-2.0
"""How hypervisors come: ``create`` and ``scale``."""

from __future__ import annotations

import typing

from hvctl.osc import command

if typing.TYPE_CHECKING:
    from hvctl.cloud import clients
    from hvctl.decide.create import create
    from hvctl.osc.create.plan import CreatePlan
    from hvctl.run import loop

#: Seconds in which what was not finished in time is taken back, where that is
#: wanted: as long as a machine may take to stop and to be cleaned.
_TAKING_BACK = 900


class Making(command.Verb):
    """A command that makes hypervisors."""

    def check(self, planned: CreatePlan) -> None:
        """Say what is not known, and go on only when nothing is in the way.

        :raises InvalidRequest: with everything that is
        """
        from hvctl.osc.create import plan

        plan.raise_if_failed(planned)
        if planned.unknown:
            self._say(
                'Not known: '
                + '; '.join(check.message for check in planned.unknown)
            )

    def make(
        self,
        client: clients.Client,
        goal: create.Create,
        timeout: float,
        again: str,
    ) -> loop.Result:
        """Make hypervisors.

        :param again: the verb, for the line that says how to go on
        """
        from hvctl.decide import health_test

        request = goal.request
        return self.work(
            client,
            goal,
            timeout,
            again,
            grace=_TAKING_BACK if request.delete_on_failure else 0,
            ending=health_test.EndTests(names=tuple(request.hypervisors))
            if request.health_test is not None
            else None,
        )
