# SPDX-License-Identifier: Apache-2.0
"""Tests of what room a guest needs, and which hosts may give it."""

from __future__ import annotations

import unittest

from hvctl.decide.drain.plan import room
from hvctl.model.records import Aggregate, Shape
from hvctl.tests.fixtures import builders

SMALL = builders.a_need(VCPU=1, MEMORY_MB=512)


class TestNeed(unittest.TestCase):
    """What a guest needs of its new host."""

    def test_resources(self):
        """What it has of its host, and what it asked for and has elsewhere."""
        for specs, has, expected in (
            ({}, {'PCPU': 2, 'MEMORY_MB': 512}, {'PCPU': 2, 'MEMORY_MB': 512}),
            (
                {'resources:VGPU': '1', 'resources_1:VGPU': '1'},
                {'MEMORY_MB': 512},
                {'MEMORY_MB': 512, 'VGPU': 2},
            ),
            (
                {'resources:VGPU': 'many', 'hw:numa_nodes': '1'},
                {'MEMORY_MB': 512},
                {'MEMORY_MB': 512},
            ),
            ({}, None, {'VCPU': 2, 'MEMORY_MB': 1024, 'DISK_GB': 9}),
            (
                {'hw:cpu_policy': 'dedicated', 'resources:DISK_GB': '0'},
                None,
                {'PCPU': 2, 'MEMORY_MB': 1024},
            ),
        ):
            with self.subTest(specs=specs, has=has):
                guest = builders.a_guest(
                    shape=Shape(2, 1024, 9), extra_specs=specs
                )

                self.assertEqual(
                    builders.a_need(**expected),
                    room.need_of(guest, has, ()),
                )

    def test_traits_and_zone(self):
        """Traits that its flavor names, and the zone it is bound to."""
        aggregates = [
            Aggregate(id=number, name=uuid, uuid=uuid, availability_zone=zone)
            for number, (uuid, zone) in enumerate(
                (('a2', 'z'), ('a1', 'z'), ('a3', 'y'), ('a4', None))
            )
        ]
        specs = {
            'trait:HW_B': 'required',
            'trait:HW_A': 'required',
            'trait:HW_C': 'forbidden',
            'trait:HW_D': 'optional',
            'hw:pci_numa_affinity_policy': 'required',
            'hw:cpu_policy': 'shared',
        }
        for zone, members in (('z', ('a1', 'a2')), (None, ())):
            guest = builders.a_guest(extra_specs=specs, zone=zone)

            self.assertEqual(
                SMALL._replace(
                    traits=('!HW_C', 'HW_A', 'HW_B'), aggregates=members
                ),
                room.need_of(guest, dict(SMALL.resources), aggregates),
            )


class TestDestinations(unittest.TestCase):
    """Which hosts may take guests."""

    def test_table(self):
        """Those that are enabled and up, and not being emptied."""
        look = builders.a_snapshot(
            'hv1',
            services=(
                builders.a_service('hv1'),
                builders.a_service('good'),
                builders.a_service('down', state='down'),
                builders.a_disabled_service(host='shut'),
                builders.a_service('marked'),
            ),
            providers_disabled=frozenset({'marked'}),
            compute_nodes=tuple(
                builders.a_compute_node(
                    host, hostname=f'{host}.example.org', id=host
                )
                for host in ('hv1', 'good', 'down', 'shut', 'marked')
            ),
        )
        for leaving, only, expected in (
            ((), None, {'hv1', 'good'}),
            (('hv1',), None, {'good'}),
            (('hv1',), 'good', {'good'}),
            (('hv1',), 'down', set()),
        ):
            self.assertEqual(expected, room.destinations(look, leaving, only))
