"""What a reader of a verdict should know besides: flags, dropped seeds, a baseline or a hybrid as good."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_vs_rnn.config import Family, TaskConfig
from cnn_vs_rnn.statistics.duel import Compare, Duel
from cnn_vs_rnn.statistics.summary import ModelSummary, goodness
from cnn_vs_rnn.statistics.words import FLAG_WORDS, listed, model_text


def cautions(
    task: TaskConfig,
    champions: dict[Family, ModelSummary],
    duel: Duel | None,
    compare: Compare,
    winners: tuple[Family, ...],
) -> Iterator[str]:
    """One sentence each. winners: the networks that the verdict recommends."""
    for family in ("cnn", "rnn"):
        if champion := champions.get(family):
            for flag, count in champion.flags.items():
                yield f"{champion.model} {FLAG_WORDS[flag]} in {count} of {champion.seeds} seeds."
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


def _no_better(
    networks: list[ModelSummary], baseline: ModelSummary, task: TaskConfig, compare: Compare
) -> Iterator[str]:
    intervals = {network.model: compare(network, baseline).interval for network in networks}
    doubtful = [model for model, interval in intervals.items() if interval is None or interval.low <= 0]
    if doubtful:
        verb = "is" if len(doubtful) == 1 else "are"
        name = model_text(baseline.model, baseline.mean, task.score)
        yield f"{listed(doubtful)} {verb} not surely better than the baseline {name}."
