# SPDX-License-Identifier: Apache-2.0
"""The words for every code of create and delete, in one table.

Tests of decisions compare codes and facts; only this table has the words.
"""

from __future__ import annotations

import unittest

from hvctl.decide.wording import rendering
from hvctl.decide.wording import templates
from hvctl.model.codes import HolderCode, OutcomeCode, StatusCode
from hvctl.model.reasons import Reason
from hvctl.tests.unit.decide.wording import intention_words
from hvctl.tests.unit.decide.wording import lost_words
from hvctl.tests.unit.decide.wording import move_words

HV = {'name': 'hv1', 'host': 'hv1.a.org'}
LATE = {**HV, 'seconds': 300, 'addresses': ('10.0.0.5',)}
CREATE = 'openstack hypervisor ephemeral create hv1 ...'
DELETE = 'openstack hypervisor ephemeral delete hv1'
FIRST = f'remove it first: {DELETE}'
ELSEWHERE = {
    'name': 'hv1',
    'project': None,
    'left': (('resource provider', 'p1'), ('compute service', 's1')),
}
SERVICE = Reason.of(HolderCode.SERVICE, id='i1', host='hv1', up=False)
ALIVE = Reason.of(
    HolderCode.AGENT,
    id='i3',
    agent_type='DHCP agent',
    host='hv1',
    alive=True,
)
UP = Reason.of(HolderCode.SERVICE, id='i1', host='hv1', up=True)
NODE = Reason.of(HolderCode.HYPERVISOR, id='i2', host='hv1')
FAR = Reason.of(HolderCode.OTHER_CLOUD, name='hv1', cloud='far')
BUILDING = Reason.of(
    StatusCode.DEPLOYING,
    name='hv1',
    task='spawning',
    node='n1',
    node_state='deploying',
)
AGENT = {**HV, 'opened': False}
#: A code, its facts, its words and its remedy.
ROWS: tuple = (
    (StatusCode.NOTHING_THERE, HV, 'nothing of it is there', CREATE),
    (
        StatusCode.PORT_DIFFERS,
        {'name': 'hv1', 'ports': ('p', 'q'), 'differences': ('network',)},
        'port p, q, which an earlier create has left, has another network '
        'than is wanted now; it is made anew, unless that create is still at '
        'it',
        '',
    ),
    (
        StatusCode.PORT_DIFFERS,
        {'name': 'hv1', 'ports': (), 'differences': ('VLAN', 'network')},
        'port of hv1, which an earlier create has left, has another VLAN and '
        'network than is wanted now; it is made anew, unless that create is '
        'still at it',
        '',
    ),
    (
        StatusCode.UNFINISHED,
        {'name': 'hv1', 'left': (('port', 'p'), ('trunk', 't'))},
        'there is no server, but: port p, trunk t',
        CREATE,
    ),
    (
        StatusCode.LEFT_OVER,
        {'name': 'hv1', 'left': (('port', 'p'),)},
        'there is no server, but: port p',
        DELETE,
    ),
    (StatusCode.BEING_DELETED, HV, 'the server is being deleted', DELETE),
    (
        StatusCode.SERVER_FAILED,
        {'name': 'hv1', 'fault': 'No valid host'},
        'No valid host',
        DELETE,
    ),
    (
        StatusCode.SERVER_DOWN,
        {'server_id': 's', 'server_status': 'RESCUE'},
        'the server is RESCUE',
        'openstack server unrescue s',
    ),
    (
        StatusCode.REGISTERING,
        {'name': 'hv1', 'hosts': ('hv1', 'hv1.a.org')},
        'the machine is deployed; waiting for nova-compute to register as '
        'hv1 or hv1.a.org',
        CREATE,
    ),
    (
        StatusCode.AGENTS_MISSING,
        {**AGENT, 'registered': ('DHCP agent',), 'expected': 2},
        '1 of 2 network agents of host hv1.a.org have registered: DHCP agent',
        CREATE,
    ),
    (
        StatusCode.AGENTS_DEAD,
        {**AGENT, 'opened': True, 'agents': ('DHCP agent',)},
        'not alive: DHCP agent',
        'openstack network agent list --host hv1.a.org',
    ),
    (
        StatusCode.DISABLED_BY_OTHERS,
        {**HV, 'reason': None},
        'somebody else than hvctl has closed it: the compute service is '
        'disabled (no reason given)',
        'openstack compute service list --long --host hv1.a.org',
    ),
    (StatusCode.DRAINING, {**HV, 'guests': None}, 'closed for a drain', None),
    (
        StatusCode.DRAINING,
        {**HV, 'guests': 1},
        'closed for a drain, 1 guest left',
        'openstack hypervisor ephemeral drain hv1',
    ),
    (
        StatusCode.DEPLOYING_ANEW,
        {'fault': 'no power'},
        'the deploy failed (no power) and is tried anew',
        '',
    ),
    (
        StatusCode.NOT_IN_PLACEMENT,
        {'aggregates': ('a', 'b')},
        'waiting until Placement has it in aggregate a, b (nova-manage '
        'placement sync_aggregates mends what Nova could not write)',
        '',
    ),
    (
        StatusCode.SERVER_UNLISTED,
        {'host': 'hv1', 'servers': ('s1', 's2')},
        'Nova does not list server s1, s2, but does not call it gone: a cell '
        'may not answer, or somebody has taken hvctl:made_by out of its '
        'metadata; looking again',
        '',
    ),
    (
        StatusCode.SERVER_UNLISTED,
        {'host': 'hv1', 'servers': ()},
        'Nova lists no server of it, but does not call its nova-compute on '
        'hv1 down; looking again',
        '',
    ),
    (
        OutcomeCode.PORT_TAKEN,
        {'name': 'hv1', 'port_id': 'p', 'device_id': 'd', 'server': 'web'},
        'port p, made for hv1, is in use by server d (web)',
        'openstack server remove port d p, and then the same command again',
    ),
    (
        OutcomeCode.PORT_TAKEN,
        {'name': 'hv1', 'port_id': 'p', 'device_id': 'd', 'server': None},
        'port p, made for hv1, is in use by d, which is no server of Nova',
        'openstack port delete p, and then the same command again',
    ),
    (
        OutcomeCode.HALF_GONE,
        {'name': 'hv1', 'left': (('port', 'p'),), 'reports': True},
        'hv1 is half gone (port p); its nova-compute reports, so its machine '
        'may still run',
        FIRST,
    ),
    (OutcomeCode.DONE, {}, '', ''),
    (OutcomeCode.REQUEST_FAILED, {'message': 'no {quota}'}, 'no {quota}', ''),
    (
        OutcomeCode.TIMED_OUT,
        {'seconds': 60, 'waited': BUILDING},
        'not finished after 60 s: the server is spawning, Ironic node n1 is '
        'deploying',
        'run the same command again to go on',
    ),
    (OutcomeCode.ALREADY_ENABLED, {}, 'was enabled already', ''),
    (
        OutcomeCode.REQUESTED,
        {'status': BUILDING},
        'the server is spawning, Ironic node n1 is deploying',
        '',
    ),
    (
        OutcomeCode.NAME_TAKEN,
        {'name': 'hv1', 'holders': (SERVICE, NODE, FAR)},
        'the name hv1 is taken by the ephemeral hypervisor hv1 of compute '
        'cloud far, compute service i1 (host hv1), hypervisor i2 (hv1), which '
        'hvctl did not make in this project; choose another name',
        'or if that is left over: openstack compute service delete i1 && '
        f'{DELETE}',
    ),
    (
        OutcomeCode.NAME_TAKEN,
        {'name': 'hv1', 'holders': (UP, NODE)},
        'the name hv1 is taken by compute service i1 (host hv1, which is up), '
        'hypervisor i2 (hv1), which hvctl did not make in this project; '
        'choose another name',
        '',
    ),
    (
        OutcomeCode.NAME_TAKEN,
        {'name': 'hv1', 'holders': (ALIVE,)},
        'the name hv1 is taken by network agent i3 (DHCP agent on hv1), which '
        'hvctl did not make in this project; choose another name',
        '',
    ),
    (
        OutcomeCode.NAME_TAKEN,
        {'name': 'hv1', 'holders': (NODE,)},
        'the name hv1 is taken by hypervisor i2 (hv1), which hvctl did not '
        'make in this project; choose another name',
        '',
    ),
    (
        OutcomeCode.NOT_DEPLOYED_IN_TIME,
        {**LATE, 'status': BUILDING, 'node': 'n1'},
        'hv1 is not deployed, nothing changed for 300 s: the server is '
        'spawning, Ironic node n1 is deploying; see openstack baremetal node '
        'show n1',
        '',
    ),
    (
        OutcomeCode.NEVER_REGISTERED,
        {**LATE, 'hosts': ('hv1',), 'node': 'n1'},
        'the machine of hv1 is deployed and nova-compute never registered as '
        'hv1, nothing changed for 300 s: it does not boot the image, or '
        'cloud-init failed; look at its console (openstack baremetal node '
        'console show n1), or on it (10.0.0.5) at cloud-init status --long '
        'and /var/log/nova/nova-compute.log',
        '',
    ),
    (
        OutcomeCode.SERVICE_DIED,
        {**LATE, 'addresses': ()},
        'nova-compute on hv1.a.org registered and then died, nothing changed '
        'for 300 s; look on it at /var/log/nova/nova-compute.log',
        '',
    ),
    (
        OutcomeCode.TEST_GUEST_FAULT,
        {'fault': 'No host', 'host': 'hv1', 'aggregates': ()},
        'No host',
        '',
    ),
    (
        OutcomeCode.TEST_GUEST_FAULT,
        {'fault': 'No host', 'host': 'hv1', 'aggregates': ('a', 'b')},
        'No host (aggregate a, b may keep it out, by its metadata: openstack '
        'aggregate remove host <aggregate> hv1)',
        '',
    ),
    (
        OutcomeCode.CLOSED_FOR_DRAIN,
        HV,
        'hv1 is closed for a drain',
        'to use it again: openstack hypervisor ephemeral drain --undo hv1',
    ),
    (
        OutcomeCode.OCCUPIED,
        {
            'name': 'hv1',
            'occupants': (('guest', 2), ('unfinished migration', 1)),
            'provider_id': 'p1',
        },
        'hv1 still has 2 guests and 1 unfinished migration',
        'empty it first: openstack hypervisor ephemeral drain hv1',
    ),
    (
        OutcomeCode.OCCUPIED,
        {
            'name': 'hv1',
            'occupants': (('guest', 1), ('allocation', 'a')),
            'provider_id': 'p1',
        },
        'hv1 still has 1 guest and allocations of a in Placement',
        'empty it first: openstack hypervisor ephemeral drain hv1',
    ),
    (
        OutcomeCode.OCCUPIED,
        {
            'name': 'hv1',
            'occupants': (('allocation', 'a', 'b'),),
            'provider_id': 'p1',
        },
        'hv1 still has allocations of a, b in Placement',
        'a server that is being built becomes a guest soon; of one that is '
        'gone or on another host (openstack server show): openstack resource '
        'provider allocation unset --provider p1 a && openstack resource '
        'provider allocation unset --provider p1 b',
    ),
    (
        OutcomeCode.MACHINE_ELSEWHERE,
        {**ELSEWHERE, 'up': False, 'hold_id': 'h1'},
        'neither a server nor a port of hv1 is in this bare-metal cloud, only '
        'resource provider p1, compute service s1: its machine may be in '
        'another one',
        f'in the cloud that has its server: {DELETE}; or if its machine is '
        'gone for good: openstack resource provider allocation delete h1 && '
        'openstack compute service delete s1 && openstack resource provider '
        'delete p1',
    ),
    (
        OutcomeCode.MACHINE_ELSEWHERE,
        {**ELSEWHERE, 'up': True, 'hold_id': None},
        'neither a server nor a port of hv1 is in this bare-metal cloud, only '
        'resource provider p1, compute service s1: its machine may be in '
        'another one',
        f'in the cloud that has its server: {DELETE}',
    ),
    (
        OutcomeCode.NOT_OURS,
        {'name': 'hv1', 'holders': (SERVICE,)},
        'hv1 is not an ephemeral hypervisor of this project: it is compute '
        'service i1 (host hv1), which hvctl did not make in this project',
        '',
    ),
    (
        StatusCode.DUPLICATE_GOES,
        {'server_id': 's'},
        'a second server of its name, s, is being deleted',
        '',
    ),
    (
        OutcomeCode.DUPLICATE_HANGS,
        {'server_id': 's', 'seconds': 600},
        'there is a second server s, and Nova has been deleting it for 600 s',
        'openstack server set --state error s, openstack server delete s, '
        'and run create again',
    ),
    (
        OutcomeCode.TEST_GUEST_HANGS,
        {'name': 'hv1', 'server_id': 's', 'seconds': 300},
        'Nova has been deleting the test guest s of hv1 for 300 s',
        'openstack server set --state error s, openstack server delete s, '
        'and run the same command again',
    ),
    (
        OutcomeCode.GONE_BUT_TAKEN,
        {'name': 'hv1', 'holders': (SERVICE,)},
        'hv1 is gone, but there is compute service i1 (host hv1), which hvctl '
        'did not make in this project',
        'if it was part of it: openstack compute service delete i1',
    ),
)


class TestWords(unittest.TestCase):
    """What is said, and what to type next."""

    def test_table(self):
        """Each row reads as it stands here."""
        rows = (
            *ROWS,
            *intention_words.ROWS,
            *lost_words.ROWS,
            *move_words.ROWS,
        )
        for code, facts, words, remedy in rows:
            with self.subTest(code=code):
                why = Reason.of(code, **facts)
                known = templates.facts(rendering.WORDS[code])

                self.assertLessEqual({*known}, {*facts})
                self.assertEqual(words, rendering.reason(why))
                if remedy is not None:
                    self.assertEqual(remedy, rendering.remedy(why))

    def test_every_code_has_words(self):
        """Nothing can be decided that cannot be said."""
        for codes in (StatusCode, OutcomeCode, HolderCode):
            for code in codes:
                with self.subTest(code=code):
                    self.assertIn(code, rendering.WORDS)

    def test_status_without_running_numbers(self):
        """A status that changed by itself would start its limit anew.

        A limit is for how long a status stays the same, so no status may
        say how long something lasts already.
        """
        running = {'seconds', 'since', 'age', 'waited', 'attempt'}
        for code in StatusCode:
            with self.subTest(code=code):
                facts = templates.facts(rendering.WORDS[code])

                self.assertEqual(set(), running & {*facts})
