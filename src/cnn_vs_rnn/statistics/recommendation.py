"""From a contest to the advice on own data, as `recommendation.json` holds it: the judge's choice, with its costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from cnn_vs_rnn.config import Family, Score, StatisticsConfig, Strict, TaskConfig
from cnn_vs_rnn.evaluation.results import Cost, TrialResult
from cnn_vs_rnn.statistics.contest import Contest, Verdict
from cnn_vs_rnn.statistics.duel import duels
from cnn_vs_rnn.statistics.summary import ModelSummary, ReadPredictions, goodness
from cnn_vs_rnn.statistics.taking import NETWORKS
from cnn_vs_rnn.statistics.words import difference_text, listed, times_text

Decision = Verdict | Literal["hybrid"]

DECISION_WORDS: dict[Decision, str] = {
    "cnn": "the CNN",
    "cnn or tie": "the CNN, or a tie",
    "rnn": "the RNN",
    "rnn or tie": "the RNN, or a tie",
    "hybrid": "the hybrid",
    "neither": "the baseline",
    "tie": "a tie",
    "depends": "depends on the length of training",
    "undecided": "undecided",
}
_NOTICEABLE = 1.1  # a cost that is this many times lower is worth a word


class ModelCosts(Strict):
    """What one model costs. None: baselines take no training steps; or nothing was measured."""

    train_seconds: float  # mean over seeds
    step_ms: float | None
    latency_ms: float | None  # of a single sample
    batch_latency_ms: float | None  # of a sample in a batch
    train_memory_mb: float | None
    model_size_mb: float | None
    streams: bool | None


class Recommendation(Strict):
    """What to take for one task under one condition.

    gain, gain_low, gain_high: how far the choice is ahead of `against`, in the unit of the score, positive where it is
    better (for errors: lower). None where the two could not be compared.
    """

    task: str
    condition: str
    decision: Decision
    choice: str  # the model to take; empty where nothing finished
    family: Family | None
    regret: float | None  # what taking it costs at worst, in the unit of the score; None where nothing was compared
    rival: str  # the model that may be better by so much; empty where none may
    sure: float  # how sure the regret is, such as 0.975
    advice: str  # the same in a sentence; empty where nothing finished
    against: str  # the model that the gain is over; empty where there is none
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    score: Score
    reason: str
    would_change_it: str
    costs: dict[str, ModelCosts]  # of the champion of each family, by name


class Advice(Recommendation):
    """The one answer for own data."""

    under: tuple[Recommendation, ...]  # that of each condition, such as a budget, where there are several


def recommend(
    contest: Contest,
    task: TaskConfig,
    results: Sequence[TrialResult],
    costs: Mapping[str, Cost],
    predictions: ReadPredictions,
    statistics: StatisticsConfig,
) -> Recommendation:
    """The advice that follows from a contest. costs: model -> what it costs on this task under this condition."""
    chosen = contest.chosen
    other = _other(chosen, contest) if chosen else None
    statistics = statistics.model_copy(update={"confidence": contest.confidence_alone})
    compare = duels(task, contest.condition, results, predictions, statistics)
    interval = compare(chosen, other).interval if chosen and other else None
    of_model = {one.model: _costs(one, costs.get(one.model)) for one in contest.champions}
    return Recommendation(
        task=contest.task,
        condition=contest.condition,
        decision="hybrid" if chosen and chosen.family == "hybrid" and contest.decided else contest.verdict,
        choice=contest.choice,
        family=chosen.family if chosen else None,
        regret=contest.regret,
        rival=contest.rival,
        sure=(1 + contest.confidence) / 2,
        advice=contest.advice,
        against=other.model if other else "",
        gain=interval.mean if interval else None,
        gain_low=interval.low if interval else None,
        gain_high=interval.high if interval else None,
        score=contest.score,
        reason=contest.reason,
        would_change_it=_would_change_it(contest, chosen, other, interval.mean if interval else 0.0, of_model),
        costs=of_model,
    )


def advantages(of: ModelCosts, over: ModelCosts) -> list[str]:
    """What one model is noticeably better at, after its name: 'answers 2.4 times as fast', 'can stream'."""
    said = []
    for key, words in (
        ("latency_ms", "answers {} as fast"),
        ("batch_latency_ms", "answers batches {} as fast"),
        ("train_seconds", "trains {} as fast"),
        ("train_memory_mb", "needs {} less memory to train"),
        ("model_size_mb", "is {} smaller"),
    ):
        own, others = getattr(of, key), getattr(over, key)
        if own and others and others > _NOTICEABLE * own:
            said.append(words.format(times_text(others / own)))
    return [*said, "can stream"] if of.streams and over.streams is False else said


def _would_change_it(
    contest: Contest,
    chosen: ModelSummary | None,
    other: ModelSummary | None,
    gain: float,
    costs: Mapping[str, ModelCosts],
) -> str:
    """In numbers. gain: of the choice over the other."""
    if not contest.decided or chosen is None or other is None:
        return contest.remedy or "A model that finishes: the report lists why none did."
    margin = contest.equivalence
    amount = difference_text(margin, contest.score)
    lacking = difference_text(max(0.0, gain) + margin, contest.score)
    if contest.verdict == "neither":
        return (
            f"A network that is ahead of {chosen.model} by more than {amount}: {other.model} would have to gain "
            f"{lacking}, by more tuning, a larger budget or more data."
        )
    cheap = advantages(costs[other.model], costs[chosen.model])
    merits = f"{other.model} {listed(cheap)}" if cheap else ""
    if contest.verdict == "tie" and chosen.family in NETWORKS:
        text = f"A use in which less than {amount} counts"
        return f"{text}, or a cost that matters more: {merits}." if merits else f"{text}."
    text = (
        f"{other.model} gaining {lacking}, by more tuning, a larger budget or more data: it would then be the better."
    )
    return f"{text} Or a cost that matters more than the score: {merits}." if merits else text


def _other(chosen: ModelSummary, contest: Contest) -> ModelSummary | None:
    """What the gain is over: of the CNN and the RNN the better on validation that is not chosen, else the baseline."""
    others = [one for one in contest.champions if one != chosen]
    networks = [one for one in others if one.family in NETWORKS]
    return max(networks or others, key=lambda one: goodness(one.valid, contest.score), default=None)


def _costs(one: ModelSummary, cost: Cost | None) -> ModelCosts:
    measured = cost.model_dump(include=set(ModelCosts.model_fields)) if cost else {}
    unknown = dict.fromkeys(ModelCosts.model_fields)
    return ModelCosts.model_validate(unknown | measured | {"train_seconds": one.train_seconds})


def overall(recommendations: Sequence[Recommendation]) -> Advice:
    """One answer out of several, such as under each of several budgets.

    That of the first condition whose decision is not 'undecided', or of the first one where all are; conditions stand
    in the order in which they were asked for. Where there are several, the reason begins with what each says, and where
    they disagree it says whose advice this is. Raises ValueError where these are not of one task.
    """
    tasks = {one.task for one in recommendations}
    if len(tasks) != 1:
        raise ValueError(f"one advice is for one task, and these are {sorted(tasks)}")
    taken = next((one for one in recommendations if one.decision != "undecided"), recommendations[0])
    if len(recommendations) == 1:
        return Advice(**taken.model_dump(), under=())
    reason = f"{_agreement(recommendations, taken)} {taken.reason}"
    return Advice(**(taken.model_dump() | {"reason": reason, "under": tuple(recommendations)}))


def _agreement(recommendations: Sequence[Recommendation], taken: Recommendation) -> str:
    under: dict[tuple[Decision, str], list[str]] = {}
    for one in recommendations:
        under.setdefault((one.decision, one.choice), []).append(one.condition)
    if len(under) == 1:
        return f"The same at {listed([one.condition for one in recommendations])}."
    text = "; ".join(f"{DECISION_WORDS[what]} ({model}) at {listed(where)}" for (what, model), where in under.items())
    whose = f"This is the advice for {taken.condition}."
    decisions = {decision for decision, _ in under}
    if len(decisions) == 1:
        return f"They agree but for the model: {text}. {whose}"
    if len(decisions - {"undecided"}) == 1:
        return f"Not decided everywhere: {text}. {whose}"
    return f"They disagree: {text}. {whose}"
