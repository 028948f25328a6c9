"""Two models of one task and condition, compared on the seeds that both finished."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

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

Relation = Literal["better", "no worse", "level", "no better", "worse", "open"]


@dataclass(frozen=True)
class Duel:
    """How far `a` is ahead of `b`: the mean paired difference of test scores, positive where `a` is better."""

    a: ModelSummary
    b: ModelSummary
    interval: Interval | None  # None where fewer than min_seeds seeds are paired
    margin: float  # the smallest difference that matters
    seeds: int  # paired: both models finished them with finite scores
    samples: int  # of the test part; of repeated splits, on average
    dropped: int  # seeds that were tried for one of the two but could not be paired

    def reversed(self) -> Duel:
        """The same, seen from `b`."""
        turned = self.interval and replace(
            self.interval, mean=-self.interval.mean, low=-self.interval.high, high=-self.interval.low
        )
        return replace(self, a=self.b, b=self.a, interval=turned)

    @property
    def relation(self) -> Relation:
        """What is known of `a` beside `b`; 'open' where they could not be compared."""
        if self.interval is None:
            return "open"
        return relation(self.interval.mean, self.interval.low, self.interval.high, self.margin)


def relation(effect: float, low: float, high: float, margin: float) -> Relation:
    """What an effect with its interval says of a side: superiority, non-inferiority or equivalence.

    better, worse: the interval excludes 0, and the effect is at least the margin. level: the whole interval is within
    the margin. no worse, no better: the interval excludes that the side is behind, or ahead, by the margin. These are
    the three questions of a trial with a margin (Piaggio et al. 2012, JAMA 308(24), figure 1), asked of one interval.
    """
    if low > 0 and effect >= margin:
        return "better"
    if high < 0 and effect <= -margin:
        return "worse"
    if -margin <= low and high <= margin:
        return "level"
    if low > -margin:
        return "no worse"
    return "no better" if high < margin else "open"


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
    known: dict[tuple[str, str], Duel] = {}

    def compare(a: ModelSummary, b: ModelSummary) -> Duel:
        """One pair has one interval, from whichever side it is seen."""
        if a.model > b.model:
            return compare(b, a).reversed()
        if (a.model, b.model) not in known:
            known[a.model, b.model] = duel(a, b)
        return known[a.model, b.model]

    def duel(a: ModelSummary, b: ModelSummary) -> Duel:
        of_a, of_b = (dict(zip(*score_rows(trials[one.model], predictions), strict=True)) for one in (a, b))
        paired = sorted(of_a.keys() & of_b.keys())
        dropped = len({trial.seed for one in (a, b) for trial in trials[one.model]} - set(paired))
        samples = round(np.mean([len(of_a[seed]) for seed in paired])) if paired else 0
        found = Duel(a, b, None, task.equivalence, len(paired), samples, dropped)
        if len(paired) < statistics.min_seeds:
            return found
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
        return replace(found, interval=interval)

    return compare
