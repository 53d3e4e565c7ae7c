# SPDX-License-Identifier: Apache-2.0
"""Tests of whether the ports that an earlier create has left will do."""

from __future__ import annotations

import unittest

from hvctl.model.codes import StatusCode
from hvctl.model.networking import Address
from hvctl.model.records import FixedIP, PortUse, Trunk
from hvctl.model.steps import DeletePort, DeleteTrunk
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding
from hvctl.tests.fixtures import requests

SUBNET = builders.an_id('subnet')
HERE = FixedIP(SUBNET, '10.0.0.9')
STORAGE = builders.an_id('storage')


def a_port(**changes):
    """A port that no server has."""
    return builders.a_port(
        **{'device_id': '', 'fixed_ips': (HERE,), **changes}
    )


def a_subport(**changes):
    """A sub-port of it."""
    return a_port(
        **{
            'id': 'sub',
            'use': PortUse.SUBPORT,
            'network_id': STORAGE,
            **changes,
        }
    )


def a_deleted_trunk() -> DeleteTrunk:
    """The step that deletes the trunk of the machine's port."""
    return DeleteTrunk(
        name='hv1', trunk_id='trunk', port_id=builders.a_port().id
    )


def with_trunk(vlan=builders.VLAN, **changes):
    """The port with a trunk that has the sub-port."""
    trunk = Trunk(id='trunk', segmentation_ids={'sub': vlan})
    return a_port(trunk=trunk, **changes)


class TestReplace(unittest.TestCase):
    """What is there is held against what is wanted now."""

    def decide(self, *ports, seconds=60, **wishes):
        """What create says after a while."""
        look = builders.a_snapshot(ports=ports)
        first = deciding.of_create(look, deciding.a_ledger(), **wishes)
        ledger = deciding.a_ledger(
            statuses={'hv1': first.status},
            changed_at={'hv1': clocks.ago(seconds)},
        )
        return deciding.of_create(look, ledger, **wishes)

    def test_port(self):
        """Whatever was asked for then and is not now is told."""
        for changes, wishes, differences in (
            ({}, {}, None),
            ({'network_id': 'else'}, {}, ('network',)),
            # Its subnet is then another one as well.
            ({'network_id': 'else'}, {'subnet_id': 's'}, ('network',)),
            ({}, {'subnet_id': SUBNET}, None),
            ({}, {'subnet_id': 's'}, ('subnet',)),
            ({}, {'fixed_ip': '10.0.0.9'}, None),
            ({}, {'fixed_ip': '10.0.0.8'}, ('fixed IP',)),
            (
                {'fixed_ips': (FixedIP(SUBNET, 'fd00::9'),)},
                {'fixed_ip': 'fd00:0::0009'},
                None,
            ),
            ({'vnic_type': 'baremetal'}, {}, None),
            ({'vnic_type': 'normal'}, {}, ('VNIC type',)),
            ({'vnic_type': ''}, {'vnic_type': 'normal'}, None),
            (
                {'vnic_type': 'normal', 'network_id': 'else'},
                {},
                ('VNIC type', 'network'),
            ),
        ):
            with self.subTest(changes=changes, wishes=wishes):
                port = a_port(**changes)

                verdict = self.decide(port, **wishes)

                if differences is None:
                    self.assertNotEqual(
                        StatusCode.PORT_DIFFERS, verdict.status.reason.code
                    )
                    continue
                facts = verdict.status.reason.facts
                self.assertEqual(differences, facts['differences'])
                self.assertEqual(
                    (DeletePort(name='hv1', port_id=port.id),), verdict.steps
                )

    def test_subport(self):
        """So is what the machine has in further networks."""
        sub = requests.a_subnetwork
        fast = sub(subnet='fast')
        fast = type(fast)(wish=fast.wish, network_id=STORAGE, subnet_id='s')
        for changes, vlan, wished, differences in (
            ({}, 102, (sub(),), None),
            ({}, 102, (), ('network',)),
            ({}, 102, (sub('tunnels'),), ('network',)),
            ({}, 102, (sub(address=Address.NONE),), ('address',)),
            ({'fixed_ips': ()}, 102, (sub(address=Address.NONE),), None),
            ({'fixed_ips': ()}, 102, (sub(),), ('address',)),
            ({}, 102, (fast,), ('subnet',)),
            ({}, 102, (sub(segmentation_id=102),), None),
            ({}, 102, (sub(segmentation_id=7),), ('VLAN',)),
        ):
            with self.subTest(changes=changes, wished=wished):
                verdict = self.decide(
                    with_trunk(vlan), a_subport(**changes), subnetworks=wished
                )

                if differences is None:
                    self.assertNotEqual(
                        StatusCode.PORT_DIFFERS, verdict.status.reason.code
                    )
                    continue
                facts = verdict.status.reason.facts
                self.assertEqual(differences, facts['differences'])
                # Neutron keeps the ports of a trunk.
                self.assertEqual(a_deleted_trunk(), verdict.steps[0])
                self.assertEqual(
                    []
                    if differences == ('VLAN',)
                    else [DeletePort(name='hv1', port_id='sub')],
                    [*verdict.steps[1:]],
                )

    def test_parent(self):
        """The trunk of a port goes before it, and its sub-port stays."""
        parent = with_trunk(network_id='else')

        verdict = self.decide(
            parent, a_subport(), subnetworks=(requests.a_subnetwork(),)
        )

        self.assertEqual(
            (
                a_deleted_trunk(),
                DeletePort(name='hv1', port_id=parent.id),
            ),
            verdict.steps,
        )

    def test_revision(self):
        """A port is deleted as it was seen, unless its trunk goes as well."""
        for port, revision in (
            (a_port(network_id='else', revision=7), 7),
            (with_trunk(network_id='else', revision=7), None),
        ):
            with self.subTest(trunk=port.trunk):
                verdict = self.decide(port)

                self.assertEqual(revision, verdict.steps[-1].revision)

    def test_another_run(self):
        """One that is at it just now is left its port."""
        port = a_port(network_id='else')
        delete = DeletePort(name='hv1', port_id=port.id)
        for seconds, steps in ((0, ()), (14, ()), (15, (delete,))):
            with self.subTest(seconds=seconds):
                verdict = self.decide(port, seconds=seconds)

                self.assertEqual(steps, verdict.steps)
                self.assertEqual(
                    StatusCode.PORT_DIFFERS, verdict.status.reason.code
                )
                self.assertIsNone(verdict.outcome)

    def test_own(self):
        """What this run has made is as Neutron makes it."""
        look = builders.a_snapshot(ports=(a_port(vnic_type='direct'),))

        verdict = deciding.of_create(look)

        self.assertIn('CreateServer', deciding.kinds(verdict))

    def test_in_use(self):
        """What has a device is never deleted."""
        port = a_port(network_id='else', device_id='device')

        verdict = self.decide(port)

        self.assertNotIn('DeletePort', deciding.kinds(verdict))
