# SPDX-License-Identifier: Apache-2.0
"""Tests of what older releases have in another way.

Only the newest are installed here, so the others are stand-ins.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import sys
import types
import typing
from unittest import mock

from nova import exception

from hvctl_lab import differences
from hvctl_lab.tests import base

_CONFIG_DRIVES = 'ironic.conductor.configdrive_utils'
_EVENTS = [('network-vif-plugged', 'port')]


class _Timeout(BaseException):
    """As eventlet's, which is no Exception."""


class TestNeutronEvents(base.LabTestCase):
    """Waiting for Neutron."""

    def _wait(
        self, error: type[BaseException] | None, seconds: int
    ) -> dict[str, typing.Any]:
        """Wait as the virt driver does.

        :returns: what Nova was asked
        """
        asked: dict[str, typing.Any] = {}

        @contextlib.contextmanager
        def wait_for_instance_event(
            instance: object, events: object, **others: object
        ) -> Iterator[None]:
            asked.update(others, events=events)
            yield
            if error:
                raise error

        with differences.neutron_events(
            mock.Mock(wait_for_instance_event=wait_for_instance_event),
            'guest',
            _EVENTS,
            seconds,
            self.fail,
        ):
            asked['done'] = True
        return asked

    def _older(self) -> None:
        """Be in a Nova that waits with eventlet."""
        self.replace('nova.exception', types.SimpleNamespace())
        eventlet = types.ModuleType('eventlet')
        eventlet.timeout = types.SimpleNamespace(  # type: ignore
            Timeout=_Timeout
        )
        self.enterContext(mock.patch.dict(sys.modules, {'eventlet': eventlet}))

    def test_newest(self) -> None:
        """Nova is told by the name that it has now."""
        self.assertEqual(
            {
                'events': _EVENTS,
                'timeout': 7,
                'error_callback': self.fail,
                'done': True,
            },
            self._wait(None, 7),
        )
        self.assertRaises(
            TimeoutError, self._wait, exception.InstanceEventTimeout, 7
        )

    def test_older(self) -> None:
        """An older one has a deadline, of eventlet."""
        self._older()

        asked = self._wait(None, 7)

        self.assertEqual(7, asked['deadline'])
        self.assertNotIn('timeout', asked)
        self.assertRaises(TimeoutError, self._wait, _Timeout, 7)

    def test_other_errors(self) -> None:
        """What is no timeout is none."""
        for prepare in (lambda: None, self._older):
            prepare()
            self.assertRaises(KeyError, self._wait, KeyError, 7)


class TestBuildConfigDrive(base.LabTestCase):
    """Ironic's config drives."""

    def test_newest(self) -> None:
        """It is built where Ironic has it now."""
        build = self.mock(f'{_CONFIG_DRIVES}.build_configdrive', 'drive')

        self.assertEqual('drive', differences.build_config_drive('node', {}))
        build.assert_called_once_with('node', {})

    def test_older(self) -> None:
        """Or where an older one has it."""
        older = types.SimpleNamespace(
            build_configdrive=lambda node, parts: f'drive of {node}'
        )
        self.enterContext(
            mock.patch.dict(
                sys.modules,
                {_CONFIG_DRIVES: None, 'ironic.conductor.utils': older},
            )
        )

        self.assertEqual(
            'drive of node', differences.build_config_drive('node', {})
        )
