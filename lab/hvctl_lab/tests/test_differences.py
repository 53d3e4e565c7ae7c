# SPDX-License-Identifier: Apache-2.0
"""Tests of what older releases have in another way.

Only the newest are installed here, so the others are stand-ins.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import importlib.machinery
import sys
import types
import typing
from unittest import mock

from nova import exception

from hvctl_lab import configuration
from hvctl_lab import differences
from hvctl_lab import releases
from hvctl_lab.tests import base

_CONFIG_DRIVES = 'ironic.conductor.configdrive_utils'
_EVENTS = [('network-vif-plugged', 'port')]


class _Timeout(BaseException):
    """As eventlet's, which is no Exception."""


class TestApplication(base.LabTestCase):
    """The services' WSGI applications."""

    def _have(self, **modules: object) -> None:
        """Have modules, by their names with __ in place of dots."""
        named = {
            name.replace('__', '.'): module for name, module in modules.items()
        }
        self.enterContext(mock.patch.dict(sys.modules, named))

    def test_newest(self) -> None:
        """They are in modules of their own."""
        self._have(nova__wsgi__metadata=types.SimpleNamespace(application=1))

        self.assertEqual(1, differences.application('nova.wsgi.metadata'))

    def test_older(self) -> None:
        """Or a function makes them, be something else in that place or not."""
        made = types.SimpleNamespace(init_application=lambda: 2)
        file = types.ModuleType('nova.wsgi')
        file.__spec__ = importlib.machinery.ModuleSpec('nova.wsgi', None)
        for there in (file, None):
            self._have(nova__wsgi=there, nova__api__metadata__wsgi=made)

            self.assertEqual(2, differences.application('nova.wsgi.metadata'))

    def test_glance(self) -> None:
        """Glance finds its other file where its options say."""
        files = ['glance-api-paste.ini', 'glance-api.conf']
        wsgi_app = types.SimpleNamespace(
            CONFIG_FILES=files, init_app=lambda: list(files)
        )
        self._have(glance__wsgi=None, glance__common__wsgi_app=wsgi_app)

        self.assertEqual(
            ['glance-api.conf'], differences.application('glance.wsgi.api')
        )

    def test_every_service(self) -> None:
        """Whatever is served can be made in either way."""
        served = {
            word.partition('=')[0]
            for program in configuration.services(self.lab)
            if 'hvctl_lab.wsgi' in program.command
            for word in program.command
            if '=' in word
        }

        self.assertEqual(served, set(differences._MAKERS))


class TestLendsNodes(base.LabTestCase):
    """Who sees the nodes that servers are on."""

    def test_newest(self) -> None:
        """Nova tells Ironic whose server it is."""
        self.assertTrue(differences.lends_nodes(releases.path(self.lab)))

    def test_older(self) -> None:
        """Or Ironic would not know what to do with it."""
        self.assertFalse(differences.lends_nodes([str(self.directory)]))


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
