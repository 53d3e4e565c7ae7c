# SPDX-License-Identifier: Apache-2.0
"""Tests of the names by which a host may register."""

from __future__ import annotations

import unittest

from hvctl.model import host_name


class TestHostNames(unittest.TestCase):
    """The names of a host, with and without a domain."""

    def test_short(self) -> None:
        """The short name ends at the first dot."""
        for host in ('hv1', 'hv1.example', 'hv1.example.org'):
            with self.subTest(host=host):
                self.assertEqual('hv1', host_name.short(host))

    def test_qualified(self) -> None:
        """The qualified name has the domain, where there is one."""
        self.assertEqual(
            'hv1.example.org', host_name.qualified('hv1', 'example.org')
        )
        self.assertEqual('hv1', host_name.qualified('hv1', None))

    def test_all(self) -> None:
        """A host registers by its short or by its qualified name."""
        self.assertEqual(
            ('hv1', 'hv1.example.org'),
            host_name.host_names('hv1', 'example.org'),
        )

    def test_no_domain(self) -> None:
        """Without a domain there is one name, and it is there once."""
        self.assertEqual(('hv1',), host_name.host_names('hv1', None))
