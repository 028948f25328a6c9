"""A network that is behind before it is trained to its end trains longer, while the winner's result stands.

All its seeds are trained over twice the steps and, if it is still behind, over four times. A network that is behind
even so has lost, a fortiori: the winner had a fraction of the steps. One that is not has shown that the answer depends
on the length of training.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cnn_vs_rnn.config import StatisticsConfig, TaskConfig
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.statistics.duel import Compare, Duel, Relation
from cnn_vs_rnn.statistics.summary import ModelSummary, ReadPredictions, summarise
from cnn_vs_rnn.statistics.words import listed, model_text

IN_WORDS = {2: "twice", 4: "four times"}  # the steps, in words

# Of a winner to a loser that trained longer: what leaves a win standing, what leaves "at least as good"
_STILL_BEHIND: tuple[Relation, ...] = ("better", "no worse")
_NOT_AHEAD: tuple[Relation, ...] = (*_STILL_BEHIND, "level")


@dataclass(frozen=True)
class Fate:
    """What overtime says of defeats: that they stand, or why not, in words; or who has to train longer first.

    relation: of the winner to the loser, no stronger than it is over the most steps.
    """

    stands: str = ""
    turned: str = ""
    waiting: tuple[str, ...] = ()
    relation: Relation = "open"


@dataclass(frozen=True)
class Overtime:
    """What unfinished networks of a contest did over more steps. longer: model -> the shortest training first."""

    longer: Mapping[str, list[ModelSummary]]
    compare: Compare
    task: TaskConfig

    def fate(self, defeats: Sequence[Duel]) -> Fate:
        """Of duels that the second model lost; one that collapsed or diverged has nothing to gain by more steps."""
        losers = [duel for duel in defeats if duel.b.flagged("unfinished")]
        if not losers or not all(duel.b.sound for duel in defeats):
            return Fate()
        tried = {duel.b.model: self.longer.get(duel.b.model, []) for duel in losers}
        found: list[tuple[Duel, ModelSummary, Relation]] = [
            (duel, one, self.compare(duel.a, one).relation) for duel in losers for one in tried[duel.b.model]
        ]
        for duel, one, relation in found:
            win = duel.relation == "better" and duel.a.family != "baseline"
            if relation not in (_STILL_BEHIND if win else _NOT_AHEAD):
                stand = f"{self._named(one.model, one)} is {_standing(relation)}"
                return Fate(turned=f"{stand}: which is better depends on the length of training")
        if waiting := tuple(model for model, trainings in tried.items() if len(trainings) < len(IN_WORDS)):
            return Fate(waiting=waiting)
        names = listed([self._named(model, trainings[-1]) for model, trainings in tried.items()])
        behind = all(duel.relation == relation == "better" for duel, _, relation in found)
        how = "still behind" if behind else "not ahead by that much either"
        stands = f"Over {IN_WORDS[max(IN_WORDS)]} the steps {names} {'is' if len(losers) == 1 else 'are'} {how}."
        return Fate(stands=stands, relation="better" if behind else "no worse")

    def _named(self, model: str, trained: ModelSummary) -> str:
        return model_text(model, trained.mean, self.task.score)


def _standing(relation: Relation) -> str:
    """Of a loser that trained longer, by what the winner is to it."""
    match relation:
        case "level":
            return "level with it"
        case "no better":
            return "as good or better"
        case "worse":
            return "ahead of it"
        case _:
            return "not surely behind"


def as_models(overtime: Iterable[TrialResult]) -> list[TrialResult]:
    """The same results, each number of steps as a model of its own: "gru over 1,200 steps"."""
    return [one.model_copy(update={"model": _over(one.model, one.steps)}) for one in overtime]


def longer_names(overtime: Iterable[TrialResult]) -> dict[str, list[str]]:
    """Model -> its names as `as_models` has them, the shortest training first. overtime: of one contest."""
    found: dict[str, list[str]] = {}
    for model, steps in sorted({(one.model, one.steps) for one in overtime}):
        found.setdefault(model, []).append(_over(model, steps))
    return found


def longer_summaries(
    task: TaskConfig,
    condition: str,
    overtime: Iterable[TrialResult],
    predictions: ReadPredictions,
    statistics: StatisticsConfig,
) -> Mapping[str, list[ModelSummary]]:
    """Model -> what it did in overtime, the shortest training first."""
    own = [one for one in overtime if (one.task, one.condition) == (task.name, condition)]
    summaries = {one.model: one for one in summarise(task, condition, as_models(own), predictions, statistics)}
    return {model: [summaries[name] for name in names] for model, names in longer_names(own).items()}


def _over(model: str, steps: int) -> str:
    return f"{model} over {steps:,} steps"
