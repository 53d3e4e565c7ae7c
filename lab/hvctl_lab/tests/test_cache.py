# SPDX-License-Identifier: Apache-2.0
"""Tests of what labs share."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import pathlib
from unittest import mock

from hvctl_lab import cache
from hvctl_lab.tests import base


class TestBuildOnce(base.LabTestCase):
    """One directory of the cache."""

    def setUp(self) -> None:
        """Choose the directory."""
        super().setUp()
        self.target = self.lab.cache / 'thing-1'

    def build(self, directory: pathlib.Path) -> None:
        """Build it."""
        self.assertFalse(directory.exists())
        self.assertFalse(self.target.exists())
        directory.mkdir()
        (directory / 'file').write_text('content')

    def test_built(self) -> None:
        """It is built in a place of its own and then is there as a whole."""
        cache.build_once(self.target, 'thing', self.build)

        self.assertEqual('content', (self.target / 'file').read_text())
        self.assertEqual([], list(self.lab.cache.glob('.thing-*')))

    def test_there(self) -> None:
        """What is there is taken as it is."""
        self.target.mkdir(parents=True)

        cache.build_once(self.target, 'thing', self.fail)

    def test_built_meanwhile(self) -> None:
        """Who waited for another one's build takes that."""

        @contextlib.contextmanager
        def held(file: pathlib.Path) -> Iterator[None]:
            self.target.mkdir(parents=True)
            yield

        with mock.patch('hvctl_lab.lock.of_file', held):
            cache.build_once(self.target, 'thing', self.fail)

    def test_left_over(self) -> None:
        """What a call that was killed has left is removed, its kind only."""
        for name in ('.thing-dead', '.other-alive'):
            (self.lab.cache / name).mkdir(parents=True)

        cache.build_once(self.target, 'thing', self.build)

        self.assertEqual(
            ['.other-alive', 'thing-1', 'thing.lock'],
            sorted(path.name for path in self.lab.cache.iterdir()),
        )

    def test_fails(self) -> None:
        """A build that fails leaves nothing, and the next one can begin."""

        def fail(directory: pathlib.Path) -> None:
            directory.mkdir()
            raise ValueError

        self.assertRaises(
            ValueError, cache.build_once, self.target, 'thing', fail
        )
        self.assertEqual([], list(self.lab.cache.glob('.thing-*')))
        self.assertFalse(self.target.exists())

        cache.build_once(self.target, 'thing', self.build)
        self.assertTrue(self.target.exists())


class TestBuildInPlace(base.LabTestCase):
    """One directory of the cache that cannot be moved."""

    def setUp(self) -> None:
        """Choose the directory."""
        super().setUp()
        self.target = self.lab.cache / 'thing-1'
        self.built = 0

    def build(self, directory: pathlib.Path) -> None:
        """Build it where it stays."""
        self.assertEqual(self.target, directory)
        directory.mkdir()
        self.built += 1

    def test_once(self) -> None:
        """It is built once."""
        for _ in range(2):
            cache.build_in_place(self.target, 'thing', self.build)

        self.assertEqual(1, self.built)

    def test_left_over(self) -> None:
        """What a call that failed or was killed has left is built anew."""

        def fail(directory: pathlib.Path) -> None:
            self.build(directory)
            raise ValueError

        self.assertRaises(
            ValueError, cache.build_in_place, self.target, 'thing', fail
        )
        cache.build_in_place(self.target, 'thing', self.build)
        cache.build_in_place(self.target, 'thing', self.fail)

        self.assertEqual(2, self.built)
