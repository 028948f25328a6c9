"""The errors that tell two models apart: what one gets wrong and the other right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER
from cnn_vs_rnn.learner.predict import Predictions

MOST = 5


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
    seeds: tuple[int, int]  # of the model, and of the other


def right_or_wrong(task: TaskConfig) -> bool:
    """Whether an answer of this task is right or wrong, and not better or worse."""
    return task.output == "one" and task.loss == "cross_entropy"


def telling_errors(
    task: TaskConfig, own: Sequence[Predictions], other: Sequence[Predictions], *, most: int = MOST, apart: int = 1
) -> Telling:
    """own, other: the predictions of two models, one a seed, on the same test part.

    With classes: samples that the model gets wrong in more than half of its seeds and the other right in more than half
    of its own, by the share of wrong seeds of the one less that of the other. Else: samples on which the model's mean
    score is worse than the other's, by how much. Ties go to the sample that comes first. Seeds with a score that is not
    finite are left out. apart: of samples fewer positions than this from each other, such as forecasts whose steps
    overlap, only the worst is named; all are counted.
    """
    own, other = ([one for one in side if np.isfinite(one.per_sample).all()] for side in (own, other))
    if not own or not other:
        return Telling((), 0, (len(own), len(other)))
    scores, others = (np.stack([one.per_sample for one in side]).astype(np.float64) for side in (own, other))
    mean, other_mean = scores.mean(axis=0), others.mean(axis=0)
    if right_or_wrong(task):
        wrong, other_wrong = (np.stack([one.predicted != one.target for one in side]) for side in (own, other))
        right = ~other_wrong
        excess = (wrong.mean(axis=0) - other_wrong.mean(axis=0)).round(9)  # equal shares are equal, whatever their sum
        telling = (wrong.mean(axis=0) > 0.5) & (right.mean(axis=0) > 0.5)
    else:
        badness, other_badness = _badness(task, scores), _badness(task, others)
        wrong, right = badness > other_badness.mean(axis=0), other_badness < badness.mean(axis=0)
        excess = badness.mean(axis=0) - other_badness.mean(axis=0)
        telling = excess > 0
    order = np.argsort(-excess, kind="stable")
    chosen = order[telling[order]]
    return Telling(
        tuple(
            TellingError(
                int(at), int(wrong[:, at].sum()), int(right[:, at].sum()), float(mean[at]), float(other_mean[at])
            )
            for at in _spread(chosen, apart)[:most]
        ),
        len(chosen),
        (len(own), len(other)),
    )


def _spread(samples: Int[np.ndarray, " chosen"], apart: int) -> list[int]:
    kept: list[int] = []
    for at in samples.tolist():
        if all(abs(at - other) >= apart for other in kept):
            kept.append(at)
    return kept


def _badness(task: TaskConfig, scores: Float[np.ndarray, "seed sample"]) -> Float[np.ndarray, "seed sample"]:
    return -scores if HIGHER_IS_BETTER[task.score] else scores
