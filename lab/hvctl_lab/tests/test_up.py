# SPDX-License-Identifier: Apache-2.0
"""Tests of the order in which a lab starts."""

from __future__ import annotations

from collections.abc import Iterable
from unittest import mock

from hvctl_lab import paths
from hvctl_lab import up
from hvctl_lab.services import keystone
from hvctl_lab.services import mariadb
from hvctl_lab.services import nova
from hvctl_lab.services import placement
from hvctl_lab.services import rabbitmq
from hvctl_lab.tests import base

#: All that is neither an order nor a decision of this module.
_OTHERS = (
    'bytecode',
    'connection',
    'credentials',
    'databases',
    'disk',
    'identity',
    'image',
    'leftovers',
    'nodes',
    'requirements',
    'resources',
)


class TestUp(base.LabTestCase):
    """What starts after what."""

    def setUp(self) -> None:
        """Write down what is started, and what is seen to answer."""
        super().setUp()
        for name in _OTHERS:
            self.replace(f'hvctl_lab.up.{name}', mock.MagicMock())
        #: By program, those that answered when it was started.
        self.before: dict[str, set[str]] = {}
        self.answered: set[str] = set()
        self.mock('hvctl_lab.configuration.write')
        self.mock('hvctl_lab.supervision.is_up', False)
        self.mock('hvctl_lab.supervision.launch')
        self.replace('hvctl_lab.supervision.start', self.start)
        self.replace('hvctl_lab.readiness.wait', self.wait)

    def start(self, lab: paths.Lab, names: Iterable[str]) -> None:
        """Start programs, which do not answer yet."""
        for name in names:
            self.before.setdefault(name, set(self.answered))

    def wait(self, lab: paths.Lab, names: Iterable[str]) -> None:
        """Wait for programs, which must have been started."""
        for name in names:
            self.assertIn(name, self.before)
            self.answered.add(name)

    def test_order(self):
        """Each finds what it asks when it starts, or it would end."""
        up.up(self.lab, None, lambda _: None)

        for name, needed in {
            keystone.PROGRAM: {mariadb.PROGRAM},
            placement.PROGRAM: {mariadb.PROGRAM},
            nova.CONDUCTOR: {
                keystone.PROGRAM,
                placement.PROGRAM,
                rabbitmq.PROGRAM,
            },
            nova.SCHEDULER: {keystone.PROGRAM, placement.PROGRAM},
            nova.COMPUTE: {nova.CONDUCTOR, placement.PROGRAM},
        }.items():
            with self.subTest(program=name):
                self.assertLessEqual(needed, self.before[name])
