"""What is still open after the trials so far, and which networks' further seeds, or longer trainings, would tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnn_vs_rnn.claims.decide import decide
from cnn_vs_rnn.claims.evidence import Evidence
from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.statistics.judge import Contest, judge
from cnn_vs_rnn.statistics.standing import by_contest
from cnn_vs_rnn.statistics.summary import ReadPredictions

Entry = tuple[str, str, str]  # condition, task, model


@dataclass(frozen=True)
class Question:
    """What is open, and the networks and baselines on whose seeds it hangs."""

    name: str
    entries: frozenset[Entry]


def open_questions(
    experiment: ExperimentConfig,
    results: Sequence[TrialResult],
    measurements: Sequence[Measurement],
    predictions: ReadPredictions,
) -> list[Question]:
    """Those that more seeds may decide: of an experiment with claims its claims, else its contests.

    Of a contest the champions of both families and of the baselines go on; of a claim the models of its open tests.
    """
    if experiment.claims:
        return list(_of_claims(experiment, results, measurements, predictions))
    return list(_of_contests(experiment, results, predictions))


def late_networks(
    experiment: ExperimentConfig,
    results: Sequence[TrialResult],
    measurements: Sequence[Measurement],
    overtime: Sequence[TrialResult],
    predictions: ReadPredictions,
) -> frozenset[Entry]:
    """Networks that are behind and unfinished, and have to train longer before that counts (`statistics.overtime`).

    Of an experiment with claims those that an undecided claim waits for, else those that a contest waits for.
    """
    if experiment.claims:
        verdicts = [
            decide(name, claim, experiment, list(results), list(measurements), predictions, overtime)
            for name, claim in experiment.claims.items()
        ]
        waiting = [one for verdict in verdicts if verdict.verdict == "undecided" for one in verdict.outcomes]
        return frozenset(entry for outcome in waiting for entry in outcome.late)
    judged = _contests(experiment, results, predictions, overtime)
    return frozenset((contest.condition, contest.task, model) for contest in judged for model in contest.late)


def _contests(
    experiment: ExperimentConfig,
    results: Sequence[TrialResult],
    predictions: ReadPredictions,
    overtime: Sequence[TrialResult] = (),
) -> Iterable[Contest]:
    own = by_contest(results)
    for task in experiment.tasks.values():
        for condition in experiment.conditions:
            yield judge(
                task,
                condition,
                own[task.name, condition],
                predictions,
                experiment.statistics,
                looks=experiment.looks,
                overtime=overtime,
            )


def _of_contests(
    experiment: ExperimentConfig, results: Sequence[TrialResult], predictions: ReadPredictions
) -> Iterable[Question]:
    for contest in _contests(experiment, results, predictions):
        if contest.seeds_help:
            name = contest.task if contest.condition == "default" else f"{contest.task}, {contest.condition}"
            asked = [one for one in contest.champions if one.family != "hybrid"]
            yield Question(name, frozenset((contest.condition, contest.task, one.model) for one in asked))


def _of_claims(
    experiment: ExperimentConfig,
    results: Sequence[TrialResult],
    measurements: Sequence[Measurement],
    predictions: ReadPredictions,
) -> Iterable[Question]:
    evidence = Evidence(experiment, list(results), list(measurements), predictions)
    for name, claim in experiment.claims.items():
        verdict = decide(name, claim, experiment, list(results), list(measurements), predictions)
        waiting = [one for one in verdict.outcomes if one.outcome == "open" and one.seeds_help]
        if verdict.verdict == "undecided" and waiting:
            terms = [term for one in waiting for term in evidence.terms(claim.tests[one.label])]
            yield Question(name, frozenset((term.condition, term.task.name, term.model) for term in terms))
