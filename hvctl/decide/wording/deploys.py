# SPDX-License-Identifier: Apache-2.0
"""The words for why a bare-metal server was not deployed."""

from __future__ import annotations

import typing

from hvctl.decide.wording import commands
from hvctl.decide.wording import text
from hvctl.decide.wording.templates import Words
from hvctl.model.codes import Code, OutcomeCode
from hvctl.model.reasons import Fact
from hvctl.model.reasons import Facts


def _tried(facts: Facts) -> str:
    """Name the Ironic nodes that were tried, and what Ironic says of each."""
    pairs = typing.cast('tuple[tuple[Fact, Fact], ...]', facts['tried'])
    if not pairs:
        return ''
    nodes = [f'{node} ({error})' if error else node for node, error in pairs]
    by_nova = ' (Nova moved on by itself)' if facts['moved_on'] else ''
    return f'; tried on Ironic node {", ".join(map(str, nodes))}{by_nova}'


def _no_node(facts: Facts) -> str:
    stock = ', '.join(text.each(facts['nodes']))
    known = f' (of the nodes that may be read: {stock})' if stock else ''
    remedy = 'see openstack baremetal node list'
    if any(state.endswith(' free') for state in text.each(facts['nodes'])):
        remedy = (
            'if those that are free are in another availability zone, name it '
            'with --machine-zone'
        )
    return (
        f'no node for {facts["name"]}: none that the flavor asks for is free'
        f'{known}; {remedy}{_tried(facts)}'
    )


def _metal_disabled(facts: Facts) -> str:
    hosts = text.each(facts['hosts']) or ('<host>',)
    nodes = text.counted(text.number(facts['nodes']), 'node')
    enable = ' and '.join(
        f'openstack compute service set --enable {host} nova-compute'
        for host in hosts
    )
    return (
        f'no node for {facts["name"]}: {nodes} would do, but the nova-compute '
        'that drives what is free is disabled (openstack compute service '
        f'list); {enable}{_tried(facts)}'
    )


def _refused(facts: Facts) -> str:
    capabilities = ', '.join(text.each(facts['capabilities']))
    fit = f', and do they fit {capabilities}' if capabilities else ''
    return (
        f'no node for {facts["name"]}: nodes of the flavor are free, but Nova '
        'refused all of them; is the nova-compute that drives Ironic up and '
        f'enabled (openstack compute service list){fit}?{_tried(facts)}'
    )


def _deploy_failed(facts: Facts) -> str:
    return (
        f'the deploy of {facts["name"]} failed: {facts["fault"]}'
        f'{_tried(facts)}'
    )


WORDS: dict[Code, Words] = {
    OutcomeCode.NO_NODE_FREE: Words(
        _no_node, commands.REMOVE_FIRST, ('name', 'tried', 'moved_on', 'nodes')
    ),
    OutcomeCode.BARE_METAL_DISABLED: Words(
        _metal_disabled,
        commands.REMOVE_FIRST,
        ('name', 'nodes', 'hosts', 'tried', 'moved_on'),
    ),
    OutcomeCode.NODES_REFUSED: Words(
        _refused,
        commands.REMOVE_FIRST,
        ('name', 'capabilities', 'tried', 'moved_on'),
    ),
    OutcomeCode.DEPLOY_FAILED: Words(
        _deploy_failed,
        commands.REMOVE_FIRST,
        ('name', 'tried', 'moved_on', 'fault'),
    ),
}
