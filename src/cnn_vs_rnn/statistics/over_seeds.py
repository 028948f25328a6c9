"""The interval of a mean over seeds, by how the seeds were tested: all on the same samples, or each on its own.

Seeds and samples that are crossed: `bootstrap.mean_interval`. Splits that are repeated overlap, so that their means are
no independent draws and the usual variance of their mean is too small: it is multiplied as Nadeau and Bengio do (2003,
Machine Learning 52(3), section 3), from s^2/n to s^2 (1/n + tested/trained), and Student's t with n-1 degrees of
freedom is kept (the corrected resampled t-test).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from cnn_vs_rnn.config import StatisticsConfig, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.statistics.bootstrap import SEED, Interval, mean_interval
from cnn_vs_rnn.statistics.threshold import student_interval
from cnn_vs_rnn.tasks.repeated_splits import BLOCK


def interval_over(
    rows: Sequence[Float[np.ndarray, "_"]],
    task: TaskConfig,
    statistics: StatisticsConfig,
    limits: tuple[float, float],
    whose: str,
) -> Interval:
    """The mean of the scores of samples, one row a seed, or of their paired differences.

    limits: the range that one of them can have. whose: names the rows in an error.
    Raises UserError where seeds that should have been tested on the same samples have different numbers of them.
    """
    if not task.repeated:
        table = stacked(rows, whose)
        return mean_interval(table, statistics.confidence, statistics.resamples, SEED, limits=limits)
    tested = BLOCK if task.test_fraction is None else task.test_fraction
    return resampled_interval(rows, tested / (1 - tested), statistics, limits)


def resampled_interval(
    rows: Sequence[Float[np.ndarray, "_"]], ratio: float, statistics: StatisticsConfig, limits: tuple[float, float]
) -> Interval:
    """The corrected interval of the mean over repeated splits, each split counting the same.

    ratio: samples tested over samples trained on. The overlap's part of the width is named by_samples: more seeds do
    not make it smaller. It is at least that of a bootstrap over all tested samples, so that splits without a mistake
    do not prove that there will be none. With a single split the interval is that of its samples.
    """
    tested = np.concatenate(list(rows))[np.newaxis]
    pooled = mean_interval(tested, statistics.confidence, statistics.resamples, SEED, limits=limits)
    if len(rows) == 1:
        return pooled
    across = student_interval(np.array([row.mean() for row in rows]), statistics.confidence)
    by_samples = max(across.by_seeds * math.sqrt(ratio * len(rows)), pooled.by_samples)
    half = math.hypot(across.by_seeds, by_samples)
    low, high = np.clip([across.mean - half, across.mean + half], *limits)
    return Interval(across.mean, float(low), float(high), across.by_seeds, by_samples)


def stacked(rows: Sequence[Float[np.ndarray, "_"]], whose: str) -> Float[np.ndarray, "seed sample"]:
    """Rows of equal length as a table. Raises UserError where they are not; whose: names them."""
    if len(samples := {len(row) for row in rows}) > 1:
        raise UserError(
            f"{whose} were tested on {sorted(samples)} samples; "
            "remove their folders and run again, so that all see the same test part"
        )
    return np.stack(list(rows))
