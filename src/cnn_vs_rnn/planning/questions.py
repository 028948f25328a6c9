"""What is still open after the trials so far, and which networks' further seeds, or longer trainings, would tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnn_vs_rnn.claims.decide import decide
from cnn_vs_rnn.claims.evidence import Evidence
from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.standing import judged
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
    if not experiment.claims:
        return [
            _question(contest, (one.model for one in contest.champions if one.family != "hybrid"))
            for contest in judged(experiment, results, predictions)
            if contest.seeds_help
        ]
    evidence, found = Evidence(experiment, list(results), list(measurements), predictions), []
    for name, claim in experiment.claims.items():
        verdict = decide(name, claim, experiment, list(results), list(measurements), predictions)
        waiting = [one for one in verdict.outcomes if one.outcome == "open" and one.seeds_help]
        if verdict.verdict == "undecided" and waiting:
            terms = [term for one in waiting for term in evidence.terms(claim.tests[one.label])]
            found.append(Question(name, frozenset((term.condition, term.task.name, term.model) for term in terms)))
    return found


def late_questions(
    experiment: ExperimentConfig,
    results: Sequence[TrialResult],
    measurements: Sequence[Measurement],
    predictions: ReadPredictions,
    overtime: Sequence[TrialResult],
) -> list[Question]:
    """Those that wait for networks that are behind and unfinished to train longer (`statistics.overtime`).

    Of an experiment with claims its undecided claims, else its contests.
    """
    if not any("unfinished" in one.flags for one in results):
        return []
    if not experiment.claims:
        contests = judged(experiment, results, predictions, overtime)
        return [_question(contest, contest.late) for contest in contests if contest.late]
    found = []
    for name, claim in experiment.claims.items():
        verdict = decide(name, claim, experiment, list(results), list(measurements), predictions, overtime)
        late = frozenset(entry for outcome in verdict.outcomes for entry in outcome.late)
        if verdict.verdict == "undecided" and late:
            found.append(Question(name, late))
    return found


def _question(contest: Contest, models: Iterable[str]) -> Question:
    name = contest.task if contest.condition == "default" else f"{contest.task}, {contest.condition}"
    return Question(name, frozenset((contest.condition, contest.task, model) for model in models))
