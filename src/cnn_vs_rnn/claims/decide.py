"""The verdict on a claim, by rules fixed before any result is seen.

Sides
1. A family stands for its champion: the best mean validation score under the side's condition, as `statistics.judge`
   (rule 1) chooses it. A change is that of one model, chosen where the
   change starts from. The test part chooses nobody.
2. Everything is compared seed by seed, on the seeds that all sides have; with fewer than `min_seeds` a test is open.

Effects: `of` less `less` (each less where its change is from), turned around if the test says so; positive speaks for
the claim.
3. score: test scores, signed so that more is better, sample by sample, with the crossed bootstrap over seeds and
   samples (`statistics.bootstrap`). Where the test parts of the sides differ in size: their means, one a seed.
4. What a probe measures: one value a seed. A ratio is compared by its logarithm; effect, interval and margin are shown
   as factors. One value a seed has Student's t interval.
5. Infinite values (a target never reached, a gradient of exactly 0) have no mean. Two values are then held against each
   other by the rank test of Mann & Whitney, in which such a value is the largest (or smallest) there is and two of them
   are level; one value, or a change less another, by the test of signs. The effect shown is the middle seed's, its
   range that of the seeds. Seeds of which both sides are infinite tell nothing: all of them so, and the test is open.

Outcome of a test
6. As in a contest (`statistics.judge`, rule 4): a test holds where the effect is surely above 0 and, as far as
   measured, at least the margin; it fails where it is surely below the margin; otherwise it is open. Where the margin
   is below 0 (no worse by so much), or a value by itself is compared, holding asks that it is surely above the margin.
7. How surely: p is two-sided, of an effect equal to what is to be excluded, 0 or the margin: 1 less the confidence at
   which an interval with the standard errors of seeds and of samples, each with its own Student's t, reaches it
   (`statistics.threshold`). Where nothing varies (bytes, say), the comparison is exact and p is 0. It is adjusted by
   Holm over all tests of the claim, those that could not be carried out counted in, and must be below 1 - confidence.
   The interval shown is that of the one test, not adjusted.
8. In scores, a defeat through training is none: where a losing model diverged in half or more of its seeds, the test is
   open, and where it would gain by a longer training, it is open until that model has trained over twice and four
   times the steps (`statistics.overtime`). The test then holds, or fails, where it surely does so with each of these as
   well; it depends, on the length of training, where with one of them it surely does the opposite; else it stays open.
   (Trainings that end by time are not asked: running out of it is the point. Of a probe's quantity, only infinite
   values are excused so.) That a model trained to its end and gives every sample the same answer does not
   excuse it: a network that cannot remember looks like that.

Verdict
9. supported: all tests hold. refuted: all fail. depends: at least one holds and at least one fails, or one depends by
    itself, and the reason names which; where they differ in what is held equal, it says so; where they have positions,
    the effect's crossing of the margin is found (`claims.crossover`). undecided: anything else, with what would decide
    it.
10. effect, low, high are those of the test that the verdict hinges on, the one nearest to another answer: the largest p
    of all tests if supported or refuted, of the open ones if undecided; if it depends, the one farthest from the
    margin: the smallest p of those that hold or fail.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cnn_vs_rnn.claims.check import SCORE, check_claim, sides, task_of, test_key
from cnn_vs_rnn.claims.compare import find
from cnn_vs_rnn.claims.crossover import find_crossover
from cnn_vs_rnn.claims.evidence import Evidence, Term
from cnn_vs_rnn.claims.finding import Finding
from cnn_vs_rnn.claims.reason import reason
from cnn_vs_rnn.claims.rule import ClaimConfig, TestConfig
from cnn_vs_rnn.claims.verdict import ClaimVerdict, ClaimWord, Crossover, Outcome, TestOutcome
from cnn_vs_rnn.config import ExperimentConfig, StatisticsConfig
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.statistics.holm import holm
from cnn_vs_rnn.statistics.overtime import IN_WORDS
from cnn_vs_rnn.statistics.precision import advice
from cnn_vs_rnn.statistics.summary import ReadPredictions
from cnn_vs_rnn.statistics.words import listed


def decide(
    claim_id: str,
    claim: ClaimConfig,
    experiment: ExperimentConfig,
    results: list[TrialResult],
    measurements: list[Measurement],
    predictions: ReadPredictions,
    overtime: Sequence[TrialResult] = (),
) -> ClaimVerdict:
    """Apply a claim's rule to what was measured.

    predictions: reads the per-sample test scores of a trial, in the unit of the task's score. overtime: of models that
    were behind, the trials over more steps.
    Raises UserError where the rule asks for what the experiment does not have (`claims.check`), where a quantity was
    measured elsewhere along its axis, or where trials of a model were tested on different numbers of samples. What is
    merely not finished leaves its test open.
    """
    check_claim(claim_id, claim, experiment)
    evidence = Evidence(experiment, results, measurements, predictions, overtime)
    findings = [_find(test_key(claim_id, label), label, test, evidence) for label, test in claim.tests.items()]
    adjusted = holm([finding.p for finding in findings])
    outcomes = tuple(
        _outcome(finding, p, len(findings), experiment.statistics)
        for finding, p in zip(findings, adjusted, strict=True)
    )
    verdict = verdict_of(outcomes)
    crossover = _crossover(findings, outcomes, experiment.statistics) if verdict == "depends" else None
    hinge = hinge_of(verdict, outcomes)
    return ClaimVerdict(
        claim=claim_id,
        experiment=experiment.experiment,
        statement=claim.statement,
        verdict=verdict,
        effect=outcomes[hinge].effect,
        low=outcomes[hinge].low,
        high=outcomes[hinge].high,
        unit=outcomes[hinge].unit,
        seeds=min(outcome.seeds for outcome in outcomes),
        conditions=_conditions(claim, experiment),
        reason=reason(
            verdict, findings, outcomes, hinge, crossover, claim.axis, confidence=experiment.statistics.confidence
        ),
        crossover=crossover,
        outcomes=outcomes,
    )


def _find(where: str, label: str, test: TestConfig, evidence: Evidence) -> Finding:
    task = task_of(test.of.task, test.of.condition, evidence.experiment)
    margin = task.equivalence if test.margin is None else test.margin
    return find(where, label, test, evidence, margin, task.score if test.quantity == SCORE else None)


def _outcome(finding: Finding, adjusted: float, tests: int, statistics: StatisticsConfig) -> TestOutcome:
    """Rules 7 and 8."""
    estimate = finding.estimate
    outcome: Outcome = "open"
    note, late = finding.note, ()
    if estimate is not None:
        if adjusted >= 1 - statistics.confidence:
            note = f"{_what_would_decide(finding, tests, statistics.confidence)} {note}".strip()
        elif finding.excuse:
            outcome, told, late = _over_more_steps(finding, estimate.above, tests, statistics.confidence)
            note = f"{told} {note}".strip()
        else:
            outcome = "holds" if estimate.above else "fails"
    return TestOutcome(
        label=finding.label,
        outcome=outcome,
        quantity=finding.config.quantity,
        unit=finding.unit,
        effect=finding.in_unit(estimate.effect) if estimate else None,
        low=finding.in_unit(estimate.low) if estimate else None,
        high=finding.in_unit(estimate.high) if estimate else None,
        margin=finding.margin,
        p=estimate.p if estimate else None,
        adjusted_p=adjusted if estimate else None,
        seeds=len(finding.seeds),
        of_model=finding.model("of"),
        less_model=finding.model("less"),
        of_value=_known(finding.values.get("of")),
        less_value=_known(finding.values.get("less")),
        position=finding.config.position,
        budget=finding.config.budget,
        seeds_help=outcome == "open" and finding.seeds_help,
        late=tuple((term.condition, term.task.name, term.model) for term in late),
        note=note,
    )


def _over_more_steps(
    finding: Finding, above: bool, tests: int, confidence: float
) -> tuple[Outcome, str, tuple[Term, ...]]:
    """Rule 9, of an excused defeat; and who has to train longer first. p is corrected as the smallest of all is."""
    for longer in finding.longer:
        trained = listed([term.model for term in longer.terms if term not in finding.terms])
        if longer.estimate is None or tests * longer.p >= 1 - confidence:
            return "open", f"With {trained} it is open.", ()
        if longer.estimate.above != above:
            return "depends", f"With {trained} it {'holds' if longer.estimate.above else 'fails'}.", ()
    if len(finding.longer) < len(IN_WORDS):
        return "open", finding.excuse, finding.late
    names = listed([term.model for term in finding.late])
    return (
        ("holds" if above else "fails"),
        f"So it does with {names} over {IN_WORDS[max(IN_WORDS)]} the steps.",
        (),
    )


def _what_would_decide(finding: Finding, tests: int, confidence: float) -> str:
    """In a sentence, for the confidence that Holm asks of the smallest of so many p-values."""
    estimate = finding.estimate
    assert estimate is not None
    if estimate.interval is None or estimate.errors is None:
        return "The seeds do not agree, or are too few for values beyond all measure: more seeds would decide it."
    strict = 1 - (1 - confidence) / tests
    errors = estimate.errors
    room = abs(estimate.interval.mean - estimate.bound)
    return advice(errors.at(estimate.interval, strict), errors.seeds, errors.samples, room, strict)


def verdict_of(outcomes: tuple[TestOutcome, ...]) -> ClaimWord:
    """Rule 9."""
    found = {outcome.outcome for outcome in outcomes}
    if found == {"holds"}:
        return "supported"
    if found == {"fails"}:
        return "refuted"
    return "depends" if "depends" in found or found >= {"holds", "fails"} else "undecided"


def hinge_of(verdict: ClaimWord, outcomes: tuple[TestOutcome, ...]) -> int:
    """Which test the verdict hinges on: rule 10. Of equals the first."""
    places = range(len(outcomes))
    if verdict == "depends":
        return min((at for at in places if outcomes[at].outcome != "open"), key=lambda at: outcomes[at].p or 0.0)
    chosen = [at for at in places if verdict != "undecided" or outcomes[at].outcome == "open"]
    return max(chosen, key=lambda at: -1.0 if (p := outcomes[at].p) is None else p)


def _crossover(
    findings: list[Finding], outcomes: tuple[TestOutcome, ...], statistics: StatisticsConfig
) -> Crossover | None:
    """Of the tests with a position, where these are of one quantity, and some of them hold and some fail."""
    placed = [
        (finding, outcome)
        for finding, outcome in zip(findings, outcomes, strict=True)
        if outcome.position is not None and finding.estimate is not None
    ]
    positions = [outcome.position for _, outcome in placed]
    quantities = {outcome.quantity for _, outcome in placed}
    if not {outcome.outcome for _, outcome in placed} >= {"holds", "fails"}:
        return None
    seeds = sorted(set.intersection(*(set(finding.seeds) for finding, _ in placed)))
    if len(set(positions)) < len(positions) or len(quantities) > 1 or len(seeds) < statistics.min_seeds:
        return None
    excess = np.stack(
        [
            finding.estimate.by_seed[np.isin(finding.seeds, seeds)] - finding.threshold
            for finding, _ in placed
            if finding.estimate
        ]
    )
    if not np.isfinite(excess).all():
        return None
    return find_crossover(np.array(positions, dtype=float), excess, statistics.confidence, statistics.resamples)


def _conditions(claim: ClaimConfig, experiment: ExperimentConfig) -> tuple[str, ...]:
    """Those that the claim's tests look at, in the experiment's order."""
    named = {
        condition
        for test in claim.tests.values()
        for _, side in sides(test)
        for condition in (side.condition, side.change_from)
    }
    return tuple(condition for condition in experiment.conditions if condition in named)


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value
