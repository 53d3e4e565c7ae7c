# SPDX-License-Identifier: Apache-2.0
"""Tests of the node image's recipe."""

from __future__ import annotations

import shutil

from hvctl_lab.metal import image
from hvctl_lab.tests import base

_TARGETS = """\
Debian http://a.example/debian/ bookworm main
Debian http://a.example/debian/ bookworm-updates main
Debian http://a.example/debian/ bookworm-backports main
Debian http://s.example/debian/ bookworm-security main
Docker http://d.example/debian/ bookworm stable
"""


class TestImage(base.LabTestCase):
    """What decides which image is used and what it is made of."""

    def setUp(self):
        super().setUp()
        self.replace('hvctl_lab.metal.image._codename', lambda: 'bookworm')
        self.replace('hvctl_lab.metal.image._run', lambda *command: _TARGETS)

    def test_sources(self):
        """The release's own archives are used, and no others."""
        self.assertEqual(
            'deb http://a.example/debian/ bookworm main\n'
            'deb http://a.example/debian/ bookworm-updates main\n'
            'deb http://s.example/debian/ bookworm-security main\n',
            image._sources(),
        )

    def test_no_sources(self):
        """A machine whose apt knows nothing is told what to do."""
        self.replace('hvctl_lab.metal.image._run', lambda *command: '')

        self.assertRaises(image.ImageError, image._sources)

    def test_present(self):
        """An image that is there is taken, silently."""
        path = image.path(self.lab)
        self.assertTrue(image.missing(self.lab))
        path.mkdir(parents=True)

        self.assertFalse(image.missing(self.lab))
        self.assertEqual(path, image.ensure(self.lab, self.fail))

    def test_built(self):
        """An image that cannot be completed is not left as if it were."""

        def fail(root):
            raise image.ImageError('as the test wants it')

        self.replace(
            'hvctl_lab.metal.image._bootstrap', lambda root: root.mkdir()
        )
        self.replace('hvctl_lab.metal.image._complete', fail)

        self.assertRaises(
            image.ImageError, image.ensure, self.lab, lambda text: None
        )
        self.assertTrue(image.missing(self.lab))
        self.assertEqual([], list(self.lab.cache.glob('.node-image-*')))

        self.replace('hvctl_lab.metal.image._complete', lambda root: None)
        image.ensure(self.lab, lambda text: None)
        self.assertFalse(image.missing(self.lab))

    def test_changed_meanwhile(self):
        """An image is not kept under the name of files that are no more."""
        self.replace('hvctl_lab.metal.image._complete', lambda root: None)
        files = self.directory / 'root'

        def bootstrap(root):
            root.mkdir()
            self.replace('hvctl_lab.metal.image._OVERLAID', files)

        self.replace('hvctl_lab.metal.image._bootstrap', bootstrap)

        self.assertRaises(
            image.ImageError, image.ensure, self.lab, lambda text: None
        )
        self.assertEqual([], list(self.lab.cache.glob('node-image-*-*')))

    def test_recipe(self):
        """Another file in the image makes it another image."""
        before = image.path(self.lab)
        files = self.directory / 'root'
        shutil.copytree(image._OVERLAID, files)
        self.replace('hvctl_lab.metal.image._OVERLAID', files)
        self.assertEqual(before, image.path(self.lab))

        (files / 'etc/more').write_text('x')

        self.assertNotEqual(before, image.path(self.lab))

    def test_units(self):
        """Each unit starts a program that a machine gets, as its user."""
        units = image._OVERLAID / 'etc/systemd/system'
        for unit in units.glob('*.service'):
            text = unit.read_text()
            if 'as a stand-in' in text:
                continue
            user = 'nova' if unit.name.startswith('nova') else 'neutron'
            self.assertIn(f'\nUser={user}\n', text)
            self.assertIn(f'ExecStart=/usr/bin/{unit.stem} ', text)
