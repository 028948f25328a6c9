"""How sure an advice is, and of what."""

from __future__ import annotations

from typing import NamedTuple

from cnn_vs_rnn.config import StatisticsConfig
from cnn_vs_rnn.statistics.duel import Compare, Duel
from cnn_vs_rnn.statistics.judge import Contest
from cnn_vs_rnn.statistics.recommendation import Decision
from cnn_vs_rnn.statistics.threshold import StandardErrors, p_of_mean
from cnn_vs_rnn.statistics.words import difference_text


class Certainty(NamedTuple):
    """1 less the one-sided p of the opposite."""

    probability: float
    statement: str  # what it is of


def certainty(
    decision: Decision, contest: Contest, duel: Duel | None, compare: Compare, statistics: StatisticsConfig
) -> Certainty | None:
    """Of an advice; None where its models could not be compared. duel: the recommended model against another.

    Of a winner: that it is better at all. Of a tie: that the difference stays within the margin, on either side (the
    two one-sided tests of Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15(6)). Of 'neither': that
    neither network is ahead of the baseline by more than the margin.
    """
    if duel is None or duel.interval is None:
        return None
    margin = contest.equivalence
    amount = difference_text(margin, contest.score)
    if decision == "tie":
        sides = (above(duel, -margin, statistics), above(duel.reversed(), -margin, statistics))
        return Certainty(min(sides), f"{duel.a.model} and {duel.b.model} differ by less than {amount}")
    if decision == "neither":
        networks = [one for family in ("cnn", "rnn") if (one := contest.champion(family))]
        within = [above(compare(duel.a, network), -margin, statistics) for network in networks]
        return Certainty(min(within), f"neither network is ahead of {duel.a.model} by more than {amount}")
    return Certainty(above(duel, 0.0, statistics), f"{duel.a.model} is better than {duel.b.model}")


def above(duel: Duel, threshold: float, statistics: StatisticsConfig) -> float:
    """How sure it is that `a` is ahead of `b` by more than a threshold, which may be negative."""
    assert duel.interval is not None
    mean = duel.interval.mean
    if mean == threshold:
        return 0.5
    errors = StandardErrors.of(duel.interval, duel.seeds, duel.samples, statistics.confidence)
    half = p_of_mean(mean, errors, threshold) / 2
    return 1 - half if mean > threshold else half
