# SPDX-License-Identifier: Apache-2.0
"""What the nodes' images say to cloud-init."""

from __future__ import annotations

import unittest

from hvctl.tests.unit.userdata import cloud_init
from hvctl_lab.metal import variants

_FILE = 'etc/cloud/cloud.cfg.d/90_machine.cfg'


@unittest.skipUnless(cloud_init.is_there(), 'cloud-init is not there')
class TestCloudConfig(unittest.TestCase):
    """The distribution's own check."""

    def test_valid(self) -> None:
        """It has nothing against it, so warns of what a user-data has only."""
        for variant in variants.ALL:
            with self.subTest(variant.name):
                text = (variant.overlaid / _FILE).read_text()

                found = cloud_init.complaints([f'#cloud-config\n{text}'])

                self.assertEqual([], found)
