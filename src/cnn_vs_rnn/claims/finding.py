"""What `claims.compare` finds of one test of a claim: its sides, its effect, and how surely it is there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from cnn_vs_rnn.claims.check import SCORE
from cnn_vs_rnn.claims.evidence import Term
from cnn_vs_rnn.claims.rule import TestConfig
from cnn_vs_rnn.config import Score
from cnn_vs_rnn.probes.measurement import QUANTITIES
from cnn_vs_rnn.statistics.bootstrap import Interval
from cnn_vs_rnn.statistics.threshold import StandardErrors
from cnn_vs_rnn.statistics.words import IN_PERCENT, POINTS


@dataclass(frozen=True)
class Estimate:
    """An effect on the scale it is compared on: that of the score, of the quantity, or the logarithm of a ratio.

    above: whether it reaches the threshold. bound: what p excludes, where it is above `Finding.floor`, else the
    threshold. by_seed: may be infinite, or NaN where both sides are. interval, errors: None where a value is infinite.
    """

    effect: float | None
    low: float | None
    high: float | None
    above: bool
    bound: float
    p: float
    by_seed: Float[np.ndarray, " seed"]
    interval: Interval | None = None
    errors: StandardErrors | None = None


@dataclass(frozen=True)
class Finding:
    """All that is known of a test before it is adjusted for the others.

    margin: in the unit of the record. score: the task's; of a probe's quantity None. values: side -> mean over the
    paired seeds, in the unit of the quantity. excuse: why the outcome that the estimate points to would prove nothing.
    late: the losing terms that a longer training would improve, where that is the whole excuse. longer: the same test
    with these over more and more steps, as far as they trained in overtime.
    """

    label: str
    config: TestConfig
    margin: float
    score: Score | None
    terms: tuple[Term, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()
    estimate: Estimate | None = None
    excuse: str = ""
    late: tuple[Term, ...] = ()
    longer: tuple[Finding, ...] = ()
    note: str = ""

    @property
    def ratio(self) -> bool:
        """Whether values are held against each other by their ratio."""
        return self.config.quantity != SCORE and QUANTITIES[self.config.quantity].scale == "ratio"

    @property
    def unit(self) -> str:
        """Of effect and margin, as `claims.words` reads it."""
        if self.score is not None:
            return "points" if self.score in IN_PERCENT else POINTS.get(self.score, "")
        return "times" if self.ratio and self.compares else QUANTITIES[self.config.quantity].unit

    @property
    def compares(self) -> bool:
        """Whether the effect is between two values, and not one value by itself."""
        return self.config.less is not None or (self.config.of.change_from, self.config.of.change_from_at) != (
            None,
            None,
        )

    @property
    def threshold(self) -> float:
        """The margin on the scale of the estimate."""
        return math.log(self.margin) if self.ratio else self.margin

    @property
    def floor(self) -> float:
        """What an effect must surely exceed to hold: 0 between two values, or a margin below it; else the margin."""
        return min(0.0, self.threshold) if self.compares else self.threshold

    @property
    def seeds_help(self) -> bool:
        """Whether more seeds may decide it, if it is open: scores alone are looked at again."""
        if self.config.quantity != SCORE or self.excuse:
            return False
        if self.estimate is None or self.estimate.interval is None or self.estimate.effect is None:
            return bool(self.terms)
        return self.estimate.interval.by_samples < abs(self.estimate.effect - self.estimate.bound)

    @property
    def p(self) -> float:
        """1 where nothing could be compared."""
        return self.estimate.p if self.estimate else 1.0

    def model(self, side: str) -> str:
        """What stood for a side; empty where nothing did."""
        return next((term.model for term in self.terms if term.side == side), "")

    def in_unit(self, value: float | None) -> float | None:
        """From the scale of comparison to that of the record: a ratio as a factor."""
        return float(np.exp(value)) if value is not None and self.ratio else value
