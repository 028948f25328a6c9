"""What is still open after the seeds so far, and which networks' further seeds would tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnn_vs_rnn.claims.decide import decide
from cnn_vs_rnn.claims.evidence import Evidence
from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.statistics.judge import judge
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


def _of_contests(
    experiment: ExperimentConfig, results: Sequence[TrialResult], predictions: ReadPredictions
) -> Iterable[Question]:
    own = by_contest(results)
    for task in experiment.tasks.values():
        for condition in experiment.conditions:
            trials = own[task.name, condition]
            contest = judge(task, condition, trials, predictions, experiment.statistics, looks=experiment.looks)
            if contest.seeds_help:
                name = task.name if condition == "default" else f"{task.name}, {condition}"
                asked = [one for one in contest.champions if one.family != "hybrid"]
                yield Question(name, frozenset((condition, task.name, one.model) for one in asked))


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
