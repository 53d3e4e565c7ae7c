# SPDX-License-Identifier: Apache-2.0
"""Tests of putting into an earlier look what a later one has read."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.model import renewing
from hvctl.tests.fixtures import builders


class TestRenewGuests(unittest.TestCase):
    """Guests and migrations that were read anew."""

    def test_rest_stays(self) -> None:
        """Everything else is as it was, and new guests' ties are unknown."""
        last = builders.a_snapshot('hv1')
        guests = {'hv1': (builders.a_guest('g1'),)}

        down = builders.a_service(state='down')

        found = renewing.renew_guests(
            last, guests, {'hv1': ()}, {'hv1': (down,)}
        )

        expected = dataclasses.replace(
            last,
            services=(builders.a_service('ironic'), down),
            guests=guests,
            migrations={'hv1': ()},
            ties_known=False,
            partial=True,
        )
        self.assertEqual(expected, found)


class TestRenewMachines(unittest.TestCase):
    """Servers and nodes that were read anew."""

    def test_rest_stays(self) -> None:
        """Everything else is as it was, and guests' ties are still known."""
        last = builders.a_snapshot('hv1')
        server = builders.a_server('hv1', status='BUILD')
        guest = builders.a_server('hvctl-test-hv1')

        found = renewing.renew_machines(last, (server,), (guest,), None)

        expected = dataclasses.replace(
            last,
            servers=(server,),
            test_guests=(guest,),
            nodes=None,
            partial=True,
        )
        self.assertEqual(expected, found)

    def test_other_clouds(self) -> None:
        """Machines for another compute cloud are left out."""
        last = dataclasses.replace(
            builders.a_snapshot('hv1'), other_clouds={'hv2': 'far'}
        )
        servers = (builders.a_server('hv1'), builders.a_server('hv2'))

        found = renewing.renew_machines(last, servers, (), ())

        self.assertEqual(servers[:1], found.servers)
