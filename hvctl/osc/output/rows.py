# SPDX-License-Identifier: Apache-2.0
"""Makes the rows that the commands print."""

from __future__ import annotations

import datetime
import typing

from osc_lib.cli import format_columns

from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import sight
from hvctl.decide.wording import rendering
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.ledger import Ledger
from hvctl.model.reasons import Reason
from hvctl.model.snapshot import Snapshot
from hvctl.model.verdict import Verdict
from hvctl.osc.create import dry_run
from hvctl.osc.create.plan import CreatePlan
from hvctl.osc.output import columns
from hvctl.run import loop

Row = tuple[typing.Any, ...]

#: What rows of verbs have more, for formatters that keep data as such.
FACTS = ('Facts',)
CREATED = ('Name', 'Result', 'Phase', 'Seconds', 'Message')
CREATED_LONG = (*CREATED, 'Host', 'Code', 'Server ID')
CREATED_WITH_FACTS = CREATED_LONG + FACTS
ENDED = ('Name', 'Result', 'Seconds', 'Message')
ENDED_LONG = (*ENDED, 'Code')
ENDED_WITH_FACTS = ENDED_LONG + FACTS
SCALED = ('Name', 'Verb', 'Result', 'Seconds', 'Message')
SCALED_LONG = (*SCALED, 'Code')
SCALED_WITH_FACTS = SCALED_LONG + FACTS
LISTED = ('Name', 'Phase', 'Host', 'Status', 'State', 'Guests', 'Age')
#: As many as fit into a terminal of 120 columns.
LISTED_LONG = (
    'Name',
    'Phase',
    'Guests',
    'Age',
    'Node',
    'Addresses',
    'VCPUs',
    'Memory MB',
    'Expires',
    'Certificates',
)
LISTED_WITH_IDS = (
    *LISTED,
    'Code',
    'Node',
    'Addresses',
    'VCPUs Used',
    'VCPUs',
    'Memory MB Used',
    'Memory MB',
    'Expires',
    'Protected',
    'Certificates',
    'Profile',
    'Description',
    'Server ID',
    'Compute ID',
)
PLAN = ('Name', 'Kind', 'Result', 'What')


def created(result: loop.Result) -> list[Row]:
    """Return a row for each name of ``create``, with facts."""
    assert result.ledger.last is not None
    found = assemble.assemble(result.ledger.last, result.verdicts)
    return [
        (
            name,
            _result(name, verdict, result.ledger),
            str(verdict.status.phase),
            _seconds(name, result),
            rendering.outcome(verdict.outcome),
            _host(found[name]),
            code(_reason(verdict)),
            _server_id(found[name]),
            facts(_reason(verdict)),
        )
        for name, verdict in result.verdicts.items()
    ]


def ended(result: loop.Result) -> list[Row]:
    """Return a row for how each name ended, with facts."""
    return [
        (
            name,
            _result(name, verdict, result.ledger),
            _seconds(name, result),
            rendering.outcome(verdict.outcome),
            code(_reason(verdict)),
            facts(_reason(verdict)),
        )
        for name, verdict in result.verdicts.items()
    ]


def plan(planned: CreatePlan) -> list[Row]:
    """Return a row for each check and each thing that create would do."""
    rows: list[Row] = [
        ('', 'check', str(check.verdict), check.message)
        for check in planned.checks
    ]
    for name, verdict in planned.verdicts.items():
        if verdict.outcome is not None:
            result = 'ok' if verdict.outcome.ok else 'failed'
            message = rendering.outcome(verdict.outcome) or 'nothing to do'
            rows.append((name, 'check', result, message))
        rows += [
            (name, 'step', 'planned', dry_run.STEP_WORDS[type(step)])
            for step in verdict.steps
        ]
        if verdict.outcome is not None:
            continue
        if not verdict.steps:
            reason = rendering.reason(verdict.status.reason)
            rows.append((name, 'wait', 'planned', reason))
        rows += [
            (name, str(stage.kind), 'planned', stage.words)
            for stage in planned.ahead[name]
        ]
    return rows


def listed(hv: Hypervisor, look: Snapshot) -> Row:
    """Return a row of ``list``."""
    age = None
    if hv.server is not None and hv.server.created_at is not None:
        # The cloud's clock may be ahead of this machine's.
        passed = look.taken_at - hv.server.created_at
        age = max(0, int(passed.total_seconds()))
    return (
        hv.name,
        str(sight.status(look, hv).phase),
        _host(hv),
        hv.service.status if hv.service else '',
        hv.service.state if hv.service else '',
        columns.Number(guests(hv)),
        columns.Duration(age),
    )


def guests(hv: Hypervisor) -> int | None:
    """Return how many guests are on it; None where nobody can tell."""
    return hv.guests_count or 0 if sight.guests_seen(hv) else None


def listed_long(hv: Hypervisor, look: Snapshot) -> Row:
    """Return the further columns of ``list --long``."""
    node = hv.compute_node
    return (
        code(sight.status(look, hv).reason),
        metal(hv),
        format_columns.ListColumn(
            list(hv.server.addresses) if hv.server else []
        ),
        *(_amount(node.vcpus, node.vcpus_used) if node else _UNKNOWN),
        *(_amount(node.memory_mb, node.memory_mb_used) if node else _UNKNOWN),
        columns.Instant(moment(hv.expires_at)),
        hv.protection(look.taken_at) is not None,
        columns.Day(moment(hv.certificates_end)),
        hv.profile,
        hv.description,
        _server_id(hv),
        compute_id(hv),
    )


def _amount(every: int | None, used: int | None) -> Row:
    return (columns.Number(used), columns.Share(every, used))


_UNKNOWN = _amount(None, None)


def moment(when: datetime.datetime | None) -> str:
    """Return a moment as programs read it; nothing for none."""
    return when.isoformat() if when is not None else ''


def metal(hv: Hypervisor) -> str:
    """Return the Ironic node, by its name where it may be read."""
    if hv.node is not None:
        return hv.node.name or hv.node.id
    return (hv.server and hv.server.node) or ''


def compute_id(hv: Hypervisor) -> str:
    """Return the compute node id: chosen, else as it registered."""
    if hv.compute_id is not None:
        return hv.compute_id
    return hv.compute_node.id if hv.compute_node else ''


def _result(name: str, verdict: Verdict, ledger: Ledger) -> str:
    if verdict.outcome is None or not verdict.outcome.ok:
        return 'failed'
    return 'done' if ledger.changed(name) else 'unchanged'


def code(why: Reason | None) -> str:
    """Return the stable code of a reason."""
    return str(why.code) if why is not None else ''


def facts(why: Reason | None) -> columns.Nested:
    """Return the facts of a reason."""
    known = rendering.data(why)
    return columns.Nested(known)


def _reason(verdict: Verdict) -> Reason | None:
    """Return why it ended."""
    return verdict.outcome.reason if verdict.outcome is not None else None


def _host(hv: Hypervisor) -> str:
    return hv.service.host if hv.service else ''


def _server_id(hv: Hypervisor) -> str:
    return hv.server.id if hv.server else ''


def _seconds(name: str, result: loop.Result) -> columns.Number:
    took = result.seconds.get(name)
    return columns.Number(None if took is None else round(took))
