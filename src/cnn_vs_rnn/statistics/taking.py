"""Which champion of a contest to take, and what that costs at worst: rules 7 and 9 of `statistics.judge`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnn_vs_rnn.config import Family, Score
from cnn_vs_rnn.evaluation.results import Cost
from cnn_vs_rnn.statistics.duel import Compare
from cnn_vs_rnn.statistics.summary import ModelSummary, goodness
from cnn_vs_rnn.statistics.words import times_text

NETWORKS: tuple[Family, ...] = ("cnn", "rnn")
_LEVEL = 0.9  # of a cost: above this ratio neither is called cheaper


@dataclass(frozen=True)
class Taken:
    """The champion to take; None where nothing finished. merit, regret and rival as a `Contest` has them."""

    model: ModelSummary | None = None
    merit: str = ""
    regret: float | None = None
    rival: str = ""


def take(
    named: Sequence[Family],
    champions: Mapping[Family, ModelSummary],
    compare: Compare,
    costs: Mapping[str, Cost],
    score: Score,
) -> Taken:
    """A hybrid that beats all others, else the cheapest of the families named, else the champion of least regret."""
    if not champions:
        return Taken()
    merit = ""
    networks = [champions[family] for family in NETWORKS if family in champions]
    if (hybrid := _better_hybrid(champions, networks, compare)) is not None:
        chosen = hybrid
    elif len(named) > 1:
        chosen, merit = _cheaper([champions[family] for family in named], costs)
    elif named:
        chosen = champions[named[0]]
    else:

        def rank(one: ModelSummary) -> tuple[bool, float, float]:
            regret = _regret(one, champions, compare)[0]
            return one.sound, 0.0 if regret is None else -regret, goodness(one.valid, score)

        chosen = max(champions.values(), key=rank)
    return Taken(chosen, merit, *_regret(chosen, champions, compare))


def _regret(
    chosen: ModelSummary, champions: Mapping[Family, ModelSummary], compare: Compare
) -> tuple[float | None, str]:
    """And the rival that it is against."""
    found = [
        (-interval.low, other.model)
        for other in champions.values()
        if other != chosen and (interval := compare(chosen, other).interval)
    ]
    if not found:
        return None, ""
    most, rival = max(found)
    return (most, rival) if most > 0 else (0.0, "")


def _better_hybrid(
    champions: Mapping[Family, ModelSummary], networks: Sequence[ModelSummary], compare: Compare
) -> ModelSummary | None:
    """The hybrid, where it is better than every other champion and no network has an excuse."""
    hybrid = champions.get("hybrid")
    if hybrid is None or len(networks) < len(NETWORKS):
        return None
    if any(network.flagged("collapsed", "diverged", "unfinished") for network in networks):
        return None
    others = [one for one in champions.values() if one != hybrid]
    return hybrid if all(compare(hybrid, other).relation == "better" for other in others) else None


def _cheaper(networks: Sequence[ModelSummary], costs: Mapping[str, Cost]) -> tuple[ModelSummary, str]:
    """Of equals, and why."""
    latency = {one.model: costs[one.model].latency_ms for one in networks if one.model in costs}
    if len(latency) == len(networks):
        fast = min(networks, key=lambda one: latency[one.model])
        slowest = max(latency.values())
        if latency[fast.model] < _LEVEL * slowest:
            return fast, f"which answers {times_text(slowest / latency[fast.model])} as fast"
    return min(networks, key=lambda one: one.train_seconds), "which takes the least time to train"
