"""The errors that tell two models apart: what one gets wrong and the other right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER
from cnn_vs_rnn.learner.predict import Predictions

MOST = 5


@dataclass(frozen=True)
class Answered:
    """What a model answered with one seed. numbers: of its test samples, the same for the same sample in every seed."""

    numbers: Int[np.ndarray, " sample"]
    predictions: Predictions

    @property
    def finite(self) -> bool:
        """Whether every score is."""
        return bool(np.isfinite(self.predictions.per_sample).all())


@dataclass(frozen=True)
class TellingError:
    """A test sample. wrong: in how many of its seeds the model is wrong; right: in how many the other is right.

    Where answers are not just right or wrong: in how many seeds the model is worse than the other on average, and in
    how many the other is better than the model on average. own, others: the mean score of the sample.
    """

    sample: int
    wrong: int
    right: int
    own: float
    others: float


@dataclass(frozen=True)
class Telling:
    """The most telling errors of a model, the worst first, and how many there are in all."""

    errors: tuple[TellingError, ...]
    count: int


def right_or_wrong(task: TaskConfig) -> bool:
    """Whether an answer of this task is right or wrong, and not better or worse."""
    return task.output == "one" and task.loss == "cross_entropy"


def telling_errors(
    task: TaskConfig, own: Sequence[Answered], other: Sequence[Answered], *, most: int = MOST, apart: int = 1
) -> Telling:
    """own, other: what two models answered, one a seed; seeds need not be tested on the same samples.

    With classes: samples that the model gets wrong in more than half of the seeds that tested it and the other right in
    more than half, by the share of wrong seeds of the one less that of the other. Else: samples on which the model's
    mean score is worse than the other's, by how much. Ties go to the sample that comes first. Seeds with a score that
    is not finite are left out. apart: of samples fewer positions than this from each other, such as forecasts whose
    steps overlap, only the worst is named; all are counted.
    """
    own, other = ([one for one in side if one.finite] for side in (own, other))
    if not own or not other:
        return Telling((), 0)
    size = 1 + max(int(one.numbers.max()) for one in (*own, *other))
    scores, others = (
        _table([(one.numbers, one.predictions.per_sample) for one in side], size) for side in (own, other)
    )
    both = np.flatnonzero(np.isfinite(scores).any(axis=0) & np.isfinite(others).any(axis=0))
    scores, others = scores[:, both], others[:, both]
    if right_or_wrong(task):
        wrong, other_wrong = (
            _table([(one.numbers, one.predictions.predicted != one.predictions.target) for one in side], size)[:, both]
            for side in (own, other)
        )
        right = 1 - other_wrong
        share, other_share = np.nanmean(wrong, axis=0), np.nanmean(right, axis=0)
        excess = (share + other_share - 1).round(9)  # equal shares are equal, whatever their sum
        telling = (share > 0.5) & (other_share > 0.5)
    else:
        badness, other_badness = _badness(task, scores), _badness(task, others)
        mean_badness, other_mean_badness = np.nanmean(badness, axis=0), np.nanmean(other_badness, axis=0)
        wrong, right = badness > other_mean_badness, other_badness < mean_badness  # not where it was not tested
        excess = mean_badness - other_mean_badness
        telling = excess > 0
    order = np.argsort(-excess, kind="stable")
    chosen = order[telling[order]]
    column = {int(both[at]): at for at in chosen.tolist()}
    return Telling(
        tuple(
            TellingError(
                sample=number,
                wrong=int(np.nansum(wrong[:, column[number]])),
                right=int(np.nansum(right[:, column[number]])),
                own=float(np.nanmean(scores[:, column[number]])),
                others=float(np.nanmean(others[:, column[number]])),
            )
            for number in _spread(both[chosen], apart)[:most]
        ),
        len(chosen),
    )


def _table(
    rows: Sequence[tuple[Int[np.ndarray, "_"], Shaped[np.ndarray, "_"]]], size: int
) -> Float[np.ndarray, "seed sample"]:
    """One row a seed, by the numbers of its samples; NaN where it was not tested."""
    table = np.full((len(rows), size), np.nan)
    for row, (numbers, values) in zip(table, rows, strict=True):
        row[numbers] = values
    return table


def _spread(samples: Int[np.ndarray, " chosen"], apart: int) -> list[int]:
    kept: list[int] = []
    for at in samples.tolist():
        if all(abs(at - other) >= apart for other in kept):
            kept.append(at)
    return kept


def _badness(task: TaskConfig, scores: Float[np.ndarray, "seed sample"]) -> Float[np.ndarray, "seed sample"]:
    return -scores if HIGHER_IS_BETTER[task.score] else scores
