"""What the evidence says of one task under one condition: the record of a contest that `statistics.judge` decided."""

from __future__ import annotations

from typing import Literal

from cnn_vs_rnn.config import Family, Score, Strict
from cnn_vs_rnn.statistics.summary import ModelSummary
from cnn_vs_rnn.statistics.words import IN_PERCENT, POINTS, SCORE_NAMES, difference_text

Verdict = Literal["cnn", "cnn or tie", "tie", "rnn or tie", "rnn", "neither", "depends", "undecided"]


class Contest(Strict):
    """What the evidence says of one task under one condition, and what to take."""

    task: str
    condition: str
    verdict: Verdict
    effect: float | None  # cnn less rnn, positive favours the cnn; None where the two could not be compared
    low: float | None  # of the confidence interval of the effect
    high: float | None
    score: Score  # whose unit effect, low, high, equivalence and regret have
    equivalence: float
    confidence: float  # of the interval, all looks together
    confidence_alone: float  # of this look by itself
    seeds: int  # paired: both champions finished them
    champions: tuple[ModelSummary, ...]  # at most one a family, in the order cnn, rnn, hybrid, baseline
    reason: str
    remedy: str  # what would decide it; empty where it is decided
    seeds_help: bool  # whether more seeds may decide what is open
    late: tuple[str, ...] = ()  # models whose defeat does not count before they have trained longer
    choice: str  # the model to take; empty where nothing finished
    merit: str  # why it is preferred to an equal, such as "which answers 3 times as fast"; else empty
    regret: float | None  # what taking it costs at worst; None where it could not be compared
    rival: str  # the champion that may be better by so much; empty where none may
    cautions: tuple[str, ...]

    def champion(self, family: Family) -> ModelSummary | None:
        """The model that stands for a family, or None where none finished."""
        return next((champion for champion in self.champions if champion.family == family), None)

    @property
    def chosen(self) -> ModelSummary | None:
        """The champion to take; None where nothing finished."""
        return next((champion for champion in self.champions if champion.model == self.choice), None)

    @property
    def decided(self) -> bool:
        """Whether there is an answer: a verdict, or a hybrid that nothing else can beat."""
        hybrid = self.chosen is not None and self.chosen.family == "hybrid" and self.regret == 0
        return self.verdict != "undecided" or hybrid

    @property
    def advice(self) -> str:
        """What to take and what it costs at worst, in a sentence; empty where nothing finished.

        For example "Take cnn2d: at worst it costs you 0.1 points against gru (97.5% sure)."
        """
        if not self.choice:
            return ""
        merit = f", {self.merit}" if self.merit else ""
        return f"Take {self.choice}{'' if self.decided else ' for the time being'}{merit}: {self.regret_text}."

    @property
    def regret_text(self) -> str:
        """For example "at worst it costs you 0.1 points against gru (97.5% sure)"."""
        if self.regret is None:
            return "it could not be compared with any other"
        sure = f"({100 * (1 + self.confidence) / 2:g}% sure)"
        amount = difference_text(self.regret, self.score)
        if self.regret == 0 or amount.split()[0] == "0":
            return f"no other that was compared is better {sure}"
        unit = "" if self.score in IN_PERCENT or self.score in POINTS else f" in {SCORE_NAMES[self.score]}"
        return f"at worst it costs you {amount}{unit} against {self.rival} {sure}"
