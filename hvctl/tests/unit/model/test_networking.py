# SPDX-License-Identifier: Apache-2.0
"""Tests of what a kind of networking tells of itself."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.model.networking import Device, Link, NoNetworking, Ovn, Ovs, Sriov
from hvctl.model.secret import Secret

CARD = Device(interface='ens1', physical_network='a', vfs=4)
INFINIBAND = dataclasses.replace(CARD, link=Link.INFINIBAND)
OVN = Ovn(southbound=('tcp:10.0.0.1:6642',))


class TestAgents(unittest.TestCase):
    """How many network agents a host has."""

    def test_agents(self) -> None:
        """It depends on the kind and what it is to do."""
        metadata = dataclasses.replace(
            OVN,
            metadata_host='10.0.0.1',
            metadata_proxy_shared_secret=Secret('s'),
        )
        for kind, expected in (
            (NoNetworking(), 0),
            (Ovs(), 1),
            (OVN, 1),
            (metadata, 2),
            (Sriov(devices=(CARD, CARD)), 1),
            (Sriov(devices=(CARD, INFINIBAND)), 2),
        ):
            with self.subTest(kind=kind):
                self.assertEqual(expected, kind.agent_count)
