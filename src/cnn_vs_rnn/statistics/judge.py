"""Who wins a contest, by rules fixed before any result is seen.

1. The champion of each family (cnn, rnn, hybrid, baseline) is its model with the best mean validation score over seeds:
   the test part chooses nobody. A model that collapsed or diverged in half or more of its seeds, or finished fewer than
   `min_seeds`, is passed over where the family has another.
2. The effect is the mean paired difference of the test scores of the cnn and the rnn champion, signed so that positive
   favours the cnn, in the unit of the score, with the interval of `over_seeds.interval_over`. Seeds that one of
   the two did not finish, or finished with infinite scores, are dropped from the pair, and that is said.
3. 'neither' is asked first: where neither network champion can be better than the baseline champion by more than the
   margin (the upper end of each interval, network less baseline, is at most +equivalence), a simple baseline does as
   well. Both must fail, so that no verdict rests on having picked the right one of two.
4. Then the region of practical equivalence decides (Kruschke 2018, Advances in Methods and Practices in Psychological
   Science 1(2)): interval wholly above +equivalence: 'cnn'; wholly below -equivalence: 'rnn'; wholly within: 'tie';
   anything else: 'undecided', with a rough estimate of what would decide it.
5. Fewer than `min_seeds` paired seeds: 'undecided'. A family without a finished model: 'undecided'.
6. A champion that collapsed or diverged in half or more of its seeds, or that a longer training would improve, cannot
   lose, neither to the other network nor to a baseline, and one that collapsed or diverged cannot tie: 'undecided',
   naming the flag. Any other flag of a network champion, the winner's included, is said as a caution.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from cnn_vs_rnn.config import FAMILIES, Family, Score, StatisticsConfig, Strict, TaskConfig
from cnn_vs_rnn.evaluation.results import Flag, TrialResult
from cnn_vs_rnn.statistics.bootstrap import Interval
from cnn_vs_rnn.statistics.cautions import cautions, otherwise_by
from cnn_vs_rnn.statistics.duel import Duel, duels
from cnn_vs_rnn.statistics.precision import advice
from cnn_vs_rnn.statistics.summary import ModelSummary, ReadPredictions, goodness, summarise
from cnn_vs_rnn.statistics.words import (
    FAMILY_WORDS,
    difference_text,
    listed,
    model_text,
    range_text,
)

Verdict = Literal["cnn", "rnn", "tie", "neither", "undecided"]


class Contest(Strict):
    """What the evidence says of one task under one condition."""

    task: str
    condition: str
    verdict: Verdict
    effect: float | None  # cnn less rnn, positive favours the cnn; None where the two could not be compared
    low: float | None  # of the confidence interval of the effect
    high: float | None
    score: Score  # whose unit effect, low, high and equivalence have
    equivalence: float
    confidence: float
    seeds: int  # paired: both champions finished them
    champions: tuple[ModelSummary, ...]  # at most one a family, in the order cnn, rnn, hybrid, baseline
    reason: str
    cautions: tuple[str, ...]

    def champion(self, family: Family) -> ModelSummary | None:
        """The model that stands for a family, or None where none finished."""
        return next((champion for champion in self.champions if champion.family == family), None)


def judge(
    task: TaskConfig,
    condition: str,
    results: list[TrialResult],
    predictions: ReadPredictions,
    statistics: StatisticsConfig,
) -> Contest:
    """Decide one task under one condition; trials of others are passed over.

    predictions: reads the per-sample test scores of a trial, in the unit of the task's score.
    Raises UserError where trials were tested on different numbers of samples.
    """
    summaries = summarise(task, condition, results, predictions, statistics)
    champions: dict[Family, ModelSummary] = {
        family: champion
        for family in FAMILIES
        if (champion := choose_champion(summaries, family, task.score, statistics.min_seeds))
    }
    cnn, rnn, baseline = champions.get("cnn"), champions.get("rnn"), champions.get("baseline")
    compare = duels(task, condition, results, predictions, statistics)
    duel = compare(cnn, rnn) if cnn and rnn else None
    if duel is None:
        verdict, reason = _missing(champions)
    else:
        against_baseline = [compare(network, baseline) for network in (duel.a, duel.b)] if baseline else []
        verdict, reason = (
            _beaten_by_baseline(task, against_baseline)
            or _too_few_seeds(duel, statistics)
            or _between_networks(task, duel, statistics)
        )
    interval = duel.interval if duel else None
    doubts = [
        *cautions(task, champions, duel, compare, winners=_winners(verdict)),
        *otherwise_by(task, condition, champions, results),
    ]
    return Contest(
        task=task.name,
        condition=condition,
        verdict=verdict,
        effect=interval.mean if interval else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        score=task.score,
        equivalence=task.equivalence,
        confidence=statistics.confidence,
        seeds=duel.seeds if duel else 0,
        champions=tuple(champions.values()),
        reason=reason,
        cautions=tuple(doubt for doubt in doubts if doubt.removesuffix(".") not in reason),  # nothing said twice
    )


def choose_champion(
    summaries: Iterable[ModelSummary], family: Family, score: Score, min_seeds: int
) -> ModelSummary | None:
    """The model that stands for a family (rule 1), None where the family has none."""

    def rank(summary: ModelSummary) -> tuple[bool, float]:
        sound = not summary.flagged("collapsed", "diverged") and summary.scored >= min_seeds
        return sound, goodness(summary.valid, score)

    return max((summary for summary in summaries if summary.family == family), key=rank, default=None)


def _winners(verdict: Verdict) -> tuple[Family, ...]:
    """The networks a verdict recommends."""
    if verdict == "tie":
        return ("cnn", "rnn")
    return (verdict,) if verdict in ("cnn", "rnn") else ()


def _missing(champions: dict[Family, ModelSummary]) -> tuple[Verdict, str]:
    missing = [FAMILY_WORDS[family] for family in ("cnn", "rnn") if family not in champions]
    return "undecided", f"No {' and no '.join(missing)} finished this task, so there is nothing to compare."


def _beaten_by_baseline(task: TaskConfig, against: list[Duel]) -> tuple[Verdict, str] | None:
    """Rules 3 and 6; None where a network may be better than the baseline."""
    intervals = [duel.interval for duel in against]
    if not against or not all(interval and interval.high <= task.equivalence for interval in intervals):
        return None
    baseline = _named(against[0].b, task)
    if excuses := _excuses([duel.a for duel in against], "collapsed", "diverged", "unfinished"):
        return "undecided", (
            f"The baseline {baseline} is ahead of both networks, but {excuses}: "
            "this shows how they were trained, not what they can do."
        )
    networks = listed([_named(duel.a, task) for duel in against])
    return "neither", (
        f"The baseline {baseline} does at least as well as {networks}: "
        f"neither network can be ahead of it by more than {_margin(task)}."
    )


def _too_few_seeds(duel: Duel, statistics: StatisticsConfig) -> tuple[Verdict, str] | None:
    if duel.interval:
        return None
    have = f"Only {duel.seeds}" if duel.seeds else "None"
    return "undecided", (
        f"{have} of the {statistics.min_seeds} paired seeds that a verdict needs: "
        f"run with seeds={max(5, statistics.min_seeds)}."
    )


def _between_networks(task: TaskConfig, duel: Duel, statistics: StatisticsConfig) -> tuple[Verdict, str]:
    """Rules 4 and 6."""
    duel = duel if _of(duel).mean >= 0 else duel.reversed()
    interval, margin = _of(duel), task.equivalence
    ahead, behind = (f"the {FAMILY_WORDS[one.family]} {_named(one, task)}" for one in (duel.a, duel.b))
    gap = difference_text(interval.mean, task.score)
    extent = f"{100 * statistics.confidence:g}% interval {range_text(interval.low, interval.high, task.score)}"
    if interval.low > margin:
        if excuses := _excuses([duel.b], "collapsed", "diverged", "unfinished"):
            return "undecided", (
                f"{_capital(ahead)} is ahead of {behind}, but {excuses}: "
                "this shows how it was trained, not what it can do."
            )
        verdict: Verdict = "cnn" if duel.a.family == "cnn" else "rnn"
        return verdict, f"{_capital(ahead)} beats {behind} by {gap} ({extent}), more than {_margin(task)}."
    if -margin <= interval.low and interval.high <= margin:
        if excuses := _excuses([duel.a, duel.b], "collapsed", "diverged"):
            return "undecided", f"The scores are level, but {excuses}: that is no tie."
        return "tie", (
            f"{_capital(ahead)} and {behind} are level: their difference ({extent}) stays within {_margin(task)}."
        )
    doubt = f"perhaps by less than {_margin(task)}" if interval.low > 0 else "which of the two is better is open"
    level = gap.split()[0] == "0"
    stand = f"and {behind} are level on average" if level else f"is ahead of {behind} by {gap}"
    return "undecided", (
        f"{_capital(ahead)} {stand} ({extent}), but {doubt}. "
        f"{advice(interval, duel.seeds, duel.samples, margin, statistics.confidence)}"
    )


def _of(duel: Duel) -> Interval:
    assert duel.interval is not None
    return duel.interval


def _excuses(models: Iterable[ModelSummary], *flags: Flag) -> str:
    """Why a defeat (or a tie) of these models is none: the flags that half or more of their seeds carry, in words."""
    excuses = [f"{model.model} {model.flag_text(flag)}" for model in models for flag in model.flagged(*flags)]
    return listed(excuses) if excuses else ""


def _named(model: ModelSummary, task: TaskConfig) -> str:
    return model_text(model.model, model.mean, task.score)


def _margin(task: TaskConfig) -> str:
    return f"the margin of {difference_text(task.equivalence, task.score)} that matters here"


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
