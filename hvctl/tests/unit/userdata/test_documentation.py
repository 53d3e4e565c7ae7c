# SPDX-License-Identifier: Apache-2.0
"""The profiles in the documentation are ones that can be copied."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import tempfile
import textwrap
import unittest

import hvctl
from hvctl.model.profile import Family
from hvctl.profiles import files
from hvctl.tests.unit.userdata import base
from hvctl.tests.unit.userdata import cloud_init

PAGES = pathlib.Path(hvctl.__file__).parents[1] / 'doc/source/configuration'

BLOCK = re.compile(r'\.\. code-block:: yaml\n\n((?:   .*\n|\n)+)')


@unittest.skipUnless(PAGES.is_dir(), 'the documentation is not there')
class TestPages(unittest.TestCase):
    """A page for each kind of networking."""

    def profiles(self, page):
        """Read the profiles of a page as an operator would who copies it."""
        main, secure = (
            textwrap.dedent(text)
            for text in BLOCK.findall(page.read_text())[:2]
        )
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, 'hvctl.yaml')
            path.write_text(main)
            beside = path.with_name('hvctl-secure.yaml')
            beside.touch(mode=0o600)
            beside.write_text(secure)
            library = files.load(str(path))
            return [library.get(name) for name in library.names()]

    def every(self):
        """Give each profile of each page, for each family."""
        for page in (*PAGES.glob('networking-*.rst'), PAGES / 'profiles.rst'):
            for profile in self.profiles(page):
                for family in Family:
                    yield (
                        f'{profile.name} of {page.name}, {family}',
                        dataclasses.replace(profile, family=family),
                    )

    def test_kinds(self) -> None:
        """Each page's profile is of its kind."""
        kinds = {
            page.stem: [str(p.networking.kind) for p in self.profiles(page)]
            for page in PAGES.glob('networking-*.rst')
        }

        self.assertEqual(
            {
                f'networking-{kind}': [kind]
                for kind in ('none', 'ovs', 'sriov', 'ovn')
            },
            kinds,
        )

    def test_profiles(self) -> None:
        """Each can be sent, and shows no secret."""
        for which, profile in self.every():
            with self.subTest(which):
                document = base.render(profile)

                self.assertTrue(document.encode())
                self.assertIn('service users', document.text())
                shown = base.render(profile, reveal=False).text()
                self.assertNotIn('service users', shown)

    def test_complete(self) -> None:
        """nova-compute knows whom to ask for ports, images and inventory."""
        for which, profile in self.every():
            with self.subTest(which):
                nova = base.options(base.files(profile)['/etc/nova/nova.conf'])

                self.assertIn('transport_url', nova['DEFAULT'])
                for section in ('placement', 'neutron', 'service_user'):
                    self.assertIn('password', nova[section])
                self.assertIn('region_name', nova['glance'])
                # Else its guests' consoles are at the user's own machine.
                self.assertIn('novncproxy_base_url', nova['vnc'])

    @unittest.skipUnless(cloud_init.is_there(), 'cloud-init is not there')
    def test_schema(self) -> None:
        """cloud-init knows all that is in it."""
        texts = [
            part.text
            for _, profile in self.every()
            for part in base.render(profile).parts
        ]

        self.assertEqual([], cloud_init.complaints(texts))
