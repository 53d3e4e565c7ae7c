# SPDX-License-Identifier: Apache-2.0
"""Holds the lower bounds to the versions that are tested."""

from __future__ import annotations

import pathlib
import unittest

ROOT = pathlib.Path(__file__).parents[3]


def read(name: str, relation: str) -> dict[str, str]:
    """Return the version that a requirements file has for each package."""
    lines = (ROOT / name).read_text().splitlines()
    found = (line.partition('#')[0].strip() for line in lines)
    pairs = (line.partition(relation) for line in found if line)
    return {package: version for package, _, version in pairs}


class TestLowerBounds(unittest.TestCase):
    """The bounds of requirements.txt and test-requirements.txt."""

    def test_are_tested(self) -> None:
        """Each is the version that ``tox -e lower`` installs."""
        tested = read('lower-constraints.txt', '==')
        bounds = read('requirements.txt', '>=')
        bounds |= read('test-requirements.txt', '>=')

        self.assertEqual(
            {package: tested.get(package) for package in bounds}, bounds
        )

    def test_leave_the_client_alone(self) -> None:
        """Who has no newer client installs hvctl beside it all the same.

        A plugin does not ask for the client that it is a part of.
        """
        self.assertNotIn(
            'python-openstackclient', read('requirements.txt', '>=')
        )
