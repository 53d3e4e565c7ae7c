# SPDX-License-Identifier: Apache-2.0
"""Tests of which of several servers of one name stays."""

from __future__ import annotations

import unittest

from hvctl.decide.hypervisor import assemble
from hvctl.tests.fixtures import builders


def one(snapshot):
    """What a look has of hv1."""
    return assemble.assemble(snapshot, ['hv1'])['hv1']


class TestTwins(unittest.TestCase):
    """Every run chooses the same."""

    def test_duplicates(self):
        """Of two servers the one with the port is it, else the oldest."""
        old = builders.a_server(id='b', created_at='2026-11-23')
        young = builders.a_server(id='a', created_at='2026-11-24')
        for port, expected in (('a', 'a'), ('b', 'b'), ('', 'b')):
            with self.subTest(port=port):
                snapshot = builders.a_snapshot(
                    servers=(young, old),
                    ports=(builders.a_port(device_id=port),),
                )

                hv = one(snapshot)

                self.assertEqual(expected, hv.server.id)
                self.assertEqual(1, len(hv.duplicates))

    def test_furthest_duplicate(self):
        """One that is further stays, though it is younger or portless."""
        for statuses in (
            ('ACTIVE', 'BUILD'),
            ('ACTIVE', 'SHUTOFF'),
            ('SHUTOFF', 'BUILD'),
            ('SHUTOFF', 'ERROR'),
            ('BUILD', 'ERROR'),
            ('ACTIVE', 'ERROR'),
        ):
            for port in ('further', 'behind', ''):
                with self.subTest(statuses=statuses, port=port):
                    further, behind = (
                        builders.a_server(id=i, status=status, created_at=at)
                        for i, status, at in zip(
                            ('further', 'behind'),
                            statuses,
                            ('2026-11-24', '2026-11-23'),
                            strict=True,
                        )
                    )
                    look = builders.a_snapshot(
                        servers=(behind, further),
                        ports=(builders.a_port(device_id=port),),
                    )

                    self.assertEqual('further', one(look).server.id)

    def test_duplicate_that_goes(self):
        """One that is being deleted has lost, even with the port."""
        going = builders.a_server(id='a', task_state='deleting')
        staying = builders.a_server(id='b')
        snapshot = builders.a_snapshot(
            servers=(going, staying), ports=(builders.a_port(device_id='a'),)
        )

        self.assertEqual('b', one(snapshot).server.id)
