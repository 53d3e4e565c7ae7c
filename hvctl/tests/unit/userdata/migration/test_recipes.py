# SPDX-License-Identifier: Apache-2.0
"""Tests of the recipes in the documentation: each is a good profile."""

from __future__ import annotations

import pathlib
import re
import tempfile
import textwrap
import unittest

import yaml

from hvctl.model.profile import Profile
from hvctl.profiles import files
from hvctl.tests.unit.userdata import test_documentation

PAGE = test_documentation.PAGES / 'migrations.rst'


@unittest.skipUnless(PAGE.exists(), 'the documentation is not there')
class TestRecipes(unittest.TestCase):
    """The page of migrations."""

    def profile(self, recipe: str) -> Profile:
        """Read a recipe as a part of a profile, with what it names."""
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, 'hvctl.yaml')
            said = {'network': 'n', **yaml.safe_load(recipe)}
            path.write_text(yaml.safe_dump({'profiles': {'p': said}}))
            known = dict.fromkeys(re.findall('<secret:([^>]+)>', recipe), 'x')
            secure = path.with_name('hvctl-secure.yaml')
            secure.touch(mode=0o600)
            secure.write_text(
                yaml.safe_dump({'profiles': {'p': {'secrets': known}}})
            )
            for name in re.findall('(?:ca|known_hosts): (.+)', recipe):
                path.with_name(name).write_text('text\n')
            return files.load(str(path)).get('p')

    def test_recipes(self) -> None:
        """Guests can leave, live and cold, by all but one of them."""
        recipes = [
            textwrap.dedent(text)
            for text in test_documentation.BLOCK.findall(PAGE.read_text())
            if 'migration:' in text
        ]

        found = [self.profile(recipe).migration for recipe in recipes]

        self.assertEqual(
            ['tls', 'tls', 'tcp', 'tls', 'ssh', 'image'],
            [way.live.transport for way in found if way.live],
        )
        self.assertEqual(
            ['ssh', 'ssh', 'ssh', None, 'ssh', 'image'],
            [way.cold and way.cold.transport for way in found],
        )
