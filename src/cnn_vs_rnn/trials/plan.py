"""From an experiment to its trials."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from cnn_vs_rnn.augmentation.scaling import PreparedTask
from cnn_vs_rnn.budgets.width import solve_width
from cnn_vs_rnn.config import ExperimentConfig, Family
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.store import task_key
from cnn_vs_rnn.trials.conditions import Setting, setting_under
from cnn_vs_rnn.trials.trial import Trial


def plan_trials(experiment: ExperimentConfig, prepared: Mapping[str, Mapping[str, PreparedTask]]) -> list[Trial]:
    """Every trial of an experiment, with its width solved.

    Args:
        experiment: the question.
        prepared: condition -> task name -> data, as `task_variants` lists them.

    Raises:
        UserError: a condition names a key that does not exist, or a budget cannot be met.
    """
    trials = []
    for condition, task, model in itertools.product(
        experiment.conditions, experiment.tasks.values(), experiment.models.values()
    ):
        if not model.serves(task):
            continue
        setting = setting_under(experiment, condition, task, model)
        data = prepared.get(condition, {}).get(task.name)
        if data is None or data.task.key != task_key(setting.task):
            raise UserError(f"task {task.name} is not prepared as configured: run the pipelines ingestion,augmentation")
        width, parameters = 0.0, 0
        if model.family != "baseline":
            width, parameters = solve_width(setting.model, data.task.input, data.task.output, experiment.budget)
        trials += [
            Trial(
                experiment=experiment.experiment,
                condition=condition,
                seed=seed,
                width=width,
                parameters=parameters,
                data=PreparedTask(task=data.task, splits=(data.split(seed),)),
                **dict(setting),
            )
            for seed in experiment.seed_numbers
        ]
    return trials


def check_plan(experiment: ExperimentConfig, family: Family, trials: Sequence[Trial]) -> None:
    """UserError where the trials planned for a family are not those that the experiment now asks for."""
    asked = {
        (condition, task.name, model.name, seed): setting_under(experiment, condition, task, model)
        for condition, task, model, seed in itertools.product(
            experiment.conditions, experiment.tasks.values(), experiment.models.values(), experiment.seed_numbers
        )
        if model.family == family and model.serves(task)
    }
    planned = {(t.condition, t.task.name, t.model.name, t.seed): Setting.of(t) for t in trials}
    if asked != planned:
        raise UserError(
            f"the {family} trials of {experiment.experiment} were planned under another configuration: "
            "run the pipeline training with the same --params"
        )
