# SPDX-License-Identifier: Apache-2.0
"""The words for what is lost or not seen, in one table."""

from __future__ import annotations

from hvctl.model.codes import OutcomeCode, StatusCode

HV = {'name': 'hv1', 'host': 'hv1.a.org'}
HOLD = (
    'the hold of hv1 was gone before it was proven good, as nova-manage '
    'placement audit --delete does it; it was closed again, and is proven now'
)
RUNS = (
    'the server of hv1 is gone, and nova-compute on hv1.a.org still reports '
    'after 300 s: its machine runs on'
)
UNDEPLOY = (
    'and end it there (openstack baremetal node undeploy <node>), and run '
    'delete again'
)
#: A code, its facts, its words and its remedy.
ROWS: tuple = (
    (OutcomeCode.HOLD_WAS_LOST, {**HV, 'guests': ()}, HOLD, ''),
    (
        OutcomeCode.HOLD_WAS_LOST,
        {**HV, 'guests': ('g1', 'g2')},
        f'{HOLD}; 2 guests had landed on it',
        'openstack server list --all-projects --host hv1.a.org',
    ),
    (
        OutcomeCode.STILL_REPORTING,
        {**HV, 'seconds': 300, 'nodes': ()},
        RUNS,
        f'find its Ironic node {UNDEPLOY}',
    ),
    (
        OutcomeCode.STILL_REPORTING,
        {**HV, 'seconds': 300, 'nodes': ('n1', 'n2')},
        RUNS,
        'find its Ironic node (it may be n1, n2, whose tear-down failed) '
        f'{UNDEPLOY}',
    ),
    (
        StatusCode.SERVER_UNSEEN,
        {'servers': ('s1', 's2'), 'silent': ()},
        'Nova lists no server of it, but its port is that of server s1, s2',
        'openstack server show s1',
    ),
    (
        StatusCode.SERVER_UNSEEN,
        {'servers': (), 'silent': ('hv1.a.org',)},
        'Nova lists no server of it, but the cell of hv1.a.org does not '
        'answer',
        'openstack compute service list --service nova-compute',
    ),
    (
        StatusCode.AGENTS_MISSING,
        {**HV, 'opened': False, 'registered': (), 'expected': 2},
        'no network agent of host hv1.a.org has registered',
        'openstack hypervisor ephemeral create hv1 ...',
    ),
)
