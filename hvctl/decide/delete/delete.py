# SPDX-License-Identifier: Apache-2.0
"""Decides how a hypervisor goes, so that nothing of it is left.

The machine goes first: a nova-compute that lives on brings its records back.
Then its records, the resource provider last, since its id proves that the
rest is ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import dataclasses
import datetime

from hvctl.decide import goal
from hvctl.decide import health_test
from hvctl.decide.case import Case
from hvctl.decide.delete import machine
from hvctl.decide.delete import records
from hvctl.decide.delete import server
from hvctl.decide.goal import Kind
from hvctl.decide.goal import NamedGoal
from hvctl.decide.goal import Stage
from hvctl.decide.hypervisor import absence
from hvctl.decide.hypervisor import elsewhere
from hvctl.decide.hypervisor import emptiness
from hvctl.decide.hypervisor import ownership
from hvctl.decide.hypervisor import phases
from hvctl.decide.hypervisor import protection
from hvctl.model.codes import HolderCode, OutcomeCode, StatusCode
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.snapshot import Part, WholeLook
from hvctl.model.steps import AskServer, DeleteServer, DeleteService
from hvctl.model.verdict import Outcome, Verdict

#: Seconds in which a cell that does not answer comes back, or does not.
_UNLISTED = 300


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Delete(NamedGoal):
    """The goal of ``delete``: nothing of the names is left.

    :ivar expired: delete only what has expired, so long ago; None for whatever
        is named
    """

    expired: datetime.timedelta | None = None

    def scope(self, ledger: Ledger) -> WholeLook:
        """Return what the next look must reach."""
        if ledger.last is None:
            return WholeLook(
                names=frozenset(self.names),
                server_names=frozenset(self.names),
                nodes=True,
                aggregates=True,
                sizes=True,
                optional=frozenset({Part.COMPUTE_NODES, Part.NODES}),
            )
        found = self.hypervisors(ledger.last).values()
        sought = any(_is_sought(hv, ledger) for hv in found if hv.exists)
        return WholeLook(
            names=frozenset(self.names),
            nodes=sought,
            # Their machine may be one that Ironic knows by its name.
            server_names=frozenset(
                hv.name for hv in found if hv.exists and hv.server is None
            ),
            hosts=frozenset(hv.host for hv in found if hv.exists),
            provider_ids=frozenset(
                hv.provider.id for hv in found if hv.provider
            ),
            aggregates=True,
            optional=frozenset({Part.COMPUTE_NODES})
            if any(hv.server is None for hv in found)
            # Only how the machine ends is told by its node.
            else frozenset({Part.COMPUTE_NODES, Part.NODES}),
            sizes=True,
            known=None if sought else ledger.last,
            drivers=frozenset(
                hv.server.host for hv in found if hv.server and hv.server.host
            ),
            node_ids=frozenset(_node_ids(self.names, ledger)),
        )

    def verdict(self, case: Case) -> Verdict:
        """Return what to do with one hypervisor, and what is waited for."""
        # A request to delete the server is not taken back.
        if not case.times(DeleteServer):
            why = protection.refusal(case, self.expired)
            if why is not None and why.code is OutcomeCode.NOT_EXPIRED:
                return Verdict.failed(case.status, why)
        return goal.walk(STAGES, case)


def _node_ids(names: Iterable[str], ledger: Ledger) -> Iterator[str]:
    """Return the Ironic nodes on which machines may still be."""
    for name in names:
        yield from ledger.nodes_tried.get(name, ())[-1:]
    asked = {
        step.server_id for step in ledger.done if isinstance(step, AskServer)
    }
    nodes = (ledger.last.nodes if ledger.last else None) or ()
    yield from (node.id for node in nodes if node.instance_id in asked)


def _not_ours(case: Case) -> Verdict | None:
    # Our own leftovers are done with before the last mark goes, so what has
    # the name then is somebody else's.
    if ownership.owned(case.hv) or case.changed:
        return None
    taken = ownership.holders(case.snapshot, case.hv)
    if not taken:
        return None
    return Verdict.failed(
        case.status,
        Reason.of(OutcomeCode.NOT_OURS, name=case.name, holders=tuple(taken)),
    )


def _protected(case: Case) -> Verdict | None:
    # Once the server is asked to go, nothing keeps the rest.
    if case.times(DeleteServer):
        return None
    why = protection.refusal(case)
    return None if why is None else Verdict.failed(case.status, why)


def _unseen(case: Case) -> Verdict | None:
    # The first look finds it, the second reaches into it.
    if not ownership.owned(case.hv) or case.hv.guests is not None:
        return None
    return Verdict(status=case.status, look_again=True)


def _silent(case: Case) -> Verdict | None:
    hv = case.hv
    host = _silent_host(case)
    if host is None or (case.changed and not ownership.owned(hv)):
        return None
    status = Status(
        phase=case.status.phase,
        reason=Reason.of(StatusCode.CELL_AWAITED, host=host),
    )
    if case.lasted(status) < _UNLISTED:
        return Verdict(status=status)
    return Verdict.failed(
        status, Reason.of(OutcomeCode.CELL_SILENT, host=host)
    )


def _silent_host(case: Case) -> str | None:
    """Return a host whose cell does not answer, if that one matters here.

    A server that is not listed may be in any cell, unless its id is known, by
    which Nova is asked for it.  So may the compute service of a host that was
    never mapped: Nova lists only the mapped hosts of a cell that does not
    answer (nova/compute/api.py, _service_get_all_cells).
    """
    hv = case.hv
    concerned = {hv.host, hv.server.host if hv.server else None}
    server_sought = _is_server_sought(hv, case.ledger)
    service_sought = _is_service_sought(hv, case.ledger)
    for services, anywhere in (
        (case.snapshot.services, server_sought or service_sought),
        (case.snapshot.metal_services, server_sought),
    ):
        for service in services:
            if not service.known and (anywhere or service.host in concerned):
                return service.host
    # Nova refuses that list when any cell is down, be no host of it mapped.
    unseen = Part.COMPUTE_NODES in case.snapshot.unseen
    if unseen and ownership.owned(hv) and service_sought:
        return hv.host
    return None


def _is_sought(hv: Hypervisor, ledger: Ledger) -> bool:
    """Return whether only the lists of all cells tell what is left."""
    return _is_server_sought(hv, ledger) or _is_service_sought(hv, ledger)


def _is_server_sought(hv: Hypervisor, ledger: Ledger) -> bool:
    """Return whether its server may be in any cell.

    Nova is asked for one whose id is known.
    """
    return hv.server is None and not (
        any(port.device_id for port in hv.ports)
        or ledger.times(hv.name, DeleteServer)
        or ledger.times(hv.name, AskServer)
    )


def _is_service_sought(hv: Hypervisor, ledger: Ledger) -> bool:
    """Return whether only a whole look tells that no service is left."""
    return (
        hv.server is None
        and hv.service is None
        and not ledger.times(hv.name, DeleteService)
    )


def _elsewhere(case: Case) -> Verdict | None:
    # The port of a machine of ours goes last.
    in_doubt = not case.changed and ownership.may_be_elsewhere(case.hv)
    if not (case.hv.elsewhere or in_doubt):
        return None
    return Verdict.failed(case.status, elsewhere.refusal(case.hv))


def _occupied(case: Case) -> Verdict | None:
    occupants = (
        emptiness.occupants(case.hv) if ownership.owned(case.hv) else ()
    )
    if not occupants:
        return None
    return Verdict.failed(
        case.status,
        Reason.of(
            OutcomeCode.OCCUPIED,
            name=case.name,
            occupants=occupants,
            provider_id=case.hv.provider.id if case.hv.provider else None,
        ),
    )


def _tested(case: Case) -> Verdict | None:
    return health_test.remove(case) if ownership.owned(case.hv) else None


def _unlisted(case: Case) -> Verdict | None:
    if not ownership.owned(case.hv):
        return None
    deleted = {
        step.server_id
        for step in case.ledger.done
        if isinstance(step, DeleteServer) and step.name == case.name
    }
    verdict = absence.unlisted(case, deleted)
    if verdict is None:
        return None
    lasted = case.lasted(verdict.status)
    if lasted < _UNLISTED:
        return verdict
    return Verdict.failed(
        verdict.status,
        Reason.of(
            OutcomeCode.NOT_KNOWN_GONE,
            seconds=round(lasted),
            status=verdict.status.reason,
        ),
    )


def _taken(case: Case) -> Verdict | None:
    taken = ownership.holders(case.snapshot, case.hv)
    if not taken:
        return None
    reason = Reason.of(
        OutcomeCode.GONE_BUT_TAKEN, name=case.name, holders=tuple(taken)
    )
    # Anybody may call a server so, and that of the hypervisor is gone.
    harmless = all(holder.code is HolderCode.SERVER for holder in taken)
    outcome = Outcome(ok=case.changed and harmless, reason=reason)
    return Verdict(status=case.status, outcome=outcome)


def _gone(case: Case) -> Verdict | None:
    code = OutcomeCode.DONE if case.changed else OutcomeCode.ALREADY_GONE
    return Verdict(
        status=case.status, outcome=Outcome(ok=True, reason=Reason.of(code))
    )


#: How a hypervisor goes; the first stage that answers gives the verdict.
STAGES: tuple[Stage[Case], ...] = (
    goal.FAILED_LANE,
    Stage('not-ours', Kind.CHECK, 'refuse what hvctl did not make', _not_ours),
    Stage('protected', Kind.CHECK, 'refuse one that is protected', _protected),
    Stage('look', Kind.WAIT, 'until it is known what is on it', _unseen),
    Stage(
        'cell',
        Kind.WAIT,
        'until every cell answers in which something of it may be',
        _silent,
        when='when one does not',
    ),
    Stage(
        'elsewhere',
        Kind.CHECK,
        'refuse one whose machine another bare-metal cloud has, or may have',
        _elsewhere,
    ),
    Stage('occupied', Kind.CHECK, 'refuse while guests are on it', _occupied),
    Stage(
        'test-guest',
        Kind.STEP,
        'delete a test guest and its port',
        _tested,
        when='when a create was killed',
    ),
    Stage('close', Kind.STEP, 'disable the compute service', server.close),
    Stage(
        'settle',
        Kind.WAIT,
        'until whoever was on the way to it would be on it',
        server.settle,
    ),
    Stage(
        'driver-down',
        Kind.CHECK,
        'refuse while nothing can stop the machine',
        server.undriven,
    ),
    Stage(
        'stop',
        Kind.STEP,
        'delete the server, which ends the machine',
        server.running,
        phases=(Phase.STOPPING,),
    ),
    Stage(
        'unlisted',
        Kind.WAIT,
        'until Nova calls the server gone that no list has',
        _unlisted,
        when='when a list lacks it',
        phases=(Phase.ORPHANED,),
    ),
    Stage(
        'port-taken',
        Kind.CHECK,
        'refuse while something else has its port',
        records.port_taken,
    ),
    Stage(
        'torn-down',
        Kind.WAIT,
        'until Ironic has torn down the machine',
        machine.ended,
    ),
    Stage(
        'service-down',
        Kind.WAIT,
        'until Nova sees its nova-compute down',
        machine.reporting,
    ),
    Stage(
        'agents-dead',
        Kind.WAIT,
        'until Neutron sees its network agents dead',
        machine.connected,
    ),
    Stage(
        'records',
        Kind.STEP,
        'delete its agents, memberships, service, provider and ports',
        records.remove,
    ),
    Stage(
        'taken',
        Kind.CHECK,
        'say who has its name: end, not well when that may be a part of it',
        _taken,
    ),
    Stage('gone', Kind.CHECK, 'end: nothing of it is left', _gone),
)


def remaining(hv: Hypervisor) -> list[Stage[Case]]:
    """Return what is left to do of a hypervisor that goes."""
    return goal.expected(goal.since(STAGES, phases.status(hv).phase), hv)


def whole(hv: Hypervisor) -> list[Stage[Case]]:
    """Return what there is to do to delete a hypervisor."""
    return goal.expected(STAGES, hv)
