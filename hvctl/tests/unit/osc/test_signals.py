# SPDX-License-Identifier: Apache-2.0
"""Tests of what signals do to a run."""

from __future__ import annotations

import signal
import unittest

from hvctl.osc import signals


class TestFirstCtrlC(unittest.TestCase):
    """The first Ctrl-C of a run that can be wound down."""

    def handle(self, handler: signal._HANDLER) -> None:
        """Let Ctrl-C do something while the test lasts."""
        usual = signal.signal(signal.SIGINT, handler)
        self.addCleanup(signal.signal, signal.SIGINT, usual)

    def test_first_and_second(self) -> None:
        """The first acts, and the second does what it did before."""
        seen: list[str] = []
        self.handle(lambda *_: seen.append('usual'))

        with signals.on_first_ctrl_c(lambda: seen.append('first')):
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

        self.assertEqual(['first', 'usual'], seen)

    def test_ignored(self) -> None:
        """What the shell ignores for a job in the background stays so."""
        seen: list[str] = []
        self.handle(signal.SIG_IGN)

        with signals.on_first_ctrl_c(lambda: seen.append('first')):
            signal.raise_signal(signal.SIGINT)

        self.assertEqual([], seen)
        self.assertIs(signal.SIG_IGN, signal.getsignal(signal.SIGINT))
