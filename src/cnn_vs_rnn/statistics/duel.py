"""Two models of one task and condition, compared on the seeds that both finished."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from cnn_vs_rnn.config import StatisticsConfig, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER, TrialResult
from cnn_vs_rnn.statistics.bootstrap import Interval
from cnn_vs_rnn.statistics.over_seeds import interval_over
from cnn_vs_rnn.statistics.summary import (
    LIMITS,
    ModelSummary,
    ReadPredictions,
    score_rows,
    trials_by_model,
)


@dataclass(frozen=True)
class Duel:
    """How far `a` is ahead of `b`: the mean paired difference of test scores, positive where `a` is better."""

    a: ModelSummary
    b: ModelSummary
    interval: Interval | None  # None where fewer than min_seeds seeds are paired
    seeds: int  # paired: both models finished them with finite scores
    samples: int  # of the test part; of repeated splits, on average
    dropped: int  # seeds that were tried for one of the two but could not be paired

    def reversed(self) -> Duel:
        """The same, seen from `b`."""
        turned = self.interval and replace(
            self.interval, mean=-self.interval.mean, low=-self.interval.high, high=-self.interval.low
        )
        return replace(self, a=self.b, b=self.a, interval=turned)


def duels(
    task: TaskConfig,
    condition: str,
    results: Iterable[TrialResult],
    predictions: ReadPredictions,
    statistics: StatisticsConfig,
) -> Callable[[ModelSummary, ModelSummary], Duel]:
    """What compares two models of one contest.

    It raises UserError where the two were tested on different numbers of samples.
    """
    trials = trials_by_model(results, task.name, condition)

    def duel(a: ModelSummary, b: ModelSummary) -> Duel:
        of_a, of_b = (dict(zip(*score_rows(trials[one.model], predictions), strict=True)) for one in (a, b))
        paired = sorted(of_a.keys() & of_b.keys())
        dropped = len({trial.seed for one in (a, b) for trial in trials[one.model]} - set(paired))
        samples = round(np.mean([len(of_a[seed]) for seed in paired])) if paired else 0
        if len(paired) < statistics.min_seeds:
            return Duel(a, b, None, len(paired), samples, dropped)
        for seed in paired:
            if len(of_a[seed]) != len(of_b[seed]):
                raise UserError(
                    f"{a.model} and {b.model} were tested on {len(of_a[seed])} and {len(of_b[seed])} samples of "
                    f"{task.name}; remove their folders and run again, so that both see the same test part"
                )
        sign = 1 if HIGHER_IS_BETTER[task.score] else -1
        lowest, highest = LIMITS[task.score]
        interval = interval_over(
            [sign * (of_a[seed] - of_b[seed]) for seed in paired],
            task,
            statistics,
            (lowest - highest, highest - lowest),
            f"{a.model} and {b.model} on {task.name}",
        )
        return Duel(a, b, interval, len(paired), samples, dropped)

    return duel
