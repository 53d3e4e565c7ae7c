# SPDX-License-Identifier: Apache-2.0
"""The words for how a machine is deployed, or why not, in one table."""

from __future__ import annotations

import unittest

from hvctl.decide.wording import rendering
from hvctl.decide.wording import templates
from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.reasons import Reason

CREATE = 'openstack hypervisor ephemeral create hv1 ...'
FIRST = 'remove it first: openstack hypervisor ephemeral delete hv1'
TRIED = {'tried': (('n1', 'no power'), ('n2', None)), 'moved_on': True}
UNTRIED = {'tried': (), 'moved_on': False}
#: A code, its facts, its words and its remedy.
ROWS: tuple = (
    (
        StatusCode.DEPLOYING,
        {
            'name': 'hv1',
            'task': 'spawning',
            'node': 'n1',
            'node_state': 'deploying',
        },
        'the server is spawning, Ironic node n1 is deploying',
        CREATE,
    ),
    (
        StatusCode.DEPLOYING,
        {'name': 'hv1', 'task': 'spawning', 'node': 'n1', 'node_state': None},
        'the server is spawning on Ironic node n1',
        CREATE,
    ),
    (
        StatusCode.DEPLOYING,
        {'name': 'hv1', 'task': None, 'node': None, 'node_state': None},
        "the server is being scheduled, and waits in Nova's queue for a node",
        CREATE,
    ),
    (
        OutcomeCode.NO_NODE_FREE,
        {'name': 'hv1', 'nodes': ('2 in use',), **UNTRIED},
        'no node for hv1: none that the flavor asks for is free (of the nodes '
        'that may be read: 2 in use); see openstack baremetal node list',
        FIRST,
    ),
    (
        OutcomeCode.NO_NODE_FREE,
        {'name': 'hv1', 'nodes': ('1 in use', '5 free'), **UNTRIED},
        'no node for hv1: none that the flavor asks for is free (of the nodes '
        'that may be read: 1 in use, 5 free); if those that are free are in '
        'another availability zone, name it with --machine-zone',
        FIRST,
    ),
    (
        OutcomeCode.BARE_METAL_DISABLED,
        {'name': 'hv1', 'nodes': 2, 'hosts': ('ironic',), **UNTRIED},
        'no node for hv1: 2 nodes would do, but the nova-compute that drives '
        'what is free is disabled (openstack compute service list); '
        'openstack compute service set --enable ironic nova-compute',
        FIRST,
    ),
    (
        OutcomeCode.BARE_METAL_DISABLED,
        {'name': 'hv1', 'nodes': 1, 'hosts': (), **UNTRIED},
        'no node for hv1: 1 node would do, but the nova-compute that drives '
        'what is free is disabled (openstack compute service list); '
        'openstack compute service set --enable <host> nova-compute',
        FIRST,
    ),
    (
        OutcomeCode.NODES_REFUSED,
        {'name': 'hv1', 'capabilities': (), **UNTRIED},
        'no node for hv1: nodes of the flavor are free, but Nova refused all '
        'of them; is the nova-compute that drives Ironic up and enabled '
        '(openstack compute service list)?',
        FIRST,
    ),
    (
        OutcomeCode.NODES_REFUSED,
        {'name': 'hv1', 'capabilities': ('capabilities:a=b',), **UNTRIED},
        'no node for hv1: nodes of the flavor are free, but Nova refused all '
        'of them; is the nova-compute that drives Ironic up and enabled '
        '(openstack compute service list), and do they fit capabilities:a=b?',
        FIRST,
    ),
    (
        OutcomeCode.DEPLOY_FAILED,
        {'name': 'hv1', 'fault': 'Timeout', **TRIED},
        'the deploy of hv1 failed: Timeout; tried on Ironic node n1 (no '
        'power), n2 (Nova moved on by itself)',
        FIRST,
    ),
)


class TestWords(unittest.TestCase):
    """What is said, and what to type next."""

    def test_table(self):
        """Each row reads as it stands here."""
        for code, facts, words, remedy in ROWS:
            with self.subTest(code=code):
                why = Reason.of(code, **facts)
                known = templates.facts(rendering.WORDS[code])

                self.assertLessEqual({*known}, {*facts})
                self.assertEqual(words, rendering.reason(why))
                self.assertEqual(remedy, rendering.remedy(why))
