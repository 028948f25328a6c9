"""From a contest to advice: which model to take, how sure that is, and what would change it.

1. The verdict decides: 'cnn' or 'rnn' recommends that champion; but where the hybrid champion is surely ahead of it by
   more than the margin, the hybrid.
2. 'tie': the champion that costs less, by latency and, where that differs by less than a tenth, by training time.
3. 'neither': the baseline champion.
4. 'undecided': the network that is better on validation, for the time being; the contest says what would decide it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from cnn_vs_rnn.config import Family, Score, StatisticsConfig, Strict, TaskConfig
from cnn_vs_rnn.evaluation.results import Cost, TrialResult
from cnn_vs_rnn.statistics.duel import Duel, duels
from cnn_vs_rnn.statistics.judge import Contest
from cnn_vs_rnn.statistics.summary import ModelSummary, ReadPredictions, goodness
from cnn_vs_rnn.statistics.threshold import StandardErrors, p_of_mean
from cnn_vs_rnn.statistics.words import FAMILY_WORDS, difference_text, model_text, range_text

Decision = Literal["cnn", "rnn", "hybrid", "neither", "tie", "undecided"]
_LEVEL = 0.9  # of a cost: below this ratio one is called cheaper


class Recommendation(Strict):
    """What to take for one task. gain: over the best model of the other kind of network, in the unit of the score."""

    task: str
    condition: str
    decision: Decision
    model: str  # empty where nothing finished
    family: Family | None
    confidence: float  # that the model is better than the one it is held against, between 0 and 1
    against: str  # the model that gain and confidence are over
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    score: Score
    reason: str
    would_change_it: str


def recommend(
    contest: Contest,
    task: TaskConfig,
    results: list[TrialResult],
    costs: Mapping[str, Cost],
    predictions: ReadPredictions,
    statistics: StatisticsConfig,
) -> Recommendation:
    """Apply the rules above. costs: model -> what it costs on this task under this condition."""
    compare = duels(task, contest.condition, results, predictions, statistics)
    cnn, rnn, hybrid = (contest.champion(family) for family in ("cnn", "rnn", "hybrid"))
    networks = [one for one in (cnn, rnn) if one]
    decision: Decision = contest.verdict
    reason = contest.reason
    if not networks:
        return _nothing(contest)
    if contest.verdict == "neither":
        chosen = contest.champion("baseline")
        assert chosen is not None
    elif contest.verdict == "tie":
        chosen, reason = _cheaper(networks, costs, contest.reason)
    elif contest.verdict == "undecided":
        chosen = max(networks, key=lambda one: goodness(one.valid, task.score))
        reason = f"For the time being {chosen.model}, the better one on validation. {contest.reason}"
    else:
        chosen = next(one for one in networks if one.family == contest.verdict)
    if contest.verdict in ("cnn", "rnn") and hybrid is not None:
        duel = compare(hybrid, chosen)
        if duel.interval and duel.interval.low > task.equivalence:
            decision, chosen = "hybrid", hybrid
            reason = f"{model_text(hybrid.model, hybrid.mean, task.score)} is ahead of both. {contest.reason}"
    other = _other(chosen, networks, task.score)
    duel = compare(chosen, other) if other else None
    interval = duel.interval if duel else None
    return Recommendation(
        task=contest.task,
        condition=contest.condition,
        decision=decision,
        model=chosen.model,
        family=chosen.family,
        confidence=_confidence(duel, statistics),
        against=other.model if other else "",
        gain=interval.mean if interval else None,
        gain_low=interval.low if interval else None,
        gain_high=interval.high if interval else None,
        score=contest.score,
        reason=reason,
        would_change_it=_would_change_it(decision, chosen, contest, duel),
    )


def _nothing(contest: Contest) -> Recommendation:
    return Recommendation(
        task=contest.task,
        condition=contest.condition,
        decision="undecided",
        model="",
        family=None,
        confidence=0.0,
        against="",
        gain=None,
        gain_low=None,
        gain_high=None,
        score=contest.score,
        reason=contest.reason,
        would_change_it="A network that finishes: the report lists why the others did not.",
    )


def _cheaper(networks: list[ModelSummary], costs: Mapping[str, Cost], reason: str) -> tuple[ModelSummary, str]:
    """Rule 2."""
    latency = {one.model: costs[one.model].latency_ms for one in networks if one.model in costs}
    if len(latency) == len(networks):
        fast = min(networks, key=lambda one: latency[one.model])
        ratio = latency[fast.model] / max(latency.values())
        if ratio < _LEVEL:
            return fast, f"{reason} {fast.model} answers {1 / ratio:.1f} times as fast."
    quick = min(networks, key=lambda one: one.train_seconds)
    return quick, f"{reason} {quick.model} takes the least time to train."


def _other(chosen: ModelSummary, networks: list[ModelSummary], score: Score) -> ModelSummary | None:
    """What the gain is over: the better network of another family, on validation."""
    others = [one for one in networks if one.family != chosen.family]
    return max(others, key=lambda one: goodness(one.valid, score), default=None)


def _confidence(duel: Duel | None, statistics: StatisticsConfig) -> float:
    """Of the sign of the difference: 1 less half the two-sided p of no difference, from the chosen model's side."""
    if duel is None or duel.interval is None:
        return 0.0
    errors = StandardErrors.of(duel.interval, duel.seeds, duel.samples, statistics.confidence)
    half = p_of_mean(duel.interval.mean, errors, 0.0) / 2
    return round(1 - half if duel.interval.mean >= 0 else half, 4)


def _would_change_it(decision: Decision, chosen: ModelSummary, contest: Contest, duel: Duel | None) -> str:
    margin = difference_text(contest.equivalence, contest.score)
    if decision == "undecided":
        return "More evidence, as said above; the report is rebuilt by the same command with more seeds."
    if decision == "tie":
        return f"A use in which a difference below {margin} counts, or other costs than latency and training time."
    if decision == "neither":
        return f"More data or tuned networks that are ahead of {chosen.model} by more than {margin}."
    assert duel is not None
    assert duel.interval is not None
    text = range_text(duel.interval.low, duel.interval.high, contest.score)
    return (
        f"A {FAMILY_WORDS[duel.b.family]} that makes up {text}: larger, tuned (tuning.trials), or on other data; "
        f"or costs that outweigh it."
    )
