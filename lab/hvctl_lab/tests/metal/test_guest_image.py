# SPDX-License-Identifier: Apache-2.0
"""Tests of the recipe of the guests' disk."""

from __future__ import annotations

import subprocess

from hvctl_lab.metal import guest_image
from hvctl_lab.metal import image
from hvctl_lab.tests import base

_MODULE = 'hvctl_lab.metal.guest_image'


class TestGuestImage(base.LabTestCase):
    """How the disk comes into the cache."""

    def setUp(self) -> None:
        """Have a distribution, and tools that do nothing."""
        super().setUp()
        self.replace(
            f'{_MODULE}.platform.freedesktop_os_release',
            lambda: {'ID': 'debian'},
        )
        self.mock(f'{_MODULE}.image.bootstrap', None).side_effect = (
            lambda root, packages: root.mkdir()
        )
        self.ran = self.mock(f'{_MODULE}.image.run', '')

    def test_built(self):
        """The disk is kept, and what made it is not; once is enough."""
        told: list[str] = []
        self.ran.side_effect = self._build

        guest_image.ensure(self.lab, told.append)
        guest_image.ensure(self.lab, told.append)

        self.assertEqual('a disk', guest_image.path(self.lab).read_text())
        self.assertEqual(
            [guest_image.path(self.lab)],
            list(guest_image.path(self.lab).parent.iterdir()),
        )
        self.assertEqual(1, len(told))

    def _build(self, *command, **_):
        root, _, script, disk = command[-4:]
        with open(f'{root}{script}') as stream:
            self.assertIn('syslinux', stream.read())
        with open(f'{root}{disk}', 'w') as stream:
            stream.write('a disk')

    def test_fails(self):
        """A disk that cannot be made is not left as if it were there."""
        self.ran.side_effect = image.ImageError('no space')

        self.assertRaises(
            image.ImageError, guest_image.ensure, self.lab, lambda text: None
        )
        self.assertFalse(guest_image.path(self.lab).exists())

    def test_scripts(self):
        """A shell can read both scripts."""
        for name in ('build', 'init'):
            subprocess.run(('sh', '-n', guest_image._FILES / name), check=True)
