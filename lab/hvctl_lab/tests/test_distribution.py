# SPDX-License-Identifier: Apache-2.0
"""Holds what keeps the lab apart from hvctl."""

from __future__ import annotations

import ast
from collections.abc import Iterator
import importlib.metadata
import pathlib
import unittest

import hvctl_lab

ROOT = pathlib.Path(hvctl_lab.__file__).parent


def imported(path: pathlib.Path) -> Iterator[str]:
    """Return the packages that one file imports, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition('.')[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or '').partition('.')[0]


class TestDistribution(unittest.TestCase):
    """The distribution hvctl-lab."""

    def test_entry_points_load(self) -> None:
        """What Ironic, Neutron and the shell find by name is there."""
        points = importlib.metadata.distribution('hvctl-lab').entry_points

        self.assertEqual(5, len(points))
        for point in points:
            with self.subTest(group=point.group):
                self.assertTrue(callable(point.load()))

    def test_imports_nothing_of_hvctl(self) -> None:
        """Nothing but tests of what hvctl is given imports hvctl."""
        for path in sorted(ROOT.rglob('*.py')):
            if not path.is_relative_to(ROOT / 'tests'):
                with self.subTest(path=path.relative_to(ROOT)):
                    self.assertNotIn('hvctl', set(imported(path)))

    def test_every_test_is_found(self) -> None:
        """The runner passes over a directory that is no package."""
        for path in ROOT.joinpath('tests').rglob('test_*.py'):
            with self.subTest(directory=path.parent):
                self.assertTrue(path.with_name('__init__.py').exists())
