# SPDX-License-Identifier: Apache-2.0
"""Tests of the networks of real machines."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
from unittest import mock

from hvctl_lab.metal import forwarder
from hvctl_lab.metal import network
from hvctl_lab.tests import base

_MODULE = 'hvctl_lab.metal.network'
#: The kernel takes no longer names of interfaces.
_LONGEST = 15


class TestNetwork(base.LabTestCase):
    """How machines are wired."""

    def setUp(self) -> None:
        """Write down what ip is told."""
        super().setUp()
        self.calls: list[str] = []
        self.failing: str | None = None

        def run(command, **_):
            call = ' '.join(command[1:])
            self.calls.append(call)
            failed = self.failing is not None and self.failing in call
            return subprocess.CompletedProcess(command, failed, '', 'why')

        self.replace(f'{_MODULE}.subprocess.run', run)
        self.mock(f'{_MODULE}.namespaces.unshare', None)
        self.forwarding = self.mock(f'{_MODULE}.forwarder.start', None)
        self.is_made = self.mock(f'{_MODULE}._is_made', False)

    def test_switch(self):
        """The lab's own switch is made once, and removed once."""
        network.make_switch(self.lab)
        self.assertIn('netns add hvctl-lab-23000', self.calls)

        self.calls.clear()
        network.remove_switch(self.lab)
        self.is_made.return_value = True
        network.make_switch(self.lab)
        self.assertEqual([], self.calls)

        network.remove_switch(self.lab)
        self.assertEqual(['netns delete hvctl-lab-23000'], self.calls)

    def test_wires(self):
        """Both adapters end in the switch, by names that the kernel takes."""
        network.enter_own(self.lab, 'node-31')

        plugs = re.findall(r'peer name (\S+)', '\n'.join(self.calls))
        self.assertEqual(2, len(set(plugs)))
        for plug in plugs:
            self.assertLessEqual(len(plug), _LONGEST)
            self.assertIn(
                f'-n hvctl-lab-23000 link set {plug} master switch up',
                self.calls,
            )
        self.assertEqual(
            'link set eno1 address 52:54:00:be:ef:1f', self.calls[-1]
        )
        self.assertEqual(1, self.forwarding.call_count)

    def test_old_wire(self):
        """What is left of the last machine is removed, if there is any."""
        self.failing = 'link delete'

        network.enter_own(self.lab, 'node-0')

        self.assertIn('-n hvctl-lab-23000 link delete node-0-0', self.calls)

    def test_trouble(self):
        """What ip says is passed on."""
        self.failing = 'link add'

        with self.assertRaisesRegex(network.NetworkError, 'failed: why'):
            network.enter_own(self.lab, 'node-0')


class TestForwarder(base.LabTestCase):
    """Connections that are made anew."""

    def test_both_ways(self):
        """What each end says arrives at the other, and so does its end."""
        asyncio.run(self._both_ways())

    async def _both_ways(self):
        async def answer(reader, writer):
            writer.write(b'you said ' + await reader.read())
            writer.close()

        service = await asyncio.start_server(answer, '127.0.0.1', 0)
        port = service.sockets[0].getsockname()[1]
        # Outside and inside are one network here, so the ports differ.
        listener = socket.socket()
        listener.bind(('127.0.0.2', 0))
        listener.listen()
        inside = listener.getsockname()
        with mock.patch(
            'hvctl_lab.metal.forwarder._port', lambda listener: port
        ):
            task = asyncio.create_task(forwarder.forward([listener]))
            reader, writer = await asyncio.open_connection(*inside)
        writer.write(b'hello')
        writer.write_eof()

        self.assertEqual(b'you said hello', await reader.read())
        task.cancel()
        service.close()

    def test_no_service(self):
        """Where nothing listens, a connection ends at once."""
        asyncio.run(self._no_service())

    async def _no_service(self):
        listener = socket.socket()
        listener.bind(('127.0.0.2', 0))
        listener.listen()
        task = asyncio.create_task(forwarder.forward([listener]))
        reader, _ = await asyncio.open_connection(*listener.getsockname())

        self.assertEqual(b'', await reader.read())
        task.cancel()
