"""The first screen of the report on own data: what to take, how sure that is, what it costs, what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnn_vs_rnn.config import Family
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.recommendation import Advice, ModelCosts, Recommendation
from cnn_vs_rnn.statistics.words import (
    FAMILY_WORDS,
    difference_text,
    megabytes_text,
    milliseconds_text,
    range_text,
    score_text,
    seconds_text,
)

_NONE = "\u2013"
COSTS = {
    "Training": "mean over seeds",
    "Latency": "median time of the whole answer to a single sample, one thread",
    "Latency in batch": "a sample's share of the answer to a batch, one thread",
    "Memory to train": "saved for the backward pass of one batch",
    "Size": "all weights and buffers",
    "Streams": "answers step by step as a sequence comes in",
}


@dataclass(frozen=True)
class CostRow:
    """What one model costs, in words: a cell for each of COSTS, a dash where it was not measured."""

    model: str
    family: Family
    score: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class UnderRow:
    """The advice under one of several conditions."""

    condition: str
    headline: str
    gain: str


@dataclass(frozen=True)
class AdviceCard:
    """The advice in words. gain, at_worst: empty where nothing could be compared. under: empty where there is one."""

    headline: str
    advice: Advice
    gain: str
    at_worst: str
    rows: list[CostRow]
    cautions: tuple[str, ...]
    under: list[UnderRow]


def advice_card(advice: Advice, contests: Sequence[Contest]) -> AdviceCard:
    """contests: of the experiment, that which the advice follows from among them."""
    contest = next(one for one in contests if (one.task, one.condition) == (advice.task, advice.condition))
    first = [advice.choice, advice.against]
    shown = sorted(
        contest.champions,
        key=lambda one: first.index(one.model) if one.model in first else len(first),
    )
    return AdviceCard(
        headline=headline(advice),
        advice=advice,
        gain=gain_text(advice, contest.confidence),
        at_worst=contest.regret_text if advice.regret is not None else "",
        rows=[
            CostRow(one.model, one.family, score_text(one.mean, contest.score), _cells(advice.costs[one.model]))
            for one in shown
        ],
        cautions=contest.cautions,
        under=[UnderRow(one.condition, headline(one), gain_text(one, contest.confidence)) for one in advice.under],
    )


def headline(one: Recommendation) -> str:
    """What to take, in a few words."""
    if one.family is None:
        return "Undecided: nothing finished"
    named = f"{one.choice}, the {FAMILY_WORDS[one.family]}"
    match one.decision:
        case "undecided":
            return f"Undecided: take {named}, for the time being"
        case "tie":
            return f"A tie: take the cheaper, {named}"
        case "neither":
            return f"Neither: take the baseline, {one.choice}"
        case "cnn or tie" | "rnn or tie":
            return f"Take {named}: better or as good"
        case _:
            return f"Take {named}"


def gain_text(one: Recommendation, confidence: float) -> str:
    """How far the model is ahead, of what, and the interval; empty where nothing could be compared."""
    if one.gain is None or one.gain_low is None or one.gain_high is None:
        return ""
    gap = difference_text(abs(one.gain), one.score)
    stand = f"level with {one.against}" if gap.split()[0] == "0" else f"{gap} ahead of {one.against}"
    if one.gain < 0:
        stand = stand.replace("ahead of", "behind", 1)
    extent = range_text(one.gain_low, one.gain_high, one.score)
    return f"{stand} ({100 * confidence:g}% interval {'of the lead ' if one.gain < 0 else ''}{extent})"


def _cells(costs: ModelCosts) -> tuple[str, ...]:
    streams = _NONE if costs.streams is None else "yes" if costs.streams else "no"
    return (
        seconds_text(costs.train_seconds),
        *(_NONE if value is None else milliseconds_text(value) for value in (costs.latency_ms, costs.batch_latency_ms)),
        *(_NONE if value is None else megabytes_text(value) for value in (costs.train_memory_mb, costs.model_size_mb)),
        streams,
    )
