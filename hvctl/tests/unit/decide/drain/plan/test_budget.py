# SPDX-License-Identifier: Apache-2.0
"""Tests of how many hypervisors may be closed at once."""

import unittest

from hvctl.decide.drain.moves import cold
from hvctl.decide.drain.plan import budget
from hvctl.model.drain_options import DrainOptions
from hvctl.tests.fixtures import builders

CLOSED = cold.drain_reason(1)


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
        for sizes, services, named, options, words in (
            (four[:2], {}, '1', {}, None),
            (four[:1], {}, '1', {}, None),
            (four, {}, '12', {}, None),
            (four, {}, '123', {}, '75% of the VCPUs (24 of 32); several'),
            (four, {}, '123', {}, 'may close 50%; --max-draining 75% allows'),
            (four, {}, '123', {share: 0.75}, None),
            (four, {}, '123', {number: 3}, None),
            (four, {}, '123', {number: 2}, '3 would be; --max-draining 3'),
            (four, {}, '1', {share: 0.1}, '--max-draining allows 10%'),
            (four, {}, '1', {share: 0.25}, None),
            (uneven, {}, '12', {}, '67% of the MiB of memory'),
            # Those that are closed already count, those of others do not.
            (four, {'hv4': drained}, '1', {number: 1}, '2 would be with hv4'),
            (four, {'hv4': drained}, '12', {}, 'for drains with hv4, 75%'),
            (four, {'hv4': drained}, '1', {}, None),
            (four, {'hv4': broken}, '12', {}, '67%'),
            (four, {'hv4': {'state': 'down'}}, '12', {}, '67%'),
            # What is closed is not kept from going on.
            (four, {'hv1': drained, 'hv2': drained}, '12', {number: 1}, None),
        ):
            with self.subTest(services=services, named=named, options=options):
                found = budget.refusal(
                    a_look(*sizes, **services),
                    {f'hv{each}' for each in named},
                    DrainOptions(**options),
                )

                if words is None:
                    self.assertIsNone(found)
                else:
                    self.assertIn(words, found)
