"""How surely a mean lies on one side of a threshold: a two-sided p-value, and by which kinds of evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from scipy import optimize, stats

from cnn_vs_rnn.statistics.bootstrap import Interval

_ROUNDING = 1e-12  # relative; a spread below it is that of floating-point sums
_SMALLEST = math.log(1e-12)  # p-values below it are 0
_PERMUTATIONS = 9999  # all of them up to 7 against 7 seeds, a fixed random draw of them beyond


@dataclass(frozen=True)
class StandardErrors:
    """What one Interval of `seeds` x `samples` scores says of the mean's standard error, by axis."""

    by_seeds: float
    by_samples: float
    seeds: int
    samples: int

    @classmethod
    def of(cls, interval: Interval, seeds: int, samples: int, confidence: float) -> StandardErrors:
        """Undo the factor of Student's t that the half-widths of an Interval hold for each axis by itself."""
        return cls(
            interval.by_seeds / _t(confidence, seeds), interval.by_samples / _t(confidence, samples), seeds, samples
        )

    @property
    def whole(self) -> float:
        """Of both axes together."""
        return math.hypot(self.by_seeds, self.by_samples)

    def half_width(self, confidence: float) -> float:
        """Of an interval that holds either axis to its own Student's t (Banerjee 1960, Sankhya 22, 357-358)."""
        return math.hypot(self.by_seeds * _t(confidence, self.seeds), self.by_samples * _t(confidence, self.samples))

    def negligible(self, *numbers: float) -> bool:
        """Whether there is no spread but that of rounding, beside numbers of this size."""
        return self.whole <= _ROUNDING * max(map(abs, numbers), default=0.0)

    def at(self, interval: Interval, confidence: float) -> Interval:
        """The interval with its two half-widths at another confidence."""
        return replace(
            interval,
            by_seeds=self.by_seeds * _t(confidence, self.seeds),
            by_samples=self.by_samples * _t(confidence, self.samples),
        )


def student_interval(values: Float[np.ndarray, " seed"], confidence: float) -> Interval:
    """The mean of two or more values, one a seed, with Student's t interval."""
    mean = float(values.mean())
    half = _t(confidence, len(values)) * float(values.std(ddof=1)) / math.sqrt(len(values))
    return Interval(mean=mean, low=mean - half, high=mean + half, by_seeds=half, by_samples=0.0)


def p_of_mean(mean: float, errors: StandardErrors, threshold: float) -> float:
    """Two-sided p of a true mean equal to the threshold; 0 where nothing varies, since the comparison is then exact.

    It is 1 less the confidence at which the interval of `half_width` around the mean just reaches the threshold: with
    one value a seed, Student's t test; with seeds and samples crossed, what `bootstrap.mean_interval` would say at that
    confidence. False positives, aimed at 5% (8 settings of normal scores, 60 or 300 samples, seeds or samples
    dominating, 1500 simulated tables each): 4.0 to 4.9% at 5 seeds, 2.5 to 4.9% at 3. The quasi-F of two random factors
    with Satterthwaite's degrees of freedom (Clark 1973, Journal of Verbal Learning and Verbal Behavior 12(4)) had 4.7
    to 6.6%.
    """
    distance = abs(mean - threshold)
    if errors.negligible(mean, threshold):
        return 0.0

    def room(log_p: float) -> float:
        return errors.half_width(1 - math.exp(log_p)) - distance

    if distance == 0:
        return 1.0
    return 0.0 if room(_SMALLEST) < 0 else math.exp(optimize.root_scalar(room, bracket=(_SMALLEST, 0.0)).root)


def p_of_ranks(one: Float[np.ndarray, " seed"], other: Float[np.ndarray, " seed"]) -> float:
    """Two-sided p of two groups that rank alike, infinite values among them (Mann & Whitney 1947, by permutation).

    Ranks alone count, so a value beyond all measure is just the largest. Pairs are not used; at five seeds the smallest
    p is 0.008, against 0.06 of a test of signs.
    """
    method = stats.PermutationMethod(n_resamples=_PERMUTATIONS, rng=np.random.default_rng(0))
    return float(stats.mannwhitneyu(one, other, method=method).pvalue)  # pyright: ignore[reportArgumentType] (its stubs)


def p_of_signs(values: Float[np.ndarray, " seed"], threshold: float) -> float:
    """Two-sided p of a median equal to the threshold, by the sign test; values that are equal or NaN say nothing."""
    above, below = int((values > threshold).sum()), int((values < threshold).sum())
    return float(stats.binomtest(above, above + below).pvalue) if above + below else 1.0


def _t(confidence: float, items: int) -> float:
    return float(stats.t.ppf((1 + confidence) / 2, items - 1)) if items > 1 else 1.0  # one item has no spread to scale
