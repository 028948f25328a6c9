"""Scores of a whole part that follow from sums over its samples: perplexity, and how alike texts are.

chrF and BLEU are computed by sacrebleu (Post 2018, arXiv 1804.08771) with its defaults, which `signature` names.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float64

from cnn_vs_rnn.config import Score

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric

_FINE = 10_000  # parts of a sum, one of which is the step of its derivative


def signature(kind: Score) -> str | None:
    """How sacrebleu computes a score, in its own notation; None of a score that is not its.

    >>> (signature("chrf") or "").rpartition("|")[0], signature("nll")
    ('nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no', None)
    """
    return str(_metric(kind).get_signature()) if kind.startswith(("chrf", "bleu")) else None


def text_statistics(
    kind: Score, answers: Sequence[str], references: Sequence[str]
) -> Float64[np.ndarray, "sample statistic"]:
    """What `corpus_score` needs of each pair of texts: counts of common and of all n-grams."""
    counted = _metric(kind)._extract_corpus_statistics(list(answers), [list(references)])  # as its own bootstrap does
    return np.asarray(counted, np.float64)


def corpus_score(kind: Score, sums: Float64[np.ndarray, " statistic"]) -> float:
    """The score of a part, of the sums of its samples' statistics. chrF and BLEU are out of 100."""
    if kind == "perplexity":
        nats, steps = sums.tolist()
        return math.exp(min(nats / steps, 700.0)) if math.isfinite(nats) else math.inf
    return float(_metric(kind)._compute_score_from_stats(sums.tolist()).score)


def contributions(kind: Score, statistics: Float64[np.ndarray, "sample statistic"]) -> Float64[np.ndarray, " sample"]:
    """Numbers whose mean is the score of the part, and whose spread is its sampling error.

    The pseudo-values of the infinitesimal jackknife (Efron 1982, The Jackknife, the Bootstrap and Other Resampling
    Plans, chapter 6): what the score changes by if a sample counted more. As the score depends on the ratios of the
    sums alone, these changes add up to nothing.
    """
    sums = statistics.sum(axis=0)
    value = corpus_score(kind, sums)
    if not math.isfinite(value):
        return np.full(len(statistics), value)
    # Of sums that are so many times as large, which have the same ratios: sacrebleu reads lengths as whole numbers.
    large, slope = _FINE * sums, np.zeros(len(sums))
    for at in np.flatnonzero(sums):
        step = np.zeros(len(sums))
        step[at] = sums[at]
        slope[at] = (corpus_score(kind, large + step) - corpus_score(kind, large - step)) / (2 * step[at])
    if (scaled := corpus_score(kind, large)) > 0:
        # Not the same in BLEU without a match of some order: as if there were a share of one, however large the sums.
        slope *= _FINE * value / scaled
    changes = len(statistics) * (statistics @ slope)
    return value + changes - changes.mean()


@cache
def _metric(kind: Score) -> Metric:
    from sacrebleu.metrics.bleu import BLEU  # takes a while, and few experiments need it
    from sacrebleu.metrics.chrf import CHRF

    metric = CHRF() if kind.startswith("chrf") else BLEU()
    metric._extract_corpus_statistics([""], [[""]])  # its signature says how many references it saw
    return metric
