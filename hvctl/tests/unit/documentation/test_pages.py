# SPDX-License-Identifier: Apache-2.0
"""The pages name files and functions that are there."""

from __future__ import annotations

import importlib
import operator
import re
import unittest

import drawings

ROOT = drawings.PAGES.parents[1]

#: A file, and perhaps a name in it, as the pages write both.
NAMED = re.compile(r'``((?:hvctl|lab|tools|doc)/[\w./-]+)(?::([\w.]+))?``')

#: A test, or a module of tests.
TEST = re.compile(r'``(test_\w+)(?:\.py)?``')


def named() -> list[tuple[str, str, str]]:
    """Return what each page names: the page, the file, the name in it."""
    pages = [*drawings.PAGES.rglob('*.rst'), *ROOT.glob('*.rst')]
    return [
        (page.name, *found)
        for page in pages
        for found in NAMED.findall(page.read_text())
    ]


class TestNames(unittest.TestCase):
    """What stands between double backticks."""

    def test_files(self):
        """Each file or folder is there."""
        self.assertEqual(
            [],
            [
                f'{page}: {path}'
                for page, path, _ in named()
                if not (ROOT / path).exists()
            ],
        )

    def test_functions(self):
        """Each function or class is in its file."""
        for page, path, name in named():
            if not name:
                continue
            with self.subTest(page=page, path=path, name=name):
                module = path.removesuffix('.py').replace('/', '.')

                found = operator.attrgetter(name)(
                    importlib.import_module(module)
                )

                self.assertIsNotNone(found)

    def test_tests(self):
        """Each test, or module of tests, is there."""
        modules = [
            path
            for part in ('hvctl', 'lab')
            for path in (ROOT / part).rglob('test_*.py')
        ]
        known = {path.stem for path in modules}
        for path in modules:
            known.update(re.findall(r'def (test_\w+)', path.read_text()))

        self.assertEqual(
            [],
            [
                f'{page.name}: {test}'
                for page in drawings.PAGES.rglob('*.rst')
                for test in TEST.findall(page.read_text())
                if test not in known
            ],
        )
