"""From an experiment to its trials."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from cnn_vs_rnn.augmentation.scaling import PreparedTask
from cnn_vs_rnn.budgets.width import solve_width
from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.trials.conditions import setting_under
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
        data = prepared[condition][task.name]
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
            for seed in range(experiment.seeds)
        ]
    return trials
