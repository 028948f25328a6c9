"""All seeds of a model in one record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from statistics import fmean, median_low

import numpy as np
from jaxtyping import Float

from cnn_vs_rnn.config import Family, Score, StatisticsConfig, Strict, TaskConfig
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER, Flag, Mark, TrialResult
from cnn_vs_rnn.learner.predict import Predictions
from cnn_vs_rnn.statistics.over_seeds import interval_over, stacked
from cnn_vs_rnn.statistics.words import IN_PERCENT, MARK_WORDS

# Of the score of one sample; chrF and BLEU are those of a part, and what a sample adds to them has no limit.
LIMITS: dict[Score, tuple[float, float]] = {
    score: (0.0, 1.0 if score in IN_PERCENT else np.inf) for score in HIGHER_IS_BETTER
}

ReadPredictions = Callable[[TrialResult], Predictions]


class ModelSummary(Strict):
    """A model on one task under one condition, over its seeds. Scores are in the unit of the task's score."""

    task: str
    condition: str
    model: str
    family: Family
    seeds: int  # finished and tested
    scored: int  # of these, with finite scores: what mean and interval are over
    valid: float | None  # mean validation score; None where no seed has a finite one
    mean: float | None  # mean test score
    low: float | None
    high: float | None
    parameters: int
    train_seconds: float  # mean over seeds
    flags: dict[Flag, int]  # in how many seeds
    retried: int = 0  # seeds that were trained a second time, after they had diverged

    @property
    def marks(self) -> dict[Mark, int]:
        """What a reader is told: the flags, and the seeds that were trained a second time."""
        return {**self.flags, **({"retried": self.retried} if self.retried else {})}

    def flag_text(self, mark: Mark) -> str:
        """A flag in words, and in how many seeds; none of 'unfinished', which is found on one seed for all of them."""
        return MARK_WORDS[mark] + ("" if mark == "unfinished" else f" in {self.marks[mark]} of {self.seeds} seeds")

    @property
    def badges(self) -> dict[str, str]:
        """The marks in a word each, with the same counts, and what they mean."""
        return {
            mark if mark == "unfinished" else f"{mark} {count}/{self.seeds}": self.flag_text(mark)
            for mark, count in self.marks.items()
        }

    @property
    def sound(self) -> bool:
        """Whether fewer than half of its seeds collapsed, and fewer than half diverged."""
        return not self.flagged("collapsed", "diverged")

    def flagged(self, *flags: Flag) -> list[Flag]:
        """Those of these flags that half or more of the seeds carry."""
        return [flag for flag in flags if 2 * self.flags.get(flag, 0) >= self.seeds]


def trials_by_model(results: Iterable[TrialResult], task: str, condition: str) -> dict[str, list[TrialResult]]:
    """The trials of one contest: model -> its trials by seed."""
    chosen = [result for result in results if (result.task, result.condition) == (task, condition)]
    models = dict.fromkeys(result.model for result in chosen)
    return {
        model: sorted((result for result in chosen if result.model == model), key=lambda result: result.seed)
        for model in models
    }


def score_rows(
    trials: Iterable[TrialResult], predictions: ReadPredictions
) -> tuple[list[int], list[Float[np.ndarray, "_"]]]:
    """Per-sample test scores of each of a model's trials, and its seed; those with infinite or NaN scores left out."""
    tested = [(trial.seed, np.asarray(predictions(trial).per_sample, dtype=np.float64)) for trial in trials]
    finite = [(seed, scores) for seed, scores in tested if np.isfinite(scores).all()]
    return [seed for seed, _ in finite], [scores for _, scores in finite]


def score_table(
    trials: Iterable[TrialResult], predictions: ReadPredictions
) -> tuple[list[int], Float[np.ndarray, "seed sample"]]:
    """The same of a task whose test part is one for all seeds.

    Raises UserError where two trials were tested on different numbers of samples.
    """
    trials = list(trials)
    seeds, rows = score_rows(trials, predictions)
    return seeds, stacked(rows, f"trials of {trials[0].model} on {trials[0].task}") if rows else np.empty((0, 0))


def summarise(
    task: TaskConfig,
    condition: str,
    results: Iterable[TrialResult],
    predictions: ReadPredictions,
    statistics: StatisticsConfig,
) -> list[ModelSummary]:
    """Every model of one contest, the best mean test score first; models without one come last."""
    summaries = [
        _summary(trials, predictions, task, task.score, statistics)
        for trials in trials_by_model(results, task.name, condition).values()
    ]
    return sorted(summaries, key=lambda summary: goodness(summary.mean, task.score), reverse=True)


def further_summaries(
    task: TaskConfig,
    condition: str,
    results: Sequence[TrialResult],
    predictions: ReadPredictions,
    statistics: StatisticsConfig,
) -> dict[Score, dict[str, ModelSummary]]:
    """Each further score of the task -> model -> its summary, in the unit of that score, without a validation score."""

    def of(score: Score) -> ReadPredictions:
        def read(trial: TrialResult) -> Predictions:
            answers = predictions(trial)
            return replace(answers, per_sample=answers.also[score])

        return read

    return {
        score: {
            model: _summary(trials, of(score), task, score, statistics).model_copy(update={"valid": None})
            for model, trials in trials_by_model(results, task.name, condition).items()
        }
        for score in task.also
    }


def goodness(score: float | None, kind: Score) -> float:
    """A sort key: larger is better, whatever the score; None is worst."""
    if score is None:
        return -np.inf
    return score if HIGHER_IS_BETTER[kind] else -score


def _summary(
    trials: list[TrialResult],
    predictions: ReadPredictions,
    task: TaskConfig,
    score: Score,
    statistics: StatisticsConfig,
) -> ModelSummary:
    first = trials[0]
    seeds, rows = score_rows(trials, predictions)
    interval = (
        interval_over(rows, task, statistics, LIMITS[score], f"trials of {first.model} on {first.task}")
        if seeds
        else None
    )
    valid = [trial.valid_score for trial in trials if np.isfinite(trial.valid_score)]
    return ModelSummary(
        task=first.task,
        condition=first.condition,
        model=first.model,
        family=first.family,
        seeds=len(trials),
        scored=len(seeds),
        valid=fmean(valid) if valid else None,
        mean=interval.mean if interval else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        parameters=median_low(trial.parameters for trial in trials),
        train_seconds=fmean(trial.train_seconds for trial in trials),
        flags=dict(Counter(flag for trial in trials for flag in trial.flags)),
        retried=sum(trial.retried for trial in trials),
    )


def read_predictions(trial: TrialResult) -> Predictions:
    """The predictions that evaluation kept."""
    return Predictions.read(trial.predictions)
