"""The trials of each contest and what they come to, worked out once for all that shows it."""

from __future__ import annotations

import itertools
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cnn_vs_rnn.config import ExperimentConfig, Score
from cnn_vs_rnn.evaluation.results import Cost, TrialResult
from cnn_vs_rnn.learner.predict import Predictions
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.judge import judge
from cnn_vs_rnn.statistics.summary import (
    ModelSummary,
    ReadPredictions,
    further_summaries,
    summarise,
    trials_by_model,
)

KEPT = 256  # trials whose predictions are remembered: those of a few contests


@dataclass(frozen=True)
class Standing:
    """One contest: each model's trials by seed; summaries, the best first; further: of the scores beside, by model."""

    trials: dict[str, list[TrialResult]]
    summaries: list[ModelSummary]
    further: dict[Score, dict[str, ModelSummary]]

    @property
    def results(self) -> list[TrialResult]:
        """All trials."""
        return list(itertools.chain(*self.trials.values()))


Standings = Mapping[tuple[str, str], Standing]  # (task, condition) -> its contest


def by_contest(results: Iterable[TrialResult]) -> dict[tuple[str, str], list[TrialResult]]:
    """(task, condition) -> its trials; an empty list where there are none."""
    found: dict[tuple[str, str], list[TrialResult]] = defaultdict(list)
    for result in results:
        found[result.task, result.condition].append(result)
    return found


def standings(
    experiment: ExperimentConfig, results: Iterable[TrialResult], predictions: ReadPredictions
) -> dict[tuple[str, str], Standing]:
    """Every contest of an experiment."""
    own = by_contest(results)
    found = {}
    for task, condition in itertools.product(experiment.tasks.values(), experiment.conditions):
        key = (task.name, condition)
        chosen = (task, condition, own[key], predictions, experiment.statistics)
        found[key] = Standing(trials_by_model(own[key], *key), summarise(*chosen), further_summaries(*chosen))
    return found


def judged(
    experiment: ExperimentConfig,
    results: Iterable[TrialResult],
    predictions: ReadPredictions,
    overtime: Sequence[TrialResult] = (),
    costs: Iterable[Cost] = (),
) -> Iterator[Contest]:
    """The verdict of every contest of an experiment, its tasks in their order, under each of its conditions."""
    own, cost_of = by_contest(results), costs_by_contest(costs)
    for task, condition in itertools.product(experiment.tasks.values(), experiment.conditions):
        key = (task.name, condition)
        yield judge(
            task,
            condition,
            own[key],
            predictions,
            experiment.statistics,
            cost_of[key],
            experiment.looks,
            overtime,
        )


def costs_by_contest(costs: Iterable[Cost]) -> dict[tuple[str, str], dict[str, Cost]]:
    """(task, condition) -> model -> what it costs; empty where nothing was measured."""
    found: dict[tuple[str, str], dict[str, Cost]] = defaultdict(dict)
    for cost in costs:
        found[cost.task, cost.condition][cost.model] = cost
    return found


def remembering(predictions: ReadPredictions) -> ReadPredictions:
    """The same, each file read once as long as one contest after the other is looked at."""
    kept: OrderedDict[str, Predictions] = OrderedDict()

    def read(trial: TrialResult) -> Predictions:
        if trial.predictions not in kept:
            kept[trial.predictions] = predictions(trial)
            if len(kept) > KEPT:
                kept.popitem(last=False)
        kept.move_to_end(trial.predictions)
        return kept[trial.predictions]

    return read
