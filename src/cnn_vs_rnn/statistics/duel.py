"""Two models of one task and condition, compared on the seeds that both finished."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from cnn_vs_rnn.config import StatisticsConfig, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER, TrialResult
from cnn_vs_rnn.statistics.bootstrap import Interval, difference_interval
from cnn_vs_rnn.statistics.summary import (
    BOOTSTRAP_SEED,
    LIMITS,
    ModelSummary,
    ReadPredictions,
    score_table,
    trials_by_model,
)


@dataclass(frozen=True)
class Duel:
    """How far `a` is ahead of `b`: the mean paired difference of test scores, positive where `a` is better."""

    a: ModelSummary
    b: ModelSummary
    interval: Interval | None  # None where fewer than min_seeds seeds are paired
    seeds: int  # paired: both models finished them with finite scores
    samples: int  # of the test part
    dropped: int  # seeds that were tried for one of the two but could not be paired

    def reversed(self) -> Duel:
        """The same, seen from `b`."""
        turned = self.interval and replace(
            self.interval, mean=-self.interval.mean, low=-self.interval.high, high=-self.interval.low
        )
        return replace(self, a=self.b, b=self.a, interval=turned)


Compare = Callable[[ModelSummary, ModelSummary], Duel]


def duels(
    task: TaskConfig,
    condition: str,
    results: Iterable[TrialResult],
    predictions: ReadPredictions,
    statistics: StatisticsConfig,
) -> Compare:
    """What compares two models of one contest.

    It raises UserError where the two were tested on different numbers of samples.
    """
    trials = trials_by_model(results, task.name, condition)

    def duel(a: ModelSummary, b: ModelSummary) -> Duel:
        (a_seeds, a_scores), (b_seeds, b_scores) = (score_table(trials[one.model], predictions) for one in (a, b))
        paired = sorted(set(a_seeds) & set(b_seeds))
        dropped = len({trial.seed for one in (a, b) for trial in trials[one.model]} - set(paired))
        samples = a_scores.shape[1]
        if len(paired) < statistics.min_seeds:
            return Duel(a, b, None, len(paired), samples, dropped)
        if samples != b_scores.shape[1]:
            raise UserError(
                f"{a.model} and {b.model} were tested on {samples} and {b_scores.shape[1]} samples of {task.name}; "
                "remove their folders and run again, so that both see the same test part"
            )
        ahead, behind = a_scores[np.isin(a_seeds, paired)], b_scores[np.isin(b_seeds, paired)]
        if not HIGHER_IS_BETTER[task.score]:
            ahead, behind = behind, ahead
        interval = difference_interval(
            ahead, behind, statistics.confidence, statistics.resamples, BOOTSTRAP_SEED, limits=LIMITS[task.score]
        )
        return Duel(a, b, interval, len(paired), samples, dropped)

    return duel
