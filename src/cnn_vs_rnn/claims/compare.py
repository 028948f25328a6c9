"""One test of a claim: its sides seed by seed, how far apart they are, and how surely. The rules: `claims.decide`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median_low

import numpy as np
from jaxtyping import Float

from cnn_vs_rnn.claims.check import SCORE
from cnn_vs_rnn.claims.evidence import Evidence, OpenError, Term
from cnn_vs_rnn.claims.finding import Estimate, Finding
from cnn_vs_rnn.claims.rule import TestConfig
from cnn_vs_rnn.config import Score
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER, Flag
from cnn_vs_rnn.statistics.bootstrap import SEED, Interval, mean_interval
from cnn_vs_rnn.statistics.looks import confidence_at, share
from cnn_vs_rnn.statistics.summary import LIMITS
from cnn_vs_rnn.statistics.threshold import (
    StandardErrors,
    p_of_mean,
    p_of_ranks,
    p_of_signs,
    student_interval,
)
from cnn_vs_rnn.statistics.words import listed


def find(where: str, label: str, test: TestConfig, evidence: Evidence, margin: float, score: Score | None) -> Finding:
    """Compare the sides of a test, on the seeds that all its terms have. where: the test, as an error names it."""
    finding = Finding(label, test, margin, score)
    try:
        terms = tuple(evidence.terms(test))
        finding = replace(finding, terms=terms)
        if test.quantity == SCORE:
            return _of_scores(finding, evidence)
        columns = [evidence.measured(where, term, test.quantity) for term in terms]
    except OpenError as reason:
        return replace(finding, note=str(reason))
    return _of_columns(finding, columns, evidence)


def _of_scores(finding: Finding, evidence: Evidence) -> Finding:
    """Per-sample scores, by the crossed bootstrap; their means where the test parts differ in size."""
    tables = [evidence.scores(term) for term in finding.terms]
    seeds, note = _paired([seeds for seeds, _ in tables])
    finding = replace(finding, seeds=tuple(seeds), note=note)
    if few := _too_few(finding, evidence):
        return few
    rows = [scores[np.isin(own, seeds)] for own, scores in tables]
    finding = replace(finding, values=_values(finding, [scores.mean(axis=1) for scores in rows]))
    better = _better(finding)
    if len({scores.shape[1] for scores in rows}) > 1:
        note = f"{note} The test parts differ in size, so only the spread over seeds counts.".strip()
        effects = _combined(finding, [better * scores.mean(axis=1) for scores in rows])
        return _excused(replace(finding, estimate=_by_mean(finding, effects, evidence), note=note), evidence)
    assert finding.score is not None
    combined = sum(term.sign * better * scores for term, scores in zip(finding.terms, rows, strict=True))
    assert isinstance(combined, np.ndarray)
    lowest, highest = LIMITS[finding.score]
    ends = [(lowest, highest) if term.sign * better > 0 else (-highest, -lowest) for term in finding.terms]
    limits = (sum(low for low, _ in ends), sum(high for _, high in ends))
    statistics, (confidence, spent) = evidence.experiment.statistics, _at_this_look(finding, evidence)
    interval = mean_interval(combined, confidence, statistics.resamples, SEED, limits=limits)
    estimate = _estimate(finding, combined.mean(axis=1), interval, combined.shape[1], confidence, spent)
    return _excused(replace(finding, estimate=estimate), evidence)


def _of_columns(finding: Finding, columns: list[dict[int, float]], evidence: Evidence) -> Finding:
    """One value a seed: by Student's t, or by ranks and signs where a value is infinite."""
    seeds, note = _paired([list(column) for column in columns])
    finding = replace(finding, seeds=tuple(seeds), note=note)
    if few := _too_few(finding, evidence):
        return few
    values = [np.array([column[seed] for seed in seeds], dtype=float) for column in columns]
    finding = replace(finding, values=_values(finding, values))
    scaled = [_logarithm(one) if finding.ratio else _better(finding) * one for one in values]
    infinite = [bool(np.isinf(one).any()) for one in scaled]
    if not any(infinite):
        estimate = _by_mean(finding, _combined(finding, scaled), evidence)
        return _excused(replace(finding, estimate=estimate), evidence)
    note = f"{note} Some values are infinite: decided by ranks, and the range is that over seeds.".strip()
    estimate = _by_ranks(finding, scaled)
    p = min(1.0, estimate.p / _at_this_look(finding, evidence)[1])
    finding = replace(finding, estimate=replace(estimate, p=p), note=note)
    return _excused(finding, evidence, [term for term, is_so in zip(finding.terms, infinite, strict=True) if is_so])


def _by_mean(finding: Finding, effects: Float[np.ndarray, " seed"], evidence: Evidence) -> Estimate:
    confidence, spent = _at_this_look(finding, evidence)
    return _estimate(finding, effects, student_interval(effects, confidence), 1, confidence, spent)


def _at_this_look(finding: Finding, evidence: Evidence) -> tuple[float, float]:
    """The confidence of an interval by itself, and the share of the error that it may make (`statistics.looks`).

    What a probe measures is looked at once.
    """
    experiment = evidence.experiment
    looks = experiment.looks if finding.config.quantity == SCORE else ()
    seeds = len(finding.seeds)
    return confidence_at(experiment.statistics.confidence, looks, seeds), share(looks, seeds)


def _estimate(
    finding: Finding,
    effects: Float[np.ndarray, " seed"],
    interval: Interval,
    samples: int,
    confidence: float,
    spent: float,
) -> Estimate:
    errors = StandardErrors.of(interval, len(effects), samples, confidence)
    mean, threshold, floor = interval.mean, finding.threshold, finding.floor
    exact = errors.negligible(mean, threshold)
    reaches = mean >= threshold or (exact and math.isclose(mean, threshold, rel_tol=1e-9))
    above = reaches and not (exact and math.isclose(mean, floor, rel_tol=1e-9))
    bound = floor if above else threshold
    return Estimate(
        effect=mean,
        low=interval.low,
        high=interval.high,
        above=above,
        bound=bound,
        p=min(1.0, p_of_mean(mean, errors, bound) / spent),
        by_seed=effects,
        interval=interval,
        errors=errors,
    )


def _by_ranks(finding: Finding, scaled: list[Float[np.ndarray, " seed"]]) -> Estimate:
    effects = _combined(finding, scaled)
    known = [float(effect) for effect in effects if not math.isnan(effect)]
    ahead = {term.sign: values for term, values in zip(finding.terms, scaled, strict=True)}
    if len(finding.terms) == 2:  # one for the effect, one against it
        one, other = ahead[1][:, None], ahead[-1] + finding.threshold
        above = int((one > other).sum()) > int((one < other).sum())
        bound = finding.floor if above else finding.threshold
        p = p_of_ranks(ahead[1], ahead[-1] + bound)
    else:
        above = int((effects > finding.threshold).sum()) > int((effects < finding.threshold).sum())
        bound = finding.floor if above else finding.threshold
        p = p_of_signs(effects, bound)
    return Estimate(
        effect=median_low(known) if known else None,
        low=min(known, default=None),
        high=max(known, default=None),
        above=above,
        bound=bound,
        p=p,
        by_seed=effects,
    )


def _combined(finding: Finding, values: Sequence[Float[np.ndarray, " seed"]]) -> Float[np.ndarray, " seed"]:
    with np.errstate(invalid="ignore"):  # infinite less infinite
        return np.sum([term.sign * one for term, one in zip(finding.terms, values, strict=True)], axis=0)


def _values(finding: Finding, values: Sequence[Float[np.ndarray, " seed"]]) -> dict[str, float]:
    """Side -> mean over seeds, of a ratio the geometric one; NaN where a change is from infinite to infinite."""
    means: dict[str, float] = {}
    with np.errstate(invalid="ignore"):
        for side in {term.side for term in finding.terms}:
            own = [
                term.within * (_logarithm(one) if finding.ratio else one)
                for term, one in zip(finding.terms, values, strict=True)
                if term.side == side
            ]
            mean = float(np.sum(own, axis=0).mean())
            means[side] = float(np.exp(mean)) if finding.ratio else mean
    return means


def _better(finding: Finding) -> int:
    """-1 for scores of which less is better, so that more of an effect always means better."""
    return 1 if finding.score is None or HIGHER_IS_BETTER[finding.score] else -1


def _paired(seeds: Sequence[Iterable[int]]) -> tuple[list[int], str]:
    """The seeds that all have, and what there is to say of the rest."""
    paired, tried = set.intersection(*map(set, seeds)), set[int]().union(*seeds)
    left = len(tried - paired)
    note = f"{left} {'seed was' if left == 1 else 'seeds were'} left out: not usable on both sides." if left else ""
    return sorted(paired), note


def _too_few(finding: Finding, evidence: Evidence) -> Finding | None:
    needed = evidence.experiment.statistics.min_seeds
    if len(finding.seeds) >= needed:
        return None
    note = f"Only {len(finding.seeds)} of the {needed} paired seeds that a verdict needs."
    return replace(finding, note=f"{note} {finding.note}".strip())


def _excused(finding: Finding, evidence: Evidence, infinite: Sequence[Term] = ()) -> Finding:
    """With an excuse where the losing terms were not trained to their end."""
    assert finding.estimate is not None
    flags: tuple[Flag, ...] = ("diverged", "unfinished")
    if finding.config.quantity == SCORE:
        losing = [term for term in finding.terms if (term.sign > 0) != finding.estimate.above]
    else:
        losing = list(infinite)
    excuses: list[tuple[Term, Flag, str]] = []
    for term in losing:
        if summary := evidence.summary(term):
            under = "" if term.condition == "default" else f" ({term.condition})"
            for flag in summary.flagged(*flags):
                excuses.append((term, flag, f"{term.model}{under} {summary.flag_text(flag)}"))
    if not excuses:
        return finding
    said = listed([words for _, _, words in excuses])
    finding = replace(finding, excuse=f"But {said}: this shows how training went, not what the network can do.")
    if finding.config.quantity != SCORE or any(flag != "unfinished" for _, flag, _ in excuses):
        return finding
    late = tuple(term for term, _, _ in excuses)
    return replace(finding, late=late, longer=tuple(_with_longer(finding, late, evidence)))


def _with_longer(finding: Finding, late: Sequence[Term], evidence: Evidence) -> Iterable[Finding]:
    """The test with its late terms over twice the steps, then over four times."""
    for trained in zip(*(evidence.longer(term) for term in late), strict=False):
        terms = tuple(trained[late.index(term)] if term in late else term for term in finding.terms)
        yield _of_scores(replace(finding, terms=terms, estimate=None, excuse=""), evidence)


def _logarithm(values: Float[np.ndarray, " seed"]) -> Float[np.ndarray, " seed"]:
    with np.errstate(divide="ignore"):  # of 0: minus infinity
        return np.log(values)
