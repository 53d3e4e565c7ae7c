# SPDX-License-Identifier: Apache-2.0
"""Tests of the machines' control groups."""

from __future__ import annotations

import shutil

from hvctl_lab.metal import cgroup
from hvctl_lab.tests import base


class TestCgroup(base.LabTestCase):
    """Groups, here in an ordinary directory."""

    def setUp(self):
        super().setUp()
        self.hierarchy = self.directory / 'systemd'
        self.hierarchy.mkdir()
        self.replace(
            'hvctl_lab.metal.cgroup._own_groups', lambda: [self.hierarchy]
        )

    def test_enter(self):
        """A machine gets a group that is its own."""
        cgroup.enter(self.lab, 'node-0')

        group = self.hierarchy / 'hvctl-lab-23000-node-0'
        self.assertEqual('0', (group / 'cgroup.procs').read_text())
        self.assertTrue(cgroup.populated(self.lab, 'node-0'))

    def test_populated_by_a_service(self):
        """A process anywhere below the group counts."""
        cgroup.enter(self.lab, 'node-0')
        group = self.hierarchy / 'hvctl-lab-23000-node-0'
        (group / 'cgroup.procs').write_text('')
        self.assertFalse(cgroup.populated(self.lab, 'node-0'))

        (group / 'payload').mkdir()
        (group / 'payload/cgroup.procs').write_text('17\n')

        self.assertTrue(cgroup.populated(self.lab, 'node-0'))

    def test_never_on(self):
        """A node that never was on has no processes and no groups."""
        self.assertFalse(cgroup.populated(self.lab, 'node-0'))
        cgroup.remove(self.lab, 'node-0')

    def test_gone(self):
        """Groups that somebody else removed do not matter."""
        cgroup.enter(self.lab, 'node-0')
        shutil.rmtree(self.hierarchy / 'hvctl-lab-23000-node-0')

        self.assertFalse(cgroup.populated(self.lab, 'node-0'))
        cgroup.remove(self.lab, 'node-0')

    def test_none(self):
        """Without a hierarchy there is one clear error."""
        self.replace('hvctl_lab.metal.cgroup._own_groups', list)

        self.assertRaises(cgroup.CgroupError, cgroup.enter, self.lab, 'node-0')
