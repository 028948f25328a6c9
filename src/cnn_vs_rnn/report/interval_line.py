"""The effect of a contest drawn as an interval on a line, with the region of practical equivalence shaded."""

from __future__ import annotations

from dataclasses import dataclass

from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.words import difference_text, range_text

_ROOM = 1.15  # the line's half length over the farthest thing on it


@dataclass(frozen=True)
class IntervalLine:
    """Positions in percent of the line's width; the rnn's side is left, the cnn's right, level is at 50."""

    margin_left: float
    margin_width: float
    left: float
    width: float
    dot: float
    effect: str
    extent: str
    margin: str


def interval_line(contest: Contest) -> IntervalLine | None:
    """None where the contest has no effect to draw."""
    if contest.effect is None or contest.low is None or contest.high is None:
        return None
    reach = _ROOM * max(abs(contest.low), abs(contest.high), 1.5 * contest.equivalence)

    def at(value: float) -> float:
        return round(50 + 50 * value / reach, 2)

    ahead = "CNN" if contest.effect > 0 else "RNN"
    gap = difference_text(abs(contest.effect), contest.score)
    return IntervalLine(
        margin_left=at(-contest.equivalence),
        margin_width=round(at(contest.equivalence) - at(-contest.equivalence), 2),
        left=at(contest.low),
        width=round(at(contest.high) - at(contest.low), 2),
        dot=at(contest.effect),
        effect=f"{ahead} ahead by {gap}" if contest.effect else "no difference",
        extent=f"{100 * contest.confidence:g}% interval of the CNN's lead: "
        f"{range_text(contest.low, contest.high, contest.score)}",
        margin=f"margin ±{difference_text(contest.equivalence, contest.score)}",
    )
