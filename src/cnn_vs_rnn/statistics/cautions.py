"""What a reader of a verdict should know besides: flags, dropped seeds, a baseline as good, another score, ..."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cnn_vs_rnn.config import Family, Score, TaskConfig
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.statistics.duel import Compare, Duel
from cnn_vs_rnn.statistics.summary import ModelSummary, goodness, trials_by_model
from cnn_vs_rnn.statistics.words import SCORE_SYMBOLS, listed, model_text

OF_TEXTS: frozenset[Score] = frozenset({"chrf", "bleu"})  # scores that need not agree on which translation is better


def cautions(
    task: TaskConfig,
    champions: dict[Family, ModelSummary],
    duel: Duel | None,
    compare: Compare,
    winners: Sequence[Family],
) -> Iterator[str]:
    """One sentence each. winners: the networks that the verdict recommends."""
    for family in ("cnn", "rnn"):
        if champion := champions.get(family):
            for flag in champion.flags:
                yield f"{champion.model} {champion.flag_text(flag)}."
    if duel and duel.dropped:
        left_out = "1 seed was" if duel.dropped == 1 else f"{duel.dropped} seeds were"
        yield f"{left_out} left out: no usable result of both {duel.a.model} and {duel.b.model}."
    if (baseline := champions.get("baseline")) is None:
        yield "No baseline finished, so nothing shows that a network is needed at all."
    else:
        yield from _no_better([champions[family] for family in winners], baseline, task, compare)
    if duel and (hybrid := champions.get("hybrid")):
        best = max(duel.a, duel.b, key=lambda network: goodness(network.mean, task.score))
        interval = compare(hybrid, best).interval
        if interval and interval.low > 0:
            yield f"The hybrid {model_text(hybrid.model, hybrid.mean, task.score)} is better than both."


def otherwise_by(
    task: TaskConfig,
    condition: str,
    champions: dict[Family, ModelSummary],
    results: Iterable[TrialResult],
    chosen: ModelSummary | None,
) -> Iterator[str]:
    """A sentence where the champion that is best, or that is taken, is behind by another score of texts.

    chrF counts letters in common and BLEU whole phrases, so that right words in a wrong order please the first alone.
    """
    trials = trials_by_model(results, task.name, condition)
    if chosen is None:
        return
    tested = max(champions.values(), key=lambda one: goodness(one.mean, task.score))
    for score in task.also:
        if score in OF_TEXTS:
            means = {one.model: _mean(trials[one.model], score) for one in champions.values()}
            for best in dict.fromkeys((tested.model, chosen.model)):
                yield from _otherwise(best, means, score)


def _otherwise(best: str, means: dict[str, float | None], score: Score) -> Iterator[str]:
    if None in means.values():
        return
    other = max(means, key=lambda model: goodness(means[model], score))
    if other != best:
        ahead, behind = (model_text(model, means[model], score) for model in (other, best))
        yield f"By {SCORE_SYMBOLS[score]} it is otherwise: {ahead} is ahead of {behind}."


def _mean(trials: Iterable[TrialResult], score: Score) -> float | None:
    """Over seeds; None where one has no such score."""
    values = [trial.also.get(score) for trial in trials]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None


def _no_better(
    networks: list[ModelSummary], baseline: ModelSummary, task: TaskConfig, compare: Compare
) -> Iterator[str]:
    intervals = {network.model: compare(network, baseline).interval for network in networks}
    doubtful = [model for model, interval in intervals.items() if interval is None or interval.low <= 0]
    if doubtful:
        verb = "is" if len(doubtful) == 1 else "are"
        name = model_text(baseline.model, baseline.mean, task.score)
        yield f"{listed(doubtful)} {verb} not surely better than the baseline {name}."
