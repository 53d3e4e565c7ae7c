# SPDX-License-Identifier: Apache-2.0
"""Tests of what may be a name."""

from __future__ import annotations

import unittest

from hvctl import exceptions
from hvctl.decide.hypervisor import naming


class TestNames(unittest.TestCase):
    """Names of hypervisors."""

    def test_good(self):
        """Labels of host names pass, in their order, each once."""
        good = ['hv1', 'a0', '0a', '0xg', 'localhost1', 'rack-1-hv', 'x' * 63]

        self.assertEqual(tuple(good), naming.check(good + good))

    def test_bad(self):
        """Everything else is refused, and quoted."""
        for name in (
            '',
            'a',
            'HV1',
            'hv_1',
            'hv1.example.org',
            '-hv1',
            'hv1-',
            'x' * 64,
            'hv 1',
            'hv1\n',
            'hü1',
            '../hv1',
        ):
            with (
                self.subTest(name=name),
                self.assertRaises(exceptions.InvalidRequest) as caught,
            ):
                naming.check(['hv1', name])
            self.assertIn(repr(name), str(caught.exception))

    def test_new(self):
        """What resolvers take for an address is no name for a machine."""
        naming.check_new(['hv1', '0a', '0xg', 'localhost1'])
        for name in (
            'localhost',
            'localhost4',
            'localhost6',
            'ip6-localhost',
            'ip6-allnodes',
            'broadcasthost',
            '10',
            '0x1f',
        ):
            with (
                self.subTest(name=name),
                self.assertRaisesRegex(
                    exceptions.InvalidRequest, f"machine: '{name}': others"
                ),
            ):
                naming.check_new(['hv1', name])

    def test_names_every_bad_one(self):
        """All bad names are said at once, no good one."""
        with self.assertRaisesRegex(
            exceptions.InvalidRequest, "^no host name: 'A', 'B';"
        ):
            naming.check(['A', 'hv1', 'B'])

    def test_domains(self):
        """A domain is labels with dots between them; none is fine."""
        for domain in (None, 'example.org', 'internal', 'a.b.c', '10.org'):
            with self.subTest(domain=domain):
                naming.check_domain(domain)
        for domain in (
            '',
            '.',
            'example.org.',
            '.org',
            'Example.org',
            'a b',
            'a..b',
            'x' * 191,
            'example.org\n',
            'localhost',
            'a.localhost',
            'example.10',
        ):
            with (
                self.subTest(domain=domain),
                self.assertRaises(exceptions.InvalidRequest),
            ):
                naming.check_domain(domain)

    def test_qualified(self):
        """A name and its domain fit into the name of a provider."""
        domain = '.'.join(['x' * 63] * 2 + ['y' * 8])
        for name, good in (('x' * 63, True), ('x' * 64, False)):
            with self.subTest(name=name):
                if good:
                    naming.check_qualified([name], domain)
                    continue
                with self.assertRaisesRegex(
                    exceptions.InvalidRequest, 'has 201 characters'
                ):
                    naming.check_qualified(['hv1', name], domain)
        naming.check_qualified(['hv1'], None)
