# SPDX-License-Identifier: Apache-2.0
"""Tests of what a look's lists are searched by."""

from __future__ import annotations

import collections
from collections.abc import Iterator
import dataclasses
import unittest

from hypothesis import given
from hypothesis import strategies as st

from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import index
from hvctl.model import identity
from hvctl.tests.fixtures import builders

KEYS = st.sampled_from(['a', 'b', 'c', None])


class TestTable(unittest.TestCase):
    """Entries by what they are known by."""

    @given(
        st.lists(st.tuples(KEYS, KEYS), max_size=8),
        st.lists(KEYS, max_size=3),
    )
    def test_as_if_gone_through(self, entries, keys):
        """It finds what going through the list finds, in its order."""
        numbered = list(enumerate(entries))
        table = index.Table(numbered, lambda entry: entry[1])
        wanted = {key for key in keys if key is not None}

        expected = [entry for entry in numbered if wanted & set(entry[1])]

        self.assertEqual(tuple(expected), table.all(keys))
        self.assertEqual(next(iter(expected), None), table.first(keys))


class TestServices(unittest.TestCase):
    """Services in a domain that nobody tells any more."""

    def test_only_those_we_disabled(self):
        """They are found by all that may be the name before the domain."""
        ours = builders.a_disabled_service(
            identity.REASON_DELETE, host='hv1.a.org'
        )
        theirs = builders.a_service('hv1.b.org')
        lists = index.Index.of(builders.a_snapshot(services=(theirs, ours)))

        for name, found in (
            ('hv1', ours),
            ('hv1.a', ours),
            ('hv', None),
            ('hv1.b', None),
            ('hv1.a.org', None),
        ):
            with self.subTest(name=name):
                self.assertIs(
                    found, lists.services.first([index.in_any_domain(name)])
                )


class Counted(tuple):
    """A list that counts how often it is gone through."""

    __slots__ = ()
    times: collections.Counter[str] = collections.Counter()

    def __iter__(self) -> Iterator:
        self.times[type(self[0]).__name__] += 1
        return super().__iter__()


class TestOnce(unittest.TestCase):
    """What a look of many hypervisors costs."""

    def gone_through(self, number):
        """How often each list of so many hypervisors is gone through."""
        names = [f'hv{each}' for each in range(number)]
        snapshot = builders.a_snapshot(
            servers=Counted(map(builders.a_server, names)),
            ports=Counted(map(builders.a_port, names)),
            services=Counted(map(builders.a_service, names)),
            compute_nodes=Counted(map(builders.a_compute_node, names)),
            providers=Counted(map(builders.a_provider, names)),
            agents=Counted(map(builders.an_agent, names)),
            nodes=Counted(
                builders.a_node(instance_id=builders.an_id(f'server {name}'))
                for name in names
            ),
        )
        Counted.times.clear()

        found = assemble.assemble(snapshot, names)

        self.assertEqual(number, len(found))
        for hv in found.values():
            self.assertTrue(hv.server and hv.service and hv.provider)
        return dict(Counted.times)

    def test_however_many(self):
        """No list is gone through for each of them."""
        few = self.gone_through(2)

        self.assertEqual(7, len(few))
        self.assertEqual(few, self.gone_through(20))


class TestTakenOver(unittest.TestCase):
    """Lists that a look has from the one before."""

    def test_same_list(self) -> None:
        """It is not gone through again; another one is, if it is equal."""
        look = builders.a_snapshot('hv1')
        later = dataclasses.replace(look, services=(*look.services,) * 2)

        before, after = index.Index.of(look), index.Index.of(later)

        self.assertIs(before.providers, after.providers)
        self.assertIs(before.nodes, after.nodes)
        self.assertIsNot(before.services, after.services)
        self.assertEqual(2, len(after.services.all(['hv1'])))
        self.assertEqual(1, len(index.Index.of(look).services.all(['hv1'])))
