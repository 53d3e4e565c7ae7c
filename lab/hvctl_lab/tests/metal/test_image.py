# SPDX-License-Identifier: Apache-2.0
"""Tests of the node image's recipe."""

from __future__ import annotations

import dataclasses
import shutil

from hvctl_lab.metal import image
from hvctl_lab.metal import variants
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
        self.replace('hvctl_lab.metal.image.run', lambda *command: _TARGETS)

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
        self.replace('hvctl_lab.metal.image.run', lambda *command: '')

        self.assertRaises(image.ImageError, image._sources)

    def test_present(self):
        """An image that is there is taken, silently."""
        path = image.path(self.lab, variants.PRETENDED)
        self.assertTrue(image.missing(self.lab, variants.PRETENDED))
        path.mkdir(parents=True)

        self.assertFalse(image.missing(self.lab, variants.PRETENDED))
        self.assertEqual(
            path, image.ensure(self.lab, variants.PRETENDED, self.fail)
        )

    def test_built(self):
        """An image that cannot be completed is not left as if it were."""

        def fail(root, variant):
            raise image.ImageError('as the test wants it')

        self.replace(
            'hvctl_lab.metal.image.bootstrap',
            lambda root, packages, hooks: root.mkdir(),
        )
        self.replace('hvctl_lab.metal.image._complete', fail)

        self.assertRaises(
            image.ImageError,
            image.ensure,
            self.lab,
            variants.PRETENDED,
            lambda text: None,
        )
        self.assertTrue(image.missing(self.lab, variants.PRETENDED))
        self.assertEqual([], list(self.lab.cache.glob('.node-image-*')))

        self.replace(
            'hvctl_lab.metal.image._complete', lambda root, variant: None
        )
        image.ensure(self.lab, variants.PRETENDED, lambda text: None)
        self.assertFalse(image.missing(self.lab, variants.PRETENDED))

    def test_changed_meanwhile(self):
        """An image is not kept under the name of files that are no more."""
        self.replace(
            'hvctl_lab.metal.image._complete', lambda root, variant: None
        )
        files = self.directory / 'root'
        shutil.copytree(variants.REAL.overlaid, files)
        variant = dataclasses.replace(variants.REAL, overlaid=files)

        def bootstrap(root, packages, hooks):
            root.mkdir()
            (files / 'more').write_text('x')

        self.replace('hvctl_lab.metal.image.bootstrap', bootstrap)

        self.assertRaises(
            image.ImageError,
            image.ensure,
            self.lab,
            variant,
            lambda text: None,
        )
        self.assertEqual([], list(self.lab.cache.glob('*node-image-*-*')))

    def test_recipe(self):
        """Another file in an image makes it another image."""
        for variant in variants.ALL:
            before = image.path(self.lab, variant)
            files = self.directory / variant.name
            shutil.copytree(variant.overlaid, files)
            changed = dataclasses.replace(variant, overlaid=files)
            self.assertEqual(before, image.path(self.lab, changed))

            (files / 'etc/more').write_text('x')

            self.assertNotEqual(before, image.path(self.lab, changed))

    def test_packages(self):
        """Another package makes it another image."""
        paths = {
            image.path(
                self.lab, dataclasses.replace(variants.REAL, packages=packages)
            )
            for packages in (('a',), ('a', 'b'), ('b',))
        }

        self.assertEqual(3, len(paths))

    def test_units(self):
        """Each unit starts a program that a machine gets, as its user."""
        units = variants.PRETENDED.overlaid / 'etc/systemd/system'
        for unit in units.glob('*.service'):
            text = unit.read_text()
            if 'as a stand-in' in text:
                continue
            user = 'nova' if unit.name.startswith('nova') else 'neutron'
            self.assertIn(f'\nUser={user}\n', text)
            self.assertIn(f'ExecStart=/usr/bin/{unit.stem} ', text)
