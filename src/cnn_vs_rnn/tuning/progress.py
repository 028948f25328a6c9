"""How far the searches are: a bar over all their trials, of which only those drawn so far are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console

from cnn_vs_rnn.costs.estimate import Estimate
from cnn_vs_rnn.executors.progress import TrainingProgress
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.tuning.tuner import TunedEntry, Tuner


class TuningProgress(TrainingProgress):
    """Counts a search as its number of trials, each as long as its first is estimated to be.

    estimates: of the first trial of every search, in the tuner's order.
    """

    def __init__(
        self, tuner: Tuner, estimates: Sequence[Estimate], workers: int, console: Console | None = None
    ) -> None:
        self._tuner, self._each = tuner, tuner.trials_each
        searches = {Path(str(place)): whole_search(one, self._each) for place, one in enumerate(estimates)}
        super().__init__(searches, {}, reused=0, workers=workers, console=console, label="tuning  ")

    def counted(self) -> tuple[int, int]:
        return len(self._tuner.trials), self._each * len(self.estimates)

    def _look(self, running: Iterable[Path]) -> None:  # noqa: ARG002
        """At every search: they are few."""
        epochs: Counter[TunedEntry] = Counter()
        for path, (entry, _) in self._tuner.running.items():
            epochs[entry] += TrialFolder(path).epochs_trained()
        for (search, estimate), entry in zip(self.estimates.items(), self._tuner.entries, strict=True):
            share = min(estimate.at_most * epochs[entry] / entry.setting.trainer.max_epochs, 0.95 * estimate.expected)
            self._done[search] = (estimate.expected * len(entry.trials) + share) / self._each


def whole_search(first: Estimate, trials: int) -> Estimate:
    """Of all trials of a search."""
    return Estimate(first.expected * trials, first.at_most * trials)
