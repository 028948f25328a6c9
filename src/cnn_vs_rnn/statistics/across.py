"""What several data sets say together, by their number (design of each method: see the functions).

- 1 or 2: each speaks for itself (`judge`).
- 3 to 9: interquartile mean and probability of improvement, with a stratified bootstrap (Agarwal et al. 2021, arXiv
  2108.13264, sections 4.2 and 4.3): too few for a test over data sets.
- 10 or more: the signed-rank test of Wilcoxon over data sets, every pair of models, adjusted by Holm (Demsar 2006, JMLR
  7; Benavoli et al. 2016, JMLR 17, on why not Nemenyi's test).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from scipy import stats

from cnn_vs_rnn.config import Strict
from cnn_vs_rnn.statistics.bootstrap import stretch
from cnn_vs_rnn.statistics.holm import holm

FEW, MANY = 3, 10  # data sets
TWO_SIDED = {"zero_method": "zsplit", "alternative": "two-sided"}  # of Wilcoxon's test, wherever it is made
_CUT = 0.25  # of the scores, at either end

Runs = Sequence[Float[np.ndarray, "_"]]  # the scores of one model, data set by data set; more is better


class Range(Strict):
    """A figure and its confidence interval."""

    value: float
    low: float
    high: float


class PairTest(Strict):
    """Two models over all data sets. difference: the mean of a less b; p: two-sided, adjusted for all pairs."""

    a: str
    b: str
    wins: int  # data sets on which a is ahead
    losses: int
    difference: float
    p: float


def interquartile_mean(runs: Runs, confidence: float, resamples: int, seed: int = 0) -> Range:
    """The mean of the middle half of the scores of all data sets and seeds; seeds are resampled within each."""
    drawn = [stats.trim_mean(np.concatenate(sample), _CUT) for sample in _resampled([runs], resamples, seed)]
    return _range(float(stats.trim_mean(np.concatenate(list(runs)), _CUT)), drawn, confidence, _seeds(runs))


def probability_of_improvement(a: Runs, b: Runs, confidence: float, resamples: int, seed: int = 0) -> Range:
    """How likely a run of `a` is better than one of `b` on a data set drawn at random; a draw counts half.

    The mean over data sets of the statistic of Mann & Whitney, U / (n m).
    """
    sides = _resampled([a, b], resamples, seed)
    drawn = [_mean_superiority(sample[: len(a)], sample[len(a) :]) for sample in sides]
    return _range(_mean_superiority(a, b), drawn, confidence, min(_seeds(a), _seeds(b)))


def pair_tests(means: Mapping[str, Float[np.ndarray, " dataset"]]) -> list[PairTest]:
    """Every pair of models over all data sets: Wilcoxon's test, differences of zero split evenly, adjusted by Holm.

    means: of each model, over seeds; more is better.
    """
    pairs = list(itertools.combinations(means, 2))
    differences = [means[a] - means[b] for a, b in pairs]
    raw = [_wilcoxon(each) for each in differences]
    return [
        PairTest(a=a, b=b, wins=int((each > 0).sum()), losses=int((each < 0).sum()), difference=float(each.mean()), p=p)
        for (a, b), each, p in zip(pairs, differences, holm(raw), strict=True)
    ]


def _wilcoxon(differences: Float[np.ndarray, " dataset"]) -> float:
    if not differences.any():
        return 1.0
    return float(stats.wilcoxon(differences, **TWO_SIDED).pvalue)  # pyright: ignore (scipy's stubs)


def _mean_superiority(a: Runs, b: Runs) -> float:
    each = [
        float((np.sign(of_a[:, np.newaxis] - of_b[np.newaxis, :]) + 1).mean() / 2)
        for of_a, of_b in zip(a, b, strict=True)
    ]
    return float(np.mean(each))


def _resampled(sides: Sequence[Runs], resamples: int, seed: int) -> list[list[Float[np.ndarray, "_"]]]:
    """The runs of all sides, one list a resample."""
    generator = np.random.default_rng(seed)
    whole = [own for runs in sides for own in runs]
    return [[generator.choice(own, size=len(own)) for own in whole] for _ in range(resamples)]


def _range(value: float, drawn: Sequence[float], confidence: float, seeds: int) -> Range:
    """A percentile interval, stretched for so few seeds (`bootstrap.stretch`)."""
    edges = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    factor = stretch(seeds, confidence) if seeds > 1 else 1.0
    low, high = (value + factor * (float(edge) - value) for edge in edges)
    return Range(value=value, low=min(low, value), high=max(high, value))


def _seeds(runs: Runs) -> int:
    return min(len(own) for own in runs)
