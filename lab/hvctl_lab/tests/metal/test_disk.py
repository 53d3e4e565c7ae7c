# SPDX-License-Identifier: Apache-2.0
"""Tests of the nodes' disks."""

from __future__ import annotations

from hvctl_lab.metal import disk
from hvctl_lab.metal import variants
from hvctl_lab.tests import base

_SEED = 'disks/node-0/upper/var/lib/cloud/seed/config_drive'


class TestDisk(base.LabTestCase):
    """A disk from deploy to undeploy."""

    def setUp(self):
        super().setUp()
        self.commands = []
        self.file_system = 'ext2/ext3'
        self.replace('hvctl_lab.metal.disk._run', self._run)

    def _run(self, *command):
        self.commands.append(command[0])
        return f'{self.file_system}\n' if command[0] == 'stat' else ''

    def test_empty(self):
        """A node that was never deployed boots nothing."""
        self.assertFalse(disk.bootable(self.lab, 'node-0'))

    def test_write(self):
        """The config drive lies where cloud-init looks, for root only."""
        disk.write(
            self.lab,
            'node-0',
            variants.PRETENDED,
            {'openstack/latest/user_data': b'x'},
        )

        seed = self.lab.directory / _SEED
        self.assertTrue(disk.bootable(self.lab, 'node-0'))
        self.assertEqual(
            b'x', (seed / 'openstack/latest/user_data').read_bytes()
        )
        self.assertEqual(0o700, seed.stat().st_mode & 0o777)
        self.assertEqual(
            0o755,
            (self.lab.directory / 'disks/node-0/upper').stat().st_mode & 0o777,
        )

    def test_variant(self):
        """A disk knows what was written to it."""
        for variant in variants.ALL:
            disk.write(self.lab, 'node-0', variant, {})

            self.assertIs(variant, disk.variant(self.lab, 'node-0'))

    def test_write_again(self):
        """Nothing of the last instance is left for the next one."""
        disk.write(self.lab, 'node-0', variants.PRETENDED, {'old': b'x'})
        disk.write(self.lab, 'node-0', variants.PRETENDED, {'new': b'x'})

        seed = self.lab.directory / _SEED
        self.assertEqual(['new'], [file.name for file in seed.iterdir()])

    def test_bad_path(self):
        """A drive cannot reach out of its directory."""
        self.assertRaises(
            disk.DiskError,
            disk.write,
            self.lab,
            'node-0',
            variants.PRETENDED,
            {'../../../../etc/passwd': b'x'},
        )
        self.assertFalse(disk.bootable(self.lab, 'node-0'))

    def test_wipe(self):
        """Wiping twice is harmless."""
        disk.write(self.lab, 'node-0', variants.PRETENDED, {})
        disk.wipe(self.lab, 'node-0')
        disk.wipe(self.lab, 'node-0')

        self.assertFalse(disk.bootable(self.lab, 'node-0'))

    def test_on_an_overlay(self):
        """In a container the disks are kept in memory."""
        self.file_system = 'overlayfs'

        disk.prepare(self.lab)

        self.assertIn('mount', self.commands)

    def test_not_on_an_overlay(self):
        """Elsewhere nothing is mounted."""
        disk.prepare(self.lab)

        self.assertNotIn('mount', self.commands)

    def test_release(self):
        """Destroying leaves no disk."""
        disk.write(self.lab, 'node-0', variants.PRETENDED, {})
        disk.release(self.lab)
        disk.release(self.lab)

        self.assertFalse((self.lab.directory / 'disks').exists())
