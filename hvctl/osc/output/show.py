# SPDX-License-Identifier: Apache-2.0
"""What ``show`` prints: all that is known of one hypervisor."""

from __future__ import annotations

from collections.abc import Callable
import datetime
import typing

from osc_lib.cli import format_columns

from hvctl import exceptions
from hvctl.cloud import clients
from hvctl.decide.create import phase_times
from hvctl.decide.create import stages
from hvctl.decide.delete import delete
from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import naming
from hvctl.decide.hypervisor import phases
from hvctl.decide.hypervisor import sight
from hvctl.decide.wording import rendering
from hvctl.decide.wording import text
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.osc.output import looks
from hvctl.osc.output import rows
from hvctl.osc.output import warnings


def show(
    client: clients.Client,
    name: str,
    *,
    with_facts: bool,
    warn: Callable[[str], None],
) -> tuple[tuple[str, ...], tuple[typing.Any, ...]]:
    """Look at one hypervisor.

    :param with_facts: give the facts of its reason, too
    :param warn: told what people are to know beside that
    :returns: the fields' names and values
    :raises InvalidRequest: when there is none of that name
    """
    (name,) = naming.check([name])
    look = looks.one(client, name)
    if name in look.other_clouds:
        client = client.within(look.other_clouds[name])
        look = looks.one(client, name)
    hv = assemble.assemble(look, [name])[name]
    if not hv.exists:
        raise exceptions.InvalidRequest(
            f'there is no ephemeral hypervisor {name} in this project; '
            f'see {phases.COMMAND} list'
        )
    for words in warnings.of([hv], look.taken_at):
        warn(words)
    status = sight.status(look, hv)
    fields = dict(_fields(hv, status, client.compute_cloud, look.taken_at))
    if with_facts:
        fields['facts'] = rows.facts(status.reason)
    return tuple(fields), tuple(fields.values())


def _fields(
    hv: Hypervisor,
    status: Status,
    compute_cloud: str | None,
    now: datetime.datetime,
) -> typing.Iterator[tuple[str, typing.Any]]:
    yield 'name', hv.name
    yield 'phase', str(status.phase)
    yield 'code', rows.code(status.reason)
    yield 'reason', rendering.reason(status.reason)
    yield 'next_command', rendering.remedy(status.reason)
    yield 'remaining', format_columns.ListColumn(_remaining(hv, status))
    yield 'compute_cloud', compute_cloud or ''
    yield from _service(hv)
    yield from _intended(hv, now)
    yield from _machine(hv)
    yield from _resources(hv)
    yield 'agents', format_columns.ListColumn(_agents(hv))
    yield (
        'aggregates',
        format_columns.ListColumn([a.name for a in hv.aggregates]),
    )
    yield 'guests_count', rows.guests(hv)
    yield (
        'guests',
        format_columns.DictColumn(
            {g.id: f'{g.name} {g.status}' for g in hv.guests or ()}
        ),
    )
    yield 'phase_seconds', format_columns.DictColumn(phase_times.took(hv, now))
    gone = status.phase is Phase.ORPHANED
    yield (
        'left',
        format_columns.ListColumn(
            text.things(phases.left(hv)) if gone else []
        ),
    )


def _remaining(hv: Hypervisor, status: Status) -> list[str]:
    """Return the stages that the verb under way has still before it."""
    if status.phase is Phase.UNKNOWN or hv.elsewhere:
        return []
    if phases.goes(hv, status.phase):
        return [stage.words for stage in delete.remaining(hv)]
    return [
        stage.words
        if stage.asked is None or stage.asked(hv, None)
        else f'{stage.words} ({stage.when})'
        for stage in stages.remaining(hv)
    ]


def _service(
    hv: Hypervisor,
) -> typing.Iterator[tuple[str, typing.Any]]:
    service = hv.service
    yield 'host', service.host if service else ''
    yield 'service_id', service.id if service else ''
    yield 'service_status', service.status if service else ''
    yield 'service_state', service.state if service else ''
    yield 'disabled_reason', (service and service.disabled_reason) or ''


def _intended(
    hv: Hypervisor, now: datetime.datetime
) -> typing.Iterator[tuple[str, typing.Any]]:
    protection = hv.protection(now)
    yield 'profile', hv.profile
    yield 'description', hv.description
    yield 'expires_at', rows.moment(hv.expires_at)
    yield 'protected', protection is not None
    yield (
        'protected_until',
        rows.moment(protection.until if protection else None),
    )
    yield 'protected_by', protection.by if protection else ''
    yield 'protected_reason', protection.reason if protection else ''


def _machine(
    hv: Hypervisor,
) -> typing.Iterator[tuple[str, typing.Any]]:
    server = hv.server
    yield 'server_id', server.id if server else ''
    yield 'server_status', server.status if server else ''
    created = server.created_at if server else None
    yield 'created_at', rows.moment(created)
    yield 'certificates_end', rows.moment(hv.certificates_end)
    yield (
        'addresses',
        format_columns.ListColumn(list(server.addresses) if server else []),
    )
    yield 'ports', format_columns.ListColumn([p.id for p in hv.ports])
    yield (
        'subports',
        format_columns.DictColumn(
            {
                port_id: f'VLAN {vlan}'
                for trunk in hv.trunks
                for port_id, vlan in trunk.segmentation_ids.items()
            }
        ),
    )
    yield (
        'properties',
        format_columns.DictColumn(
            {
                key: value
                for key, value in (server.metadata if server else {}).items()
                if not key.startswith(identity.METADATA_PREFIX)
            }
        ),
    )
    yield 'node', rows.metal(hv)
    yield 'node_provision_state', hv.node.provision_state if hv.node else ''
    yield 'node_power_state', (hv.node and hv.node.power_state) or ''
    yield 'node_last_error', (hv.node and hv.node.last_error) or ''


def _resources(
    hv: Hypervisor,
) -> typing.Iterator[tuple[str, typing.Any]]:
    node = hv.compute_node
    yield 'compute_id', rows.compute_id(hv)
    yield 'hypervisor_hostname', node.hostname if node else ''
    yield 'resource_provider', hv.provider.name if hv.provider else ''
    yield 'held', hv.closed_by_hold
    yield 'vcpus_used', node.vcpus_used if node else None
    yield 'vcpus', node.vcpus if node else None
    yield 'memory_mb_used', node.memory_mb_used if node else None
    yield 'memory_mb', node.memory_mb if node else None


def _agents(hv: Hypervisor) -> list[str]:
    return [
        f'{agent.agent_type} ({"alive" if agent.alive else "not alive"})'
        for agent in hv.agents or ()
    ]
