"""What a search of n trials would be expected to find: would more tuning turn the result?

Dodge et al. 2019 (arXiv 1909.03004), section 3: the expected maximum of n scores drawn from those that were seen,
E = sum over scores v of v (P(best <= v) - P(best < v)), with P(best <= v) = F(v)^n. Of a family, whose best model
counts, F^n is the product over its models, each with n trials. The formula is for trials drawn at random; a sampler
that learns finds good ones sooner, so the curve is what blind search would have needed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

_RESAMPLES = 500


def expected_best(scores: Sequence[Float[np.ndarray, "_"]], most: int) -> Float[np.ndarray, " most"]:
    """The expected best score after 1, 2, ... `most` trials of each model; more is better.

    scores: of every model's trials.

    >>> expected_best([np.array([0.0, 1.0])], 3).round(3).tolist()
    [0.5, 0.75, 0.875]
    """
    values = np.unique(np.concatenate(list(scores)))
    cumulative = np.stack([np.searchsorted(np.sort(own), values, side="right") / len(own) for own in scores])
    number = np.arange(1, most + 1)[:, np.newaxis]
    below = np.prod(cumulative[:, np.newaxis, :] ** number, axis=0)
    return (np.diff(below, axis=1, prepend=0.0) * values).sum(axis=1)


def band(
    scores: Sequence[Float[np.ndarray, "_"]], most: int, confidence: float, seed: int = 0
) -> tuple[Float[np.ndarray, " most"], Float[np.ndarray, " most"]]:
    """Where the curve would lie with other trials: a percentile bootstrap over the trials of each model."""
    generator = np.random.default_rng(seed)
    curves = np.stack(
        [expected_best([generator.choice(own, size=len(own)) for own in scores], most) for _ in range(_RESAMPLES)]
    )
    low, high = np.quantile(curves, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    return low, high
