# SPDX-License-Identifier: Apache-2.0
"""Tests of the order in which a lab stops."""

from __future__ import annotations

from unittest import mock

from hvctl_lab import configuration
from hvctl_lab import down
from hvctl_lab import supervision
from hvctl_lab.services import ironic
from hvctl_lab.services import mariadb
from hvctl_lab.tests import base


class TestDown(base.LabTestCase):
    """What stops before what."""

    def test_order(self):
        """Ironic is gone when a machine stops, or it would start it again."""
        machine = supervision.Process(
            name='node-0',
            group=configuration.NODE_GROUP,
            state='RUNNING',
            pid=1,
            log='',
            reason='',
        )
        stopped: list[str] = []
        with (
            mock.patch.multiple(
                'hvctl_lab.supervision',
                is_up=lambda _: True,
                processes=lambda _: {'node-0': machine},
                stop=lambda _, names: stopped.extend(names),
                shut_down=lambda _: stopped.append('supervisord'),
            ),
            mock.patch(
                'hvctl_lab.metal.power.switch_off',
                lambda _, name: stopped.append(name),
            ),
            mock.patch('hvctl_lab.leftovers.end', autospec=True),
            mock.patch(
                'hvctl_lab.metal.network.remove_switch',
                lambda _: stopped.append('switch'),
            ),
        ):
            down.down(self.lab, lambda _: None)

        wanted = [
            ironic.PROGRAM,
            'node-0',
            mariadb.PROGRAM,
            'supervisord',
            'switch',
        ]
        self.assertEqual(wanted, [name for name in stopped if name in wanted])
