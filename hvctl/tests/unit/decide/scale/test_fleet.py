# SPDX-License-Identifier: Apache-2.0
"""Tests of which hypervisors of a profile count."""

from __future__ import annotations

import dataclasses
import typing
import unittest

from hvctl.decide.scale import fleet
from hvctl.decide.scale.fleet import Standing
from hvctl.model import disabled_reason
from hvctl.model import identity
from hvctl.model.snapshot import Snapshot
from hvctl.tests.fixtures import builders

PROFILE = 'large'

_NEW = {identity.PROFILE_KEY: PROFILE}


def disabled(reason: str | None) -> dict[str, typing.Any]:
    """What one has whose service is disabled."""
    return {'service': builders.a_disabled_service(reason)}


def of_profile(look: Snapshot, *names: str) -> Snapshot:
    """Let servers be of the profile."""
    return dataclasses.replace(
        look,
        servers=tuple(
            dataclasses.replace(
                server,
                metadata={**server.metadata, identity.PROFILE_KEY: PROFILE},
            )
            if server.name in names
            else server
            for server in look.servers
        ),
    )


class TestStanding(unittest.TestCase):
    """How one counts."""

    def test_table(self) -> None:
        """What somebody has closed tells by the reason who that was."""
        scale = disabled_reason.of_drain(7, for_scale=True)
        drain = disabled_reason.of_drain(7)
        undo = disabled_reason.of_undo(7)
        for words, changes, expected in (
            ('enabled', {}, Standing.USABLE),
            (
                'being deleted',
                {'server': builders.an_opened_server(task_state='deleting')},
                Standing.GOING,
            ),
            ('closed by scale', disabled(scale), Standing.GOING),
            ('closed by delete', disabled('hvctl: delete'), Standing.GOING),
            ('closed by drain', disabled(drain), Standing.CLOSED),
            ('drain taken back', disabled(undo), Standing.BACK),
            ('closed by hand', disabled('broken'), Standing.CLOSED),
            ('closed without a word', disabled(None), Standing.CLOSED),
            (
                'closed by create',
                disabled(identity.REASON_CREATE),
                Standing.COMING,
            ),
            (
                'held again',
                {'has_room': False, 'consumers': None},
                Standing.COMING,
            ),
            (
                'in ERROR, after it was in use',
                {'server': builders.an_opened_server(status='ERROR')},
                Standing.DOWN,
            ),
            (
                'silent',
                {'service': builders.a_service(state='down')},
                Standing.DOWN,
            ),
            ('without agents', {'agents': ()}, Standing.DOWN),
            (
                'failed',
                {'server': builders.a_server(status='ERROR', metadata=_NEW)},
                Standing.FAILED,
            ),
            (
                'being deployed',
                {
                    'server': builders.a_server(status='BUILD', metadata=_NEW),
                    'service': None,
                },
                Standing.COMING,
            ),
            (
                'booting',
                {'server': builders.a_server(metadata=_NEW), 'service': None},
                Standing.COMING,
            ),
            (
                'never proven',
                {'server': builders.a_server(metadata=_NEW)},
                Standing.COMING,
            ),
            (
                'new, where Nova disables what is new',
                {
                    'server': builders.a_server(metadata=_NEW),
                    **disabled(disabled_reason.NOVA_DISABLED_NEW),
                },
                Standing.COMING,
            ),
        ):
            with self.subTest(words):
                hypervisor = builders.a_hypervisor(**changes)

                self.assertEqual(expected, fleet.standing(hypervisor))


class TestFleet(unittest.TestCase):
    """Which ones are of the profile."""

    def test_members(self) -> None:
        """Those that say so, and nothing that only has a name."""
        look = of_profile(builders.a_snapshot('hv1', 'hv2', 'hv3'), 'hv1')

        found = fleet.fleet(look, PROFILE)

        self.assertEqual(1, found.count)
        self.assertEqual(
            ['hv1'], [hv.name for hv in found.of(Standing.USABLE)]
        )
        self.assertEqual({'hv1', 'hv2', 'hv3'}, found.known)
        self.assertEqual((), found.unseen)

    def test_half_made(self) -> None:
        """A create has made the port; what has registered is left over."""
        look = builders.a_snapshot(
            ports=(builders.a_port('hv1', device_id=''),),
            providers=(
                builders.a_provider('hv2'),
                builders.a_provider('hv3'),
            ),
            services=(
                builders.a_disabled_service(
                    identity.REASON_DELETE, host='hv3'
                ),
            ),
        )

        found = fleet.fleet(look, PROFILE)

        self.assertEqual({'hv1', 'hv2'}, found.half_made)
        self.assertEqual({'hv1', 'hv2', 'hv3'}, found.known)
        self.assertEqual(['hv3'], [hv.name for hv in found.of(Standing.GOING)])
        self.assertEqual(0, found.count)

    def test_unseen(self) -> None:
        """A cell is silent: nobody knows whether there is a server."""
        look = builders.a_snapshot('hv2', servers=())
        look = dataclasses.replace(
            of_profile(builders.a_snapshot('hv1'), 'hv1'),
            ports=(builders.a_port('hv1'), builders.a_port('hv2')),
            metal_services=look.metal_services,
        )
        silent = dataclasses.replace(
            of_profile(builders.a_snapshot('hv1'), 'hv1'),
            services=(builders.a_service(status='UNKNOWN', state='down'),),
        )

        self.assertEqual(('hv2',), fleet.fleet(look, PROFILE).unseen)
        self.assertEqual(('hv1',), fleet.fleet(silent, PROFILE).unseen)
        self.assertEqual((), fleet.fleet(silent, 'other').unseen)
