"""Whether the machine is quiet enough for a timing: how much of a core other processes use."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import psutil

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.probes.run import RefusedError

QUIET_SHARE = 0.1  # of one core; a second job on the machine slows a step with two threads up to a hundredfold
WATCH_SECONDS = 0.5

_Result = TypeVar("_Result")
Reading = Callable[[], float]  # seconds of processor time that others have used so far


class LoadedError(UserError, RefusedError):
    """Other processes kept the machine busy, so nothing was timed."""


def seconds_of_others(processes: Iterable[psutil.Process] | None = None) -> float:
    """Processor seconds used so far by all processes that can be read, except this one and its descendants.

    The time of children that have ended is their parent's: a job of many short commands counts too.
    """
    this = psutil.Process()
    own = {this.pid, *(child.pid for child in this.children(recursive=True))}
    total = 0.0
    for process in psutil.process_iter() if processes is None else processes:
        try:
            if process.pid not in own:
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        except (psutil.NoSuchProcess, psutil.AccessDenied):  # it has just ended, or is another user's
            continue
    return total


class Watch:
    """The share of a core that others have used since this object was made."""

    def __init__(self, read: Reading = seconds_of_others) -> None:
        self._read = read
        self._before = read()
        self._began = time.perf_counter()

    def share(self) -> float:
        """Cores: 1 is one core kept busy. A process that vanishes takes its time along, so never below 0."""
        return max(0.0, self._read() - self._before) / (time.perf_counter() - self._began)


def wait_until_quiet(
    limit_seconds: float, quiet_share: float = QUIET_SHARE, read: Reading = seconds_of_others
) -> float:
    """Wait until others use less than `quiet_share` of a core; the share that they then use.

    Raises LoadedError where that takes longer than `limit_seconds`.
    """
    began = time.perf_counter()
    while True:
        watch = Watch(read)
        time.sleep(WATCH_SECONDS)
        share = watch.share()
        if share <= quiet_share:
            return share
        _give_up_after(limit_seconds, began, f"other processes use {share:.2f} of a core", quiet_share)


def quietly(
    action: Callable[[], _Result],
    limit_seconds: float,
    quiet_share: float = QUIET_SHARE,
    read: Reading = seconds_of_others,
) -> _Result:
    """The result of `action()`, begun and ended on a quiet machine; done again where others worked meanwhile.

    Raises LoadedError after `limit_seconds` without success.
    """
    began = time.perf_counter()
    while True:
        wait_until_quiet(limit_seconds - (time.perf_counter() - began), quiet_share, read)
        watch = Watch(read)
        result = action()
        share = watch.share()
        if share <= quiet_share:
            return result
        _give_up_after(limit_seconds, began, f"other processes used {share:.2f} of a core during a timing", quiet_share)


def _give_up_after(limit_seconds: float, began: float, seen: str, quiet_share: float) -> None:
    if time.perf_counter() - began >= limit_seconds:
        raise LoadedError(
            f"{seen}, more than {quiet_share:g}, so a timing is refused: run it again when the machine is idle"
        )
