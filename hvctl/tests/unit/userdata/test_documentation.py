# SPDX-License-Identifier: Apache-2.0

"""The profiles in the documentation are ones that can be copied."""

import pathlib
import re
import tempfile
import textwrap
import unittest

import hvctl
from hvctl.profiles import files
from hvctl.tests.unit.userdata import base

PAGES = pathlib.Path(hvctl.__file__).parents[1] / 'doc/source/configuration'

BLOCK = re.compile(r'\.\. code-block:: yaml\n\n((?:   .*\n|\n)+)')


@unittest.skipUnless(PAGES.is_dir(), 'the documentation is not there')
class TestPages(unittest.TestCase):
    """A page for each kind of networking."""

    def profile(self, page):
        """Read the profile of a page as an operator would who copies it."""
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
            (name,) = library.names()
            return library.get(name)

    def test_profiles(self):
        """Each loads, is of its kind and can be sent."""
        kinds = []
        for page in sorted(PAGES.glob('networking-*.rst')):
            with self.subTest(page=page.name):
                profile = self.profile(page)
                document = base.render(profile)

                self.assertEqual(
                    page.stem, f'networking-{profile.networking.kind}'
                )
                document.encode()
                self.assertIn('service users', document.text())
                shown = base.render(profile, reveal=False).text()
                self.assertNotIn('service users', shown)
                kinds.append(profile.networking.kind)

        self.assertEqual(['none', 'ovn', 'ovs', 'sriov'], kinds)
