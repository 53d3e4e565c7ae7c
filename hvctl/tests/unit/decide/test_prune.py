# SPDX-License-Identifier: Apache-2.0
"""Tests of which hypervisors are to go."""

from __future__ import annotations

import dataclasses
import datetime
import typing
import unittest

from hypothesis import given
from hypothesis import strategies

from hvctl.decide import prune
from hvctl.decide.hypervisor import assemble
from hvctl.decide.prune import Choice
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding

NOW = clocks.START
HOUR = datetime.timedelta(hours=1)
NONE = datetime.timedelta(0)
(HV,) = assemble.assemble(deciding.a_look(), ('hv1',)).values()


def a_hypervisor(name: str, **metadata: str) -> Hypervisor:
    """A hypervisor whose server has metadata."""
    return dataclasses.replace(
        HV,
        name=name,
        server=builders.a_server(name=name, metadata=metadata),
    )


def expires(name: str, at: datetime.datetime | str, **more: str) -> Hypervisor:
    """A hypervisor with an expiry."""
    said = at if isinstance(at, str) else at.isoformat()
    return a_hypervisor(name, **{identity.EXPIRES_KEY: said}, **more)


def left(reason: str, **changes: typing.Any) -> Hypervisor:
    """One whose server is gone, and whose service is disabled."""
    service = builders.a_service(status='disabled', disabled_reason=reason)
    return dataclasses.replace(HV, server=None, service=service, **changes)


PROTECTED = {identity.PROTECTED_KEY: 'never'}


class TestChoose(unittest.TestCase):
    """Who goes."""

    def test_table(self) -> None:
        """Only what surely has expired."""
        for hypervisor, chosen in (
            (expires('hv1', NOW), Choice(due=('hv1',))),
            (expires('hv1', NOW - HOUR), Choice(due=('hv1',))),
            (
                expires('hv1', NOW + HOUR),
                Choice(soon=(('hv1', NOW + HOUR),)),
            ),
            (expires('hv1', NOW + 30 * HOUR), Choice()),
            (
                expires('hv1', NOW - HOUR, **PROTECTED),
                Choice(protected=('hv1',)),
            ),
            (
                expires('hv1', NOW + HOUR, **PROTECTED),
                Choice(soon=(('hv1', NOW + HOUR),)),
            ),
            (expires('hv1', 'some day'), Choice()),
            (expires('hv1', ''), Choice()),
            (a_hypervisor('hv1'), Choice()),
            (left(identity.REASON_DELETE), Choice(due=('hv1',))),
            (left(identity.REASON_DELETE, elsewhere='abcdef'), Choice()),
            (left(identity.REASON_DRAIN), Choice()),
            (left('broken'), Choice()),
        ):
            with self.subTest(hypervisor=hypervisor):
                self.assertEqual(
                    chosen,
                    prune.choose([hypervisor], NOW, NONE, 24 * HOUR),
                )

    def test_order(self) -> None:
        """What has expired first goes first; then by name."""
        found = [
            expires('hv3', NOW - HOUR),
            expires('hv2', NOW),
            expires('hv1', NOW),
        ]

        self.assertEqual(
            ('hv3', 'hv1', 'hv2'),
            prune.choose(found, NOW, NONE, NONE).due,
        )

    @given(
        past=strategies.integers(-200, 200),
        grace=strategies.integers(0, 200),
        protected=strategies.booleans(),
    )
    def test_grace(self, past: int, grace: int, protected: bool) -> None:
        """Nothing goes before its time, or while it is protected."""
        hypervisor = expires(
            'hv1', NOW - past * HOUR, **(PROTECTED if protected else {})
        )

        chosen = prune.choose([hypervisor], NOW, grace * HOUR, NONE)

        self.assertEqual(
            past >= grace and not protected, chosen.due == ('hv1',)
        )
