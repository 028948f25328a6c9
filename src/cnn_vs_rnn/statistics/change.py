"""What would change an advice, in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnn_vs_rnn.config import StatisticsConfig
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.statistics.duel import Compare, Duel
from cnn_vs_rnn.statistics.judge import Contest
from cnn_vs_rnn.statistics.precision import MOST_SEEDS, advice, both_needed, samples_needed, seeds_needed
from cnn_vs_rnn.statistics.recommendation import Decision, ModelCosts, Needs
from cnn_vs_rnn.statistics.words import FAMILY_WORDS, difference_text, listed, times_text

_FEWEST_SEEDS = 5  # asked for where there are too few for any verdict
_NOTICEABLE = 1.1  # a cost that is this many times lower is worth a word


def needs_of(contest: Contest, compare: Compare, statistics: StatisticsConfig) -> Needs:
    """The power estimate behind an undecided contest; none where its reason is another, such as how it was trained."""
    cnn, rnn = contest.champion("cnn"), contest.champion("rnn")
    if cnn is None or rnn is None:
        return Needs()
    duel = compare(cnn, rnn)
    if duel.interval is None:
        return Needs(seeds=max(_FEWEST_SEEDS, statistics.min_seeds))
    limits = (contest.equivalence, contest.confidence)
    if advice(duel.interval, duel.seeds, duel.samples, *limits) not in contest.reason:
        return Needs()
    if seeds := seeds_needed(duel.interval, duel.seeds, *limits):
        return Needs(seeds=seeds)
    if samples := samples_needed(duel.interval, duel.samples, contest.equivalence):
        return Needs(samples=samples)
    both = both_needed(duel.interval, duel.seeds, duel.samples, *limits)
    return Needs(seeds=both[0], samples=both[1]) if both else Needs()


def would_change_it(
    decision: Decision,
    contest: Contest,
    duel: Duel | None,
    needs: Needs,
    costs: Mapping[str, ModelCosts],
    results: Sequence[TrialResult],
) -> str:
    """One or two sentences. duel: the recommended model against another; results: of the experiment."""
    if decision == "undecided":
        return _evidence(contest, needs, results)
    assert duel is not None
    assert duel.interval is not None
    gain, margin = duel.interval.mean, contest.equivalence
    amount = difference_text(margin, contest.score)
    other = duel.b.model
    if decision == "neither":
        lacking = difference_text(max(0.0, gain) + margin, contest.score)
        return (
            f"A network that is ahead of {duel.a.model} by more than {amount}: {other} would have to gain {lacking}, "
            "by more tuning, a larger budget or more data."
        )
    cheap = advantages(costs[other], costs[duel.a.model])
    merits = f"{other} {listed(cheap)}" if cheap else ""
    if decision == "tie":
        text = f"A use in which less than {amount} counts"
        return f"{text}, or a cost that matters more: {merits}." if merits else f"{text}."
    lacking = difference_text(gain - margin, contest.score)
    text = (
        f"{other} gaining {lacking}, by more tuning, a larger budget or more data: "
        f"it would then be within the margin of {amount}."
    )
    return f"{text} Or a cost that matters more than the score: {merits}." if merits else text


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


def _evidence(contest: Contest, needs: Needs, results: Sequence[TrialResult]) -> str:
    """What would decide what is undecided."""
    missing = [FAMILY_WORDS[family] for family in ("cnn", "rnn") if contest.champion(family) is None]
    if missing:
        return f"A {' and a '.join(missing)} that finishes; the report lists what failed."
    more = []
    if needs.seeds:
        more.append(f"{'at least' if contest.effect is None else 'about'} {needs.seeds} seeds (seeds={needs.seeds})")
    if needs.samples:
        more.append(f"about {float(f'{needs.samples:.2g}'):,.0f} test samples")
    ways = [*([" and ".join(more)] if more else []), *_training(contest, results)]
    if ways:
        text = "; ".join(ways)
        return f"{text[0].upper()}{text[1:]}."
    return (
        f"Not {MOST_SEEDS} seeds nor a far larger test part, but networks that differ more: by tuning "
        "(tuning.trials=20), another budget or more training data."
    )


def _training(contest: Contest, results: Sequence[TrialResult]) -> list[str]:
    """How to train the networks to their end, where they were not."""
    networks = [one for family in ("cnn", "rnn") if (one := contest.champion(family))]
    said = []
    if late := [one.model for one in networks if one.flagged("unfinished")]:
        key = (contest.task, contest.condition)
        steps = max(one.steps for one in results if (one.task, one.condition) == key and one.model in late)
        said.append(f"a longer training, which {listed(late)} would gain by (trainer.steps={2 * steps})")
    if unsound := [one.model for one in networks if one.flagged("collapsed", "diverged")]:
        said.append(f"another learning rate for {listed(unsound)} (tuning.trials=20)")
    return said
