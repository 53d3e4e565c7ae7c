# SPDX-License-Identifier: Apache-2.0
"""Tests of how many hypervisors may be closed at once."""

from __future__ import annotations

import dataclasses
import unittest

from hvctl.decide.drain.plan import budget
from hvctl.model import disabled_reason
from hvctl.model.codes import OutcomeCode
from hvctl.model.drain_options import DrainOptions
from hvctl.model.reasons import Reason
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import draining

CLOSED = disabled_reason.of_drain(1)


def a_look(*sizes, **services):
    """A look at hypervisors of these VCPUs and GiB, named hv1, hv2 ...

    :param services: what of their services is not as usual
    """
    names = [f'hv{number}' for number in range(1, len(sizes) + 1)]
    return builders.a_snapshot(
        services=(
            builders.a_service('ironic'),
            *(
                builders.a_service(name, **services.get(name, {}))
                for name in names
            ),
        ),
        compute_nodes=(
            *(
                builders.a_compute_node(
                    f'{n}', service_host='ironic', vcpus=0, memory_mb=0
                )
                for n in range(50)
            ),
            *(
                builders.a_compute_node(
                    name,
                    hostname=f'{name}.example.org',
                    vcpus=vcpus,
                    memory_mb=memory * 1024,
                )
                for name, (vcpus, memory) in zip(names, sizes, strict=True)
            ),
        ),
    )


class TestRefusal(unittest.TestCase):
    """Whether the named may be closed."""

    def test_table(self):
        """By number, by share, and what is usual."""
        four = [(8, 16)] * 4
        uneven = [(8, 16), (8, 48), (8, 16), (8, 16)]
        drained = {'status': 'disabled', 'disabled_reason': CLOSED}
        broken = {'status': 'disabled', 'disabled_reason': 'broken, joe'}
        number, share = 'most_draining', 'most_draining_share'
        for sizes, services, named, options, expected in (
            (four[:2], {}, '1', {}, None),
            (four[:1], {}, '1', {}, None),
            (four, {}, '12', {}, None),
            (four, {}, '123', {}, (75, 50, 'VCPUs (24 of 32)')),
            (four, {}, '123', {share: 0.75}, None),
            (four, {}, '123', {number: 3}, None),
            (four, {}, '123', {number: 2}, (3, ())),
            (four, {}, '1', {share: 0.1}, (25, 10, 'VCPUs (8 of 32)')),
            (four, {}, '1', {share: 0.25}, None),
            (
                [(76, 1), (24, 1)],
                {},
                '1',
                {share: 0.75},
                (76, 75, 'VCPUs (76 of 100)'),
            ),
            # What is not known is nothing.
            ([(0, 0)], {}, '1', {share: 0.0}, None),
            (uneven, {}, '12', {}, (67, 50, 'MiB of memory (65536 of 98304)')),
            # Those that are closed already count, those of others do not.
            (four, {'hv4': drained}, '1', {number: 1}, (2, ('hv4',))),
            (four, {'hv4': drained}, '12', {}, (75, 50, 'VCPUs (24 of 32)')),
            (four, {'hv4': drained}, '1', {}, None),
            (four, {'hv4': broken}, '12', {}, (67, 50, 'VCPUs (16 of 24)')),
            (
                four,
                {'hv4': {'state': 'down'}},
                '12',
                {},
                (67, 50, 'VCPUs (16 of 24)'),
            ),
            # What is closed is not kept from going on.
            (four, {'hv1': drained, 'hv2': drained}, '12', {number: 1}, None),
        ):
            with self.subTest(services=services, named=named, options=options):
                found = budget.refusal(
                    a_look(*sizes, **services),
                    {f'hv{each}' for each in named},
                    DrainOptions(**options),
                )

                said = draining.facts(found)
                if expected is None:
                    self.assertIsNone(found)
                elif number in options:
                    self.assertEqual(
                        expected, (said['closed'], said['others'])
                    )
                else:
                    self.assertEqual(
                        expected,
                        (said['percent'], said['limit'], said['capacity']),
                    )

    def test_size_unknown(self):
        """A host whose size Nova does not tell is not taken for nothing."""
        look = a_look((8, 16), (8, 16), (8, 16), (8, 16))
        of_one = next(n for n in look.compute_nodes if n.service_host == 'hv2')
        unsized = dataclasses.replace(of_one, vcpus=None)
        others = tuple(n for n in look.compute_nodes if n != of_one)
        for nodes in (others, (*others, unsized)):
            cut = dataclasses.replace(look, compute_nodes=nodes)
            unknown = Reason.of(
                OutcomeCode.SIZE_UNKNOWN, hosts=('hv2',), closed=2
            )
            for named, options, expected in (
                ({'hv1', 'hv2'}, {}, unknown),
                ({'hv1', 'hv2'}, {'most_draining_share': 0.9}, unknown),
                ({'hv1', 'hv2'}, {'most_draining': 2}, None),
                ({'hv1', 'hv3'}, {'most_draining_share': 0.9}, None),
                ({'hv2'}, {}, None),
            ):
                with self.subTest(named=named, options=options):
                    self.assertEqual(
                        expected,
                        budget.refusal(cut, named, DrainOptions(**options)),
                    )
