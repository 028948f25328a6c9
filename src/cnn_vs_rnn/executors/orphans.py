"""Processes that live no longer than the one that started them, and that leave the deciding to it."""

from __future__ import annotations

import ctypes
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# What a terminal (Ctrl-C) or a scheduler sends to every process at once: the parent decides what comes of it.
PARENTS = {signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2}
_PR_SET_PDEATHSIG = 1


def leave_to_parent() -> set[signal.Signals]:
    """Let none of these signals reach this thread and those that it starts; gives what was blocked before.

    Blocked, and not ignored: Lightning installs a handler of its own for SIGTERM.
    """
    return {signal.Signals(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, PARENTS)}


@contextmanager
def starting_children() -> Iterator[None]:
    """Children started in this block have these signals blocked from their first instruction."""
    before = leave_to_parent()
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends, whatever this process is busy with.

    On Linux alone. A parent that is gone before this call sends nothing: the end of a pipe from it tells that.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
