"""From a contest to advice: which model to take, how sure that is, and what would change it.

Rules, asked in this order, on the champions of the families, which validation chose (`statistics.judge`):

1. The hybrid, where it is surely ahead of the CNN, of the RNN and, where there is one, of the baseline by more than the
   margin: the whole interval of each difference lies above it. A network that collapsed or diverged in
   half or more of its seeds, or is unfinished, is not beaten by that, as in a verdict.
2. 'cnn' or 'rnn': that champion.
3. 'tie': of the two, the one that costs less: by latency or, where that differs by less than a tenth, by training time.
4. 'neither': the baseline.
5. 'undecided': for the time being the champion of any family that is best on validation; one that collapsed or diverged
   only where all did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnn_vs_rnn.config import StatisticsConfig, TaskConfig
from cnn_vs_rnn.evaluation.results import Cost, TrialResult
from cnn_vs_rnn.statistics.certainty import Certainty, certainty
from cnn_vs_rnn.statistics.change import needs_of, would_change_it
from cnn_vs_rnn.statistics.duel import Compare, duels
from cnn_vs_rnn.statistics.judge import Contest
from cnn_vs_rnn.statistics.recommendation import Decision, ModelCosts, Needs, Recommendation
from cnn_vs_rnn.statistics.summary import ModelSummary, ReadPredictions, goodness
from cnn_vs_rnn.statistics.words import difference_text, listed, model_text, times_text

_LEVEL = 0.9  # of a cost: above this ratio neither is called cheaper


def recommend(
    contest: Contest,
    task: TaskConfig,
    results: Sequence[TrialResult],
    costs: Mapping[str, Cost],
    predictions: ReadPredictions,
    statistics: StatisticsConfig,
) -> Recommendation:
    """Apply the rules above. costs: model -> what it costs on this task under this condition."""
    if not contest.champions:
        return _nothing(contest)
    compare = duels(task, contest.condition, results, predictions, statistics)
    decision, chosen, reason = _choice(contest, costs, compare)
    other = _other(chosen, contest)
    duel = compare(chosen, other) if other else None
    interval = duel.interval if duel else None
    sure = certainty(decision, contest, duel, compare, statistics) or Certainty(0.0, "")
    of_model = {one.model: _costs(one, costs.get(one.model)) for one in contest.champions}
    needs = needs_of(contest, compare, statistics) if decision == "undecided" else Needs()
    return Recommendation(
        task=contest.task,
        condition=contest.condition,
        decision=decision,
        model=chosen.model,
        family=chosen.family,
        confidence=round(sure.probability, 4),
        confident_that=sure.statement,
        against=other.model if other else "",
        gain=interval.mean if interval else None,
        gain_low=interval.low if interval else None,
        gain_high=interval.high if interval else None,
        score=contest.score,
        reason=reason,
        would_change_it=would_change_it(decision, contest, duel, needs, of_model, results),
        needs=needs,
        costs=of_model,
    )


def _nothing(contest: Contest) -> Recommendation:
    return Recommendation(
        task=contest.task,
        condition=contest.condition,
        decision="undecided",
        model="",
        family=None,
        confidence=0.0,
        confident_that="",
        against="",
        gain=None,
        gain_low=None,
        gain_high=None,
        score=contest.score,
        reason=contest.reason,
        would_change_it="A model that finishes: the report lists why none did.",
        needs=Needs(),
        costs={},
    )


def _choice(contest: Contest, costs: Mapping[str, Cost], compare: Compare) -> tuple[Decision, ModelSummary, str]:
    """The decision, the model and why."""
    if ahead := _hybrid_ahead(contest, compare):
        return "hybrid", *ahead
    if contest.verdict in ("cnn", "rnn", "neither"):
        chosen = contest.champion("baseline" if contest.verdict == "neither" else contest.verdict)
        assert chosen is not None
        return contest.verdict, chosen, contest.reason
    if contest.verdict == "tie":
        return "tie", *_cheaper(_networks(contest), costs, contest.reason)
    best = max(contest.champions, key=lambda one: (_sound(one), goodness(one.valid, contest.score)))
    alone = len(contest.champions) == 1
    why = "the only one that finished" if alone else "the best on validation"
    return "undecided", best, f"For the time being {best.model}, {why}. {contest.reason}"


def _hybrid_ahead(contest: Contest, compare: Compare) -> tuple[ModelSummary, str] | None:
    """Rule 1; None where it does not hold."""
    hybrid, networks = contest.champion("hybrid"), _networks(contest)
    if hybrid is None or len(networks) < 2 or any(_excused(one) for one in networks):
        return None
    baseline = contest.champion("baseline")
    rivals = [*networks, *([baseline] if baseline else [])]
    for interval in (compare(hybrid, rival).interval for rival in rivals):
        if interval is None or interval.low <= contest.equivalence:
            return None
    named = listed([model_text(one.model, one.mean, contest.score) for one in rivals])
    return hybrid, (
        f"The hybrid {model_text(hybrid.model, hybrid.mean, contest.score)} is ahead of {named} by more than the "
        f"margin of {difference_text(contest.equivalence, contest.score)} that matters here. {contest.reason}"
    )


def _networks(contest: Contest) -> list[ModelSummary]:
    return [champion for family in ("cnn", "rnn") if (champion := contest.champion(family))]


def _sound(one: ModelSummary) -> bool:
    return not one.flagged("collapsed", "diverged")


def _excused(one: ModelSummary) -> bool:
    return bool(one.flagged("collapsed", "diverged", "unfinished"))


def _cheaper(networks: list[ModelSummary], costs: Mapping[str, Cost], reason: str) -> tuple[ModelSummary, str]:
    """Rule 3."""
    latency = {one.model: costs[one.model].latency_ms for one in networks if one.model in costs}
    if len(latency) == len(networks):
        fast = min(networks, key=lambda one: latency[one.model])
        slowest = max(latency.values())
        if latency[fast.model] < _LEVEL * slowest:
            return fast, f"{reason} {fast.model} answers {times_text(slowest / latency[fast.model])} as fast."
    quick = min(networks, key=lambda one: one.train_seconds)
    return quick, f"{reason} {quick.model} takes the least time to train."


def _other(chosen: ModelSummary, contest: Contest) -> ModelSummary | None:
    """What the gain is over: of the CNN and the RNN the better on validation that is not chosen, else the baseline."""
    others = [one for one in _networks(contest) if one != chosen]
    if not others:
        others = [one for one in contest.champions if one != chosen]
    return max(others, key=lambda one: goodness(one.valid, contest.score), default=None)


def _costs(one: ModelSummary, cost: Cost | None) -> ModelCosts:
    measured = cost.model_dump(include=set(ModelCosts.model_fields)) if cost else {}
    unknown = dict.fromkeys(ModelCosts.model_fields)
    return ModelCosts.model_validate(unknown | measured | {"train_seconds": one.train_seconds})
