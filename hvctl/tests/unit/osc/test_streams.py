# SPDX-License-Identifier: Apache-2.0
"""Tests of streams that nobody reads any more."""

from __future__ import annotations

import io
import os
import sys
import types
import typing
import unittest
from unittest import mock

from hvctl.osc import streams


class TestLasting(unittest.TestCase):
    """A stream that lasts."""

    def test_open(self) -> None:
        """What is read is written."""
        stream = io.StringIO()
        lasting = streams.Lasting(stream)

        self.assertEqual(4, lasting.write('text'))
        lasting.flush()

        self.assertEqual('text', stream.getvalue())
        self.assertFalse(lasting.isatty())

    def test_gone(self) -> None:
        """One that is none, or closed, takes everything."""
        closed = io.StringIO()
        closed.close()
        for stream in (None, closed):
            lasting = streams.Lasting(stream)

            self.assertEqual(4, lasting.write('text'))
            lasting.flush()

            self.assertFalse(lasting.isatty())
            with self.assertRaises(io.UnsupportedOperation):
                lasting.fileno()

    def test_broken(self) -> None:
        """When the reader of a pipe has gone the rest goes nowhere."""
        reads, writes = os.pipe()
        with os.fdopen(writes, 'w') as pipe:
            lasting = streams.Lasting(pipe)
            os.close(reads)

            lasting.write('text')
            lasting.flush()
            lasting.write('more')
            lasting.flush()

            # It is flushed once more when the interpreter ends.
            pipe.flush()


class TestClient(unittest.TestCase):
    """The streams of a client."""

    def test_as_long_as_a_block(self) -> None:
        """They are its own again after that."""
        output = io.StringIO()
        client: typing.Any = types.SimpleNamespace(stdout=output, stderr=None)

        with streams.lasting(client):
            client.stdout.write('result')
            client.stderr.write('progress')

        self.assertEqual('result', output.getvalue())
        self.assertIs(output, client.stdout)
        self.assertIsNone(client.stderr)

    def test_of_the_interpreter(self) -> None:
        """The formatters of tables ask that of the interpreter."""
        client: typing.Any = types.SimpleNamespace(stdout=None, stderr=None)

        with mock.patch('sys.stdout', None):
            with streams.lasting(client):
                self.assertFalse(sys.stdout.isatty())

            self.assertIsNone(sys.stdout)
