# SPDX-License-Identifier: Apache-2.0
"""Decides what a good but closed hypervisor does before guests may come.

It joins its aggregates, and a test guest of ours boots on it; each may say
that there is something to do, to wait for, or that it failed.
"""

from __future__ import annotations

from collections.abc import Mapping
import datetime

from hvctl.model import hypervisor
from hvctl.model import progress
from hvctl.model import request as request_model
from hvctl.model import snapshot as snapshot_model
from hvctl.model import steps
from hvctl.model.health import Answer
from hvctl.model.hypervisor import Phase

#: A test guest that does not answer yet is asked again after that.
_ASK_AGAIN = datetime.timedelta(seconds=3)


def rename(hv: hypervisor.Hypervisor) -> progress.Verdict | None:
    """See that the provider has the name of the hypervisor.

    Nova finds it by its id, but brings it into aggregates by its name.

    :returns: None when it has
    """
    if hv.provider is None or hv.compute_node is None:
        return None
    if hv.provider.name == hv.compute_node.hostname:
        return None
    return progress.Verdict(
        status=_ready('renaming the resource provider'),
        steps=(
            steps.RenameProvider(
                name=hv.name,
                provider_id=hv.provider.id,
                provider_name=hv.compute_node.hostname,
            ),
        ),
    )


def join(
    hv: hypervisor.Hypervisor,
    snapshot: snapshot_model.Snapshot,
    aggregates: Mapping[str, int],
) -> progress.Verdict | None:
    """Bring a host into its aggregates, in Nova and in Placement.

    Nova answers 200 although Placement did not take the host
    (nova/compute/api.py, add_host_to_aggregate), so both are looked at.

    :param aggregates: ids by uuid
    :returns: None when it is in all of them
    """
    assert hv.provider is not None
    known = {aggregate.uuid: aggregate for aggregate in snapshot.aggregates}
    todo = []
    for uuid, number in aggregates.items():
        aggregate = known.get(uuid)
        if aggregate is not None and hv.host not in aggregate.hosts:
            todo.append(
                steps.JoinAggregate(
                    name=hv.name, aggregate_id=number, host=hv.host
                )
            )
    if todo:
        return progress.Verdict(
            status=_ready('joining its aggregates'), steps=tuple(todo)
        )
    waiting = [
        known[uuid].name
        for uuid in aggregates
        if uuid in known
        and hv.provider.id not in snapshot.members.get(uuid, frozenset())
    ]
    if waiting:
        return progress.Verdict(
            status=_ready(
                'waiting until Placement has it in aggregate '
                f'{", ".join(waiting)} (nova-manage placement '
                'sync_aggregates mends what Nova could not write)'
            )
        )
    return None


def try_out(
    hv: hypervisor.Hypervisor,
    test: request_model.HealthTest | None,
    ledger: progress.Ledger,
    now: datetime.datetime,
) -> progress.Verdict | None:
    """Boot a test guest on a host that nobody else can reach yet.

    :param test: how; None removes what an earlier run has left
    :returns: None when the test was passed and nothing of it is left
    """
    ended = [
        step
        for step in ledger.done
        if isinstance(step, steps.DeleteTestGuest) and step.name == hv.name
    ]
    if hv.test_guests:
        if ended or test is None:
            return _remove(hv, ended)
        return _follow(hv, test, ledger, now)
    if ended and ended[-1].failure is not None:
        return progress.Verdict(
            status=_ready('the health test failed'),
            outcome=progress.Outcome(
                ok=False,
                message=f'the health test of {hv.name} failed: '
                f'{ended[-1].failure}; it stays closed',
            ),
        )
    if ended or test is None:
        return None
    if ledger.times(hv.name, steps.CreateTestGuest):
        return progress.Verdict(
            status=_ready('the test guest is gone'),
            outcome=progress.Outcome(
                ok=False,
                message=f'the test guest of {hv.name} was deleted by '
                'somebody; it stays closed',
            ),
        )
    return progress.Verdict(
        status=_ready('booting the test guest'),
        steps=(
            steps.CreateTestGuest(
                name=hv.name,
                host=hv.host,
                flavor_id=test.flavor_id,
                image_id=test.image_id,
                network_id=test.network_id,
            ),
        ),
    )


def _follow(
    hv: hypervisor.Hypervisor,
    test: request_model.HealthTest,
    ledger: progress.Ledger,
    now: datetime.datetime,
) -> progress.Verdict:
    guest = hv.test_guests[0]
    status = _ready('waiting for the test guest')
    failure: str | None = None
    if guest.status == 'ERROR':
        failure = (guest.fault or 'Nova gives no reason').rstrip('. ')
    elif guest.status != 'ACTIVE' or not _answered(hv, test, ledger):
        since = ledger.changed_at.get(hv.name, now)
        waited = (now - since).total_seconds()
        if waited <= test.timeout:
            asked = guest.status == 'ACTIVE' and _may_ask(
                hv, test, ledger, now
            )
            return progress.Verdict(
                status=status, steps=_questions(hv, test) if asked else ()
            )
        failure = (
            f'the test guest was {guest.status} for {waited:.0f} s '
            f'({guest.task_state or "no task"})'
        )
        if guest.status == 'ACTIVE':
            failure += f', and its {test.answer} did not answer'
    return progress.Verdict(
        status=status,
        steps=(
            steps.DeleteTestGuest(
                name=hv.name, server_id=guest.id, failure=failure
            ),
        ),
    )


def _answered(
    hv: hypervisor.Hypervisor,
    test: request_model.HealthTest,
    ledger: progress.Ledger,
) -> bool:
    return test.answer is Answer.NONE or any(
        ledger.answers.get(question) for question in _questions(hv, test)
    )


def _may_ask(
    hv: hypervisor.Hypervisor,
    test: request_model.HealthTest,
    ledger: progress.Ledger,
    now: datetime.datetime,
) -> bool:
    """Whether the last time was long enough ago."""
    before = [
        ledger.done_at[question]
        for question in _questions(hv, test)
        if question in ledger.done_at
    ]
    return not before or now - max(before) >= _ASK_AGAIN


def _questions(
    hv: hypervisor.Hypervisor, test: request_model.HealthTest
) -> tuple[steps.Step, ...]:
    """How to find out whether the test guest does more than to be ACTIVE."""
    guest = hv.test_guests[0]
    match test.answer:
        case Answer.CONSOLE:
            return (steps.ReadConsole(name=hv.name, server_id=guest.id),)
        case Answer.ADDRESS:
            return tuple(
                steps.PingTestGuest(
                    name=hv.name, server_id=guest.id, address=address
                )
                for address in guest.addresses
            )
        case _:
            return ()


def _remove(
    hv: hypervisor.Hypervisor, ended: list[steps.DeleteTestGuest]
) -> progress.Verdict:
    """See the test guest go; what an earlier run left goes as well."""
    asked = {step.server_id for step in ended}
    return progress.Verdict(
        status=_ready('waiting for the test guest to go'),
        steps=tuple(
            steps.DeleteTestGuest(name=hv.name, server_id=guest.id)
            for guest in hv.test_guests
            if guest.id not in asked
        ),
    )


def _ready(reason: str) -> hypervisor.Status:
    return hypervisor.Status(phase=Phase.READY, reason=reason)
