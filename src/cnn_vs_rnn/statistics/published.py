"""Our figures beside those that others have published for the same networks on the same data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import fmean, median_low, stdev
from typing import Literal

from scipy.stats import t as student

from cnn_vs_rnn.config import ExperimentConfig, PublishedConfig, Score, Strict
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER, TrialResult
from cnn_vs_rnn.statistics.words import IN_PERCENT, difference_text

Side = Literal["better", "worse", "level"]


def unit_of(kind: Score) -> float:
    """What a score is multiplied by to be shown: 100 where it is shown in per cent."""
    return 100.0 if kind in IN_PERCENT else 1.0


class AgainstPublished(Strict):
    """One published figure and ours. All numbers are in the unit in which the score is shown, such as per cent."""

    published: PublishedConfig
    kind: Score
    seeds: int  # of ours, with a finite test score
    mean: float | None  # None where no seed has one
    deviation: float | None  # standard deviation over seeds; None with fewer than two
    parameters: int | None  # of our network; None where no seed finished, or where it has none
    allowance: float | None  # the largest difference that luck explains; None where it is not known

    @property
    def difference(self) -> float | None:
        """Ours minus the published figure."""
        return None if self.mean is None else self.mean - self.published.score

    @property
    def side(self) -> Side | None:
        """Whether ours is the better figure; level where the difference, as it is shown, is 0."""
        if self.difference is None:
            return None
        if difference_text(self.difference / unit_of(self.kind), self.kind).split()[0] == "0":
            return "level"
        return "better" if (self.difference > 0) == HIGHER_IS_BETTER[self.kind] else "worse"

    @property
    def within(self) -> bool | None:
        """Whether ours lies within the published spread; None where that is not known."""
        if self.difference is None or self.allowance is None:
            return None
        return abs(self.difference) <= self.allowance + 1e-9


class GroupDifference(Strict):
    """The figures of one group that have the same kind of score, of those that we have a figure for."""

    group: str
    kind: Score
    figures: int
    mean: float  # of the differences, ours minus published, in the shown unit
    better: int  # figures of ours that are better
    worse: int
    within: int  # that lie within the published spread
    judged: int  # for which that is known


def against_published(experiment: ExperimentConfig, results: Iterable[TrialResult]) -> list[AgainstPublished]:
    """One record for every published figure of the experiment, in its order.

    Ours lies within the published spread where the difference of the two means is one that luck alone explains:
    at most t · s · sqrt(1/runs + 1/seeds), where s is the pooled standard deviation of theirs and ours, and t the
    two-sided quantile, at the experiment's confidence, of Student's distribution with runs + seeds - 2 degrees of
    freedom. That is Student's test of two means, which assumes that the same network varies as much here as there, and
    so holds with a single seed of ours too. It is not known where the source gives no spread or no number of runs.
    To lie within the spread does not prove that the two are equal: with few seeds that vary much, nearly anything does.
    """
    trials = list(results)
    tasks = {task.name: task for task in experiment.tasks.values()}
    found = []
    for one in experiment.published.values():
        kind = tasks[one.task].score
        unit = unit_of(kind)
        own = [
            trial
            for trial in trials
            if (trial.task, trial.model, trial.condition) == (one.task, one.model, one.condition)
            and math.isfinite(trial.test_score)
        ]
        scores = [unit * trial.test_score for trial in own]
        found.append(
            AgainstPublished(
                published=one,
                kind=kind,
                seeds=len(scores),
                mean=fmean(scores) if scores else None,
                deviation=stdev(scores) if len(scores) > 1 else None,
                parameters=median_low(trial.parameters for trial in own) or None if own else None,
                allowance=_allowance(one, scores, experiment.statistics.confidence),
            )
        )
    return found


def by_group(figures: Sequence[AgainstPublished]) -> list[GroupDifference]:
    """The mean difference of each group; scores of different kinds are not averaged, but stand apart."""
    compared = [one for one in figures if one.difference is not None and one.published.group]
    keys: dict[tuple[str, Score], None] = dict.fromkeys((one.published.group, one.kind) for one in compared)
    return [_group(*key, [one for one in compared if (one.published.group, one.kind) == key]) for key in keys]


def _group(group: str, kind: Score, figures: list[AgainstPublished]) -> GroupDifference:
    return GroupDifference(
        group=group,
        kind=kind,
        figures=len(figures),
        mean=fmean(one.difference for one in figures if one.difference is not None),
        better=sum(one.side == "better" for one in figures),
        worse=sum(one.side == "worse" for one in figures),
        within=sum(one.within is True for one in figures),
        judged=sum(one.within is not None for one in figures),
    )


def _allowance(published: PublishedConfig, scores: Sequence[float], confidence: float) -> float | None:
    runs, seeds = published.runs, len(scores)
    if published.spread is None or runs is None or not scores or runs + seeds < 3:
        return None
    freedom = runs + seeds - 2
    ours = stdev(scores) if seeds > 1 else 0.0
    pooled = math.sqrt(((runs - 1) * published.spread**2 + (seeds - 1) * ours**2) / freedom)
    return float(student.ppf((1 + confidence) / 2, freedom)) * pooled * math.sqrt(1 / runs + 1 / seeds)
