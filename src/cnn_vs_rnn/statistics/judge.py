"""Who wins a contest, and which model to take: by rules fixed before any result is seen.

1. The champion of each family (cnn, rnn, hybrid, baseline) is its model with the best mean validation score over seeds:
   the test part chooses nobody. A model that collapsed or diverged in half or more of its seeds, or finished fewer than
   `min_seeds`, is passed over where the family has another.
2. The effect is the mean paired difference of the test scores of the cnn and the rnn champion, signed so that positive
   favours the cnn, in the unit of the score, with the interval of `over_seeds.interval_over`. Seeds that one of
   the two did not finish, or finished with infinite scores, are dropped from the pair, and that is said.
3. 'neither' is asked first: where neither network champion can be better than the baseline champion by more than the
   margin (the upper end of each interval, network less baseline, is at most +equivalence), a simple baseline does as
   well. Both must fail, so that no verdict rests on having picked the right one of two.
4. Then the effect d, its interval [low, high] and the margin m decide (`duel.relation`):
   'cnn': low > 0 and d >= m: surely better, and by an amount that matters, as far as measured;
   'tie': -m <= low and high <= m;
   'cnn or tie': low > -m, and none of these: at least as good; taking it costs less than the margin;
   'rnn', 'rnn or tie': the mirror image; 'undecided': anything else, with what would decide it.
5. Fewer than `min_seeds` paired seeds: 'undecided'. A family without a finished model: 'undecided'.
6. A champion that collapsed or diverged in half or more of its seeds cannot lose, neither to the other network nor to a
   baseline, and it cannot tie: 'undecided', naming the flag. Nor can one that a longer training would improve, before
   it has trained longer (`statistics.overtime`). If it is still behind after four times the steps, the verdict stands,
   no stronger than what it is over those; if it is not, the verdict is 'depends', with the steps at which it turns.
   Any other flag of a network champion, the winner's included, is said as a caution.
7. The model to take is the champion that the verdict names; of a tie the cheaper network, by latency or, where that
   differs by less than a tenth or is not known, by training time; of 'neither' the baseline. A hybrid is taken where it
   is better (rule 4) than every other champion and no network has an excuse (rule 6). Where it is undecided or depends,
   the champion of the least regret is taken, one that collapsed or diverged only where all did.
8. Where the contest is looked at several times, as seeds come in, champions are those of the first look's seeds, and
   the interval is wider, so that all looks together have the confidence asked for (`statistics.looks`).
9. The regret of the model is how much better another champion may be at most: the highest upper end of the intervals of
   the others less the model, at least 0. It holds with half the error of the interval (97.5% of 95%): for it to be
   wrong, the interval of the model that is truly best must be wrong at one end, whichever was taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cnn_vs_rnn.config import FAMILIES, Family, StatisticsConfig, TaskConfig
from cnn_vs_rnn.evaluation.results import Cost, Flag, TrialResult
from cnn_vs_rnn.statistics.bootstrap import Interval
from cnn_vs_rnn.statistics.cautions import cautions, otherwise_by
from cnn_vs_rnn.statistics.contest import Contest, Verdict
from cnn_vs_rnn.statistics.duel import Duel, duels
from cnn_vs_rnn.statistics.looks import confidence_at
from cnn_vs_rnn.statistics.overtime import Overtime, as_models, longer_summaries
from cnn_vs_rnn.statistics.precision import advice
from cnn_vs_rnn.statistics.summary import ModelSummary, ReadPredictions, goodness, summarise
from cnn_vs_rnn.statistics.taking import NETWORKS, take
from cnn_vs_rnn.statistics.words import (
    FAMILY_WORDS,
    difference_text,
    listed,
    model_text,
    range_text,
)

_NAMED: dict[Verdict, tuple[Family, ...]] = {  # the families whose champions may be taken
    "cnn": ("cnn",),
    "cnn or tie": ("cnn",),
    "tie": NETWORKS,
    "rnn or tie": ("rnn",),
    "rnn": ("rnn",),
    "neither": ("baseline",),
}
_FEWEST_SEEDS = 5  # asked for where there are too few for any verdict


def judge(
    task: TaskConfig,
    condition: str,
    results: list[TrialResult],
    predictions: ReadPredictions,
    statistics: StatisticsConfig,
    costs: Mapping[str, Cost] | None = None,
    looks: Sequence[int] = (),
    overtime: Sequence[TrialResult] = (),
) -> Contest:
    """Decide one task under one condition; trials of others are passed over.

    predictions: reads the per-sample test scores of a trial, in the unit of the task's score. costs: of the models that
    were measured, which decides between equals. looks: the numbers of seeds at which the contest is looked at.
    overtime: of models that were behind, the trials over more steps. Raises UserError where trials were tested on
    different numbers of samples.
    """
    champions = champions_of(task, condition, results, predictions, statistics, looks)
    confidence = statistics.confidence
    tried = max((champion.seeds for champion in champions.values() if champion.family in NETWORKS), default=0)
    statistics = statistics.model_copy(update={"confidence": confidence_at(confidence, looks, tried)})
    compare = duels(task, condition, [*results, *as_models(overtime)], predictions, statistics)
    late = Overtime(longer_summaries(task, condition, overtime, predictions, statistics), compare, task)
    cnn, rnn, baseline = champions.get("cnn"), champions.get("rnn"), champions.get("baseline")
    duel = compare(cnn, rnn) if cnn and rnn else None
    if duel is None:
        ruling = _missing(champions)
    else:
        against_baseline = [compare(network, baseline) for network in (duel.a, duel.b)] if baseline else []
        ruling = (
            _beaten_by_baseline(task, against_baseline, results, late)
            or _too_few_seeds(duel, statistics)
            or _between_networks(task, duel, confidence, statistics, results, late)
        )
    verdict, reason = ruling.verdict, ruling.reason
    interval = duel.interval if duel else None
    named = _NAMED.get(verdict, ())
    taken = take(named, champions, compare, costs or {}, task.score)
    doubts = [
        *cautions(task, champions, duel, compare, winners=[family for family in named if family in NETWORKS]),
        *otherwise_by(task, condition, champions, results, taken.model),
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
        confidence=confidence,
        confidence_alone=statistics.confidence,
        seeds=duel.seeds if duel else 0,
        champions=tuple(champions.values()),
        reason=reason,
        remedy=ruling.remedy,
        seeds_help=duel is not None and verdict == "undecided" and _seeds_help(duel),
        late=ruling.late,
        choice=taken.model.model if taken.model else "",
        merit=taken.merit,
        regret=taken.regret,
        rival=taken.rival,
        cautions=tuple(doubt for doubt in doubts if doubt.removesuffix(".") not in reason),  # nothing said twice
    )


def champions_of(
    task: TaskConfig,
    condition: str,
    results: Iterable[TrialResult],
    predictions: ReadPredictions,
    statistics: StatisticsConfig,
    looks: Sequence[int] = (),
) -> dict[Family, ModelSummary]:
    """The model that stands for each family (rules 1 and 8), over all its seeds; no entry where a family has none."""
    own = [one for one in results if (one.task, one.condition) == (task.name, condition)]
    first = sorted({one.seed for one in own})[: looks[0] if looks else None]
    ranked = summarise(task, condition, [one for one in own if one.seed in first], predictions, statistics)
    whole = {one.model: one for one in summarise(task, condition, own, predictions, statistics)}

    def rank(summary: ModelSummary) -> tuple[bool, float]:
        return summary.sound and summary.scored >= statistics.min_seeds, goodness(summary.valid, task.score)

    champions: dict[Family, ModelSummary] = {}
    for family in FAMILIES:
        chosen = max((one for one in ranked if one.family == family), key=rank, default=None)
        if chosen is not None:
            champions[family] = whole[chosen.model]
    return champions


def _seeds_help(duel: Duel) -> bool:
    """Whether the luck of samples alone would leave it undecided, however many seeds there were."""
    if duel.interval is None:
        return True
    return duel.relation == "open" and duel.interval.by_samples < abs(duel.interval.mean) + duel.margin


@dataclass(frozen=True)
class _Ruling:
    """A verdict, why, and what would decide it. late: models that first have to train longer."""

    verdict: Verdict
    reason: str
    remedy: str = ""
    late: tuple[str, ...] = ()


def _missing(champions: Mapping[Family, ModelSummary]) -> _Ruling:
    missing = [FAMILY_WORDS[family] for family in NETWORKS if family not in champions]
    reason = f"No {' and no '.join(missing)} finished this task, so there is nothing to compare."
    articles = ["an RNN" if word == "RNN" else f"a {word}" for word in missing]
    remedy = _capital(f"{' and '.join(articles)} that finishes would; the report lists what failed.")
    return _Ruling("undecided", reason, remedy)


def _beaten_by_baseline(
    task: TaskConfig, against: list[Duel], results: Iterable[TrialResult], late: Overtime
) -> _Ruling | None:
    """Rules 3 and 6; None where a network may be better than the baseline."""
    if not against or any(duel.relation in ("better", "no worse", "open") for duel in against):
        return None
    baseline, losers = _named(against[0].b, task), [duel.a for duel in against]
    as_good = f"The baseline {baseline} does at least as well as"
    stands = ""
    if excuses := _excuses(losers, "collapsed", "diverged", "unfinished"):
        fate = late.fate([duel.reversed() for duel in against])
        if fate.turned:
            return _Ruling("depends", f"{as_good} both networks, but {fate.turned}.")
        if not fate.stands:
            reason = f"{as_good} both networks, but {excuses}: this shows how they were trained, not what they can do."
            return _Ruling("undecided", reason, _retraining(losers, results), fate.waiting)
        stands = f" {fate.stands}"
    networks = listed([_named(one, task) for one in losers])
    reason = f"{as_good} {networks}: neither network can be ahead of it by more than {_margin(task)}.{stands}"
    return _Ruling("neither", reason)


def _too_few_seeds(duel: Duel, statistics: StatisticsConfig) -> _Ruling | None:
    if duel.interval:
        return None
    have = f"Only {duel.seeds}" if duel.seeds else "None"
    needed = statistics.min_seeds
    remedy = f"At least {max(_FEWEST_SEEDS, needed)} seeds would (seeds={max(_FEWEST_SEEDS, needed)})."
    return _Ruling("undecided", f"{have} of the {needed} paired seeds that a verdict needs.", remedy)


def _between_networks(
    task: TaskConfig,
    duel: Duel,
    confidence: float,
    statistics: StatisticsConfig,
    results: Iterable[TrialResult],
    late: Overtime,
) -> _Ruling:
    """Rules 4 and 6. confidence: all looks together."""
    if duel.relation in ("worse", "no better") or (duel.relation in ("level", "open") and _of(duel).mean < 0):
        duel = duel.reversed()
    interval, margin, relation = _of(duel), _margin(task), duel.relation
    one, other = (f"the {FAMILY_WORDS[network.family]} {_named(network, task)}" for network in (duel.a, duel.b))
    gap = difference_text(abs(interval.mean), task.score)
    extent = f"{100 * confidence:g}% interval {range_text(interval.low, interval.high, task.score)}"
    stand = _stand(interval.mean, gap)
    loses = relation in ("better", "no worse")
    excused = [duel.b] if loses else [duel.a, duel.b]
    flags: tuple[Flag, ...] = ("collapsed", "diverged", "unfinished") if loses else ("collapsed", "diverged")
    excuses = "" if relation == "open" else _excuses(excused, *flags)
    stands = ""
    if excuses:
        told = f"{_capital(one)} {stand.format(other)}" if loses else "The scores are level"
        fate = late.fate([duel] if loses else [])
        if fate.turned:
            return _Ruling("depends", f"{told} ({extent}), but {fate.turned}.")
        if not fate.stands:
            training = "this shows how it was trained, not what it can do." if loses else "that is not a tie."
            return _Ruling(
                "undecided", f"{told}, but {excuses}: {training}", _retraining(excused, results), fate.waiting
            )
        stands, relation = f" {fate.stands}", fate.relation
    family: Verdict = "cnn" if duel.a.family == "cnn" else "rnn"
    match relation:
        case "better":
            return _Ruling(family, f"{_capital(one)} beats {other} by {gap} ({extent}), at least {margin}.{stands}")
        case "no worse":
            at_least: Verdict = "cnn or tie" if family == "cnn" else "rnn or tie"
            reason = f"{_capital(one)} {stand.format(other)} ({extent}), and surely not behind by {margin}.{stands}"
            return _Ruling(at_least, reason)
        case "level":
            reason = f"{_capital(one)} and {other} are level: their difference ({extent}) stays within {margin}."
            return _Ruling("tie", reason)
    room = abs(interval.mean) + task.equivalence
    remedy = advice(interval, duel.seeds, duel.samples, room, statistics.confidence)
    reason = f"{_capital(one)} {stand.format(other)} ({extent}): either may be ahead by {margin}."
    return _Ruling("undecided", reason, remedy)


def _stand(effect: float, gap: str) -> str:
    if gap.split()[0] == "0":
        return "is level with {} on average"
    return f"is {'ahead of' if effect > 0 else 'behind'} {{}} by {gap}"


def _retraining(models: Iterable[ModelSummary], results: Iterable[TrialResult]) -> str:
    """How to train networks to their end, where they were not."""
    models, said = list(models), []
    if late := [one for one in models if one.flagged("unfinished")]:
        keys = {(one.task, one.condition, one.model) for one in late}
        steps = max(trial.steps for trial in results if (trial.task, trial.condition, trial.model) in keys)
        names = listed([one.model for one in late])
        said.append(f"a longer training, which {names} would gain by (trainer.steps={2 * steps})")
    if unsound := [one.model for one in models if not one.sound]:
        said.append(f"another learning rate for {listed(unsound)} (tuning.trials=20)")
    return f"{_capital(' and '.join(said))} may decide it." if said else ""


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
