# SPDX-License-Identifier: Apache-2.0
"""What signals do to a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import contextlib
import signal
import types


@contextlib.contextmanager
def ending_like_ctrl_c() -> Iterator[None]:
    """Let what ends a command in a script end it as a Ctrl-C does.

    Those that somebody ignores, as nohup does, stay ignored.
    """

    def stop(_number: int, _frame: types.FrameType | None) -> None:
        raise KeyboardInterrupt

    usual = {
        number: signal.signal(number, stop)
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is signal.SIG_DFL
    }
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def on_first_ctrl_c(act: Callable[[], None]) -> Iterator[None]:
    """Let the first Ctrl-C do something else; the second ends the run.

    Where it is ignored, as in a script's background, it stays so: no second
    one could end what the first has stopped.
    """
    usual = signal.getsignal(signal.SIGINT)
    if usual is signal.SIG_IGN:
        yield
        return

    def first(_number: int, _frame: types.FrameType | None) -> None:
        signal.signal(signal.SIGINT, usual)
        act()

    signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


def end_at_once() -> None:
    """Let another Ctrl-C end the process there and then.

    Where the interpreter is on its way out, it would print a traceback.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
