"""How far the searches are: a bar over all their trials, of which only those drawn so far are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console

from cnn_vs_rnn.costs.estimate import Estimate
from cnn_vs_rnn.executors.progress import TrainingProgress
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.tuning.tuner import TunedEntry, Tuner


class TuningProgress(TrainingProgress):
    """Counts a search as its number of trainings, each as long as its first is estimated to be.

    estimates: of the first training of every search, in the tuner's order.
    """

    def __init__(
        self, tuner: Tuner, estimates: Sequence[Estimate], workers: int, console: Console | None = None
    ) -> None:
        self._tuner, self._each = tuner, tuner.trials_each
        trainings = [self._each * len(entry.seeds) for entry in tuner.entries]
        searches = {
            Path(str(place)): whole_search(one, count)
            for place, (one, count) in enumerate(zip(estimates, trainings, strict=True))
        }
        super().__init__(searches, {}, reused=0, workers=workers, console=console, label="tuning  ")

    def counted(self) -> tuple[int, int]:
        return len(self._tuner.trials), self._each * len(self.estimates)

    def _look(self, running: Iterable[Path]) -> None:  # noqa: ARG002
        """At every search: they are few."""
        rounds: dict[TunedEntry, float] = defaultdict(float)  # as a share of a training
        for path, (entry, trial) in self._tuner.running.items():
            rounds[entry] += TrialFolder(path).rounds_trained() / trial.rounds
        for (search, estimate), entry in zip(self.estimates.items(), self._tuner.entries, strict=True):
            share = min(estimate.at_most * rounds[entry], 0.95 * estimate.expected)
            done = estimate.expected * entry.folds_done + share
            self._done[search] = done / (self._each * len(entry.seeds))


def whole_search(first: Estimate, trainings: int) -> Estimate:
    """Of all trainings of a search."""
    return Estimate(first.expected * trainings, first.at_most * trainings)
