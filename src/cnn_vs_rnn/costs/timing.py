"""Seconds, measured side by side."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch


def interleaved_seconds(actions: Sequence[Callable[[], object]], rounds: int, warm_up: int = 3) -> list[list[float]]:
    """Seconds that each action took in each of `rounds` rounds, in which each runs once.

    Taking turns makes the ratios between actions hold while the machine's speed drifts.
    """
    for action in actions:
        for _ in range(warm_up):
            action()
    seconds: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds):
        for action, times in zip(actions, seconds, strict=True):
            began = time.perf_counter()
            action()
            times.append(time.perf_counter() - began)
    return seconds


def interleaved_medians(actions: Sequence[Callable[[], object]], rounds: int, warm_up: int = 3) -> list[float]:
    """Median seconds of each action, of `interleaved_seconds`."""
    return [statistics.median(times) for times in interleaved_seconds(actions, rounds, warm_up)]


@contextmanager
def single_thread() -> Iterator[None]:
    """One torch thread inside the block."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
