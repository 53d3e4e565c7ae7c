# SPDX-License-Identifier: Apache-2.0
"""The words for what has a hypervisor's name and does not belong to it."""

from __future__ import annotations

import typing

from hvctl.decide.wording import commands
from hvctl.decide.wording import templates
from hvctl.decide.wording.templates import Words
from hvctl.model.codes import Code, HolderCode
from hvctl.model.reasons import Fact
from hvctl.model.reasons import Facts
from hvctl.model.reasons import Reason


def _other_cloud(facts: Facts) -> str:
    cloud = facts['cloud']
    where = f'compute cloud {cloud}' if cloud else 'the cloud itself'
    return f'the ephemeral hypervisor {facts["name"]} of {where}'


def _service(facts: Facts) -> str:
    host = f'host {facts["host"]}' + (', which is up' if facts['up'] else '')
    return f'compute service {facts["id"]} ({host})'


WORDS: dict[Code, Words] = {
    HolderCode.OTHER_CLOUD: Words(_other_cloud, commands.DELETE, ('cloud',)),
    # Anybody may call one so: that is nothing to delete.
    HolderCode.SERVER: Words('server {id} (project {project_id})'),
    HolderCode.SERVICE: Words(
        _service, 'openstack compute service delete {id}', ('host', 'up')
    ),
    # It goes with its service.
    HolderCode.HYPERVISOR: Words('hypervisor {id} ({host})'),
    HolderCode.PROVIDER: Words(
        'resource provider {id} ({label})',
        'openstack resource provider delete {id}',
    ),
    HolderCode.AGENT: Words(
        'network agent {id} ({agent_type} on {host})',
        'openstack network agent delete {id}',
    ),
    HolderCode.PORT: Words('port {id}', 'openstack port delete {id}'),
}


def listed(facts: Facts) -> str:
    """Name everything that has a name, and say whose it is not."""
    found = _each(facts)
    ours = [h for h in found if h.code is HolderCode.OTHER_CLOUD]
    others = [h for h in found if h.code is not HolderCode.OTHER_CLOUD]
    words = [
        templates.filled(WORDS[h.code].reason, h.facts) for h in ours + others
    ]
    made = ', which hvctl did not make in this project' if others else ''
    return ', '.join(words) + made


def remedies(facts: Facts) -> str:
    """Return what to type if all of it is left over; it may be nothing.

    Where a service reports, nothing is: it is a host that works.
    """
    if any(_lives(holder) for holder in _each(facts)):
        return ''
    words = [
        templates.filled(WORDS[h.code].remedy, h.facts) for h in _each(facts)
    ]
    return ' && '.join(filter(None, words))


#: What removes a thing that is left of a hypervisor, by its kind; what is
#: not here goes with another.
_REMOVING = {
    'network agent': 'openstack network agent delete {id}',
    'compute service': 'openstack compute service delete {id}',
    'resource provider': 'openstack resource provider delete {id}',
}


def removing(left: Fact, hold_id: Fact) -> str:
    """Return what to type to remove by hand what is left of a hypervisor.

    :param left: see :func:`hvctl.decide.hypervisor.phases.left`
    :param hold_id: of the hold that has to go first; None for none
    """
    words = []
    if hold_id is not None:
        words.append(
            f'openstack resource provider allocation delete {hold_id}'
        )
    rows = typing.cast('tuple[tuple[str, str], ...]', left)
    for kind, command in _REMOVING.items():
        words += [command.format(id=i) for k, i in rows if k == kind]
    return ' && '.join(words)


def _lives(holder: Reason) -> bool:
    """Return whether something reports by itself that it works."""
    return bool(
        (holder.code is HolderCode.SERVICE and holder.facts['up'])
        or (holder.code is HolderCode.AGENT and holder.facts['alive'])
    )


def _each(facts: Facts) -> list[Reason]:
    return list(typing.cast('tuple[Reason, ...]', facts['holders']))
