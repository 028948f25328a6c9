"""What runs trials: each executor is one of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from cnn_vs_rnn.trials.trial import Trial

OnDone = Callable[[Path, str | None], Iterable[Path] | None]
OnTick = Callable[[list[Path]], None]


class Executor(Protocol):
    """Trains trials that lie in folders, each with its config. It never changes a result."""

    def at_once(self, trials: int) -> int:
        """How many of so many trials are trained at a time, at least 1; in a queue, as soon as there is room."""
        ...

    def check(self, trials: Sequence[Trial]) -> None:
        """UserError where these cannot be trained here."""

    def dispatch(self, folders: Iterable[Path]) -> None:
        """All that `run` will be called for, in this order, so that a queue elsewhere can begin with them."""

    def run(self, folders: Iterable[Path], on_done: OnDone, on_tick: OnTick) -> None:
        """Train every trial, in this order; returns when all have ended.

        Args:
            folders: trial folders, each with its config.
            on_done: called with a folder and its failure (None, or the reason in one line) as each trial ends; gives
                the trials that can run now, if any.
            on_tick: called every now and then with the folders in training.
        """

    def close(self) -> None:
        """End what belongs to this process."""
