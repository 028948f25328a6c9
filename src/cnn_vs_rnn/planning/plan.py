"""From an experiment to its trials."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cnn_vs_rnn.augmentation.scaling import PreparedTask
from cnn_vs_rnn.budgets.own_size import allowed
from cnn_vs_rnn.budgets.width import solve_width
from cnn_vs_rnn.config import ExperimentConfig, Family, ModelConfig, Option, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.learner.schedule import batch_size_for, steps_for
from cnn_vs_rnn.tasks.store import task_key
from cnn_vs_rnn.trials.conditions import Setting, changed, setting_under
from cnn_vs_rnn.trials.trial import Trial

MOST_NAMED = 6  # tasks in a sentence
Tuned = Mapping[tuple[str, str, str], Mapping[str, Option]]  # (condition, task, model) -> values by dotted key


def plan_trials(
    experiment: ExperimentConfig,
    prepared: Mapping[str, Mapping[str, PreparedTask]],
    tuned: Tuned | None = None,
    measured: Path | None = None,
    times: Mapping[str, int] | None = None,
) -> list[Trial]:
    """Every trial of an experiment, with its width solved.

    Args:
        experiment: the question.
        prepared: condition -> task name -> data, as `task_variants` lists them.
        tuned: what tuning chose instead of the recipe.
        measured: the folder that keeps widths which met a latency.
        times: task -> the multiple of the steps that follow from its samples, where they do.

    Raises:
        UserError: a condition names a key that does not exist, or a budget cannot be met.
    """
    trials = []
    for condition, task, model in entries(experiment):
        setting = tuned_setting(experiment, condition, task, model, tuned)
        data = data_of(prepared, condition, setting)
        width, parameters = width_of(setting, data, measured)
        trials += [
            make_trial(experiment, condition, setting, data, seed, width, parameters, (times or {}).get(task.name, 1))
            for seed in experiment.seed_numbers
        ]
    return trials


def entries(experiment: ExperimentConfig) -> Iterator[tuple[str, TaskConfig, ModelConfig]]:
    """Every condition, task and model that meet."""
    for condition, task, model in itertools.product(
        experiment.conditions, experiment.tasks.values(), experiment.models.values()
    ):
        if model.serves(task):
            yield condition, task, model


def data_of(prepared: Mapping[str, Mapping[str, PreparedTask]], condition: str, setting: Setting) -> PreparedTask:
    """The data of a task under a condition; UserError where it is not there as configured."""
    task = setting.task
    data = prepared.get(condition, {}).get(task.name)
    if data is None or data.task.key != task_key(task):
        raise UserError(f"task {task.name} is not prepared as configured: run the pipelines ingestion,augmentation")
    return data


def width_of(setting: Setting, data: PreparedTask, measured: Path | None = None) -> tuple[float, int]:
    """Width and parameters by the budget, or by the model's or task's own size; 0 and 0 of a baseline."""
    if setting.model.family == "baseline":
        return 0.0, 0
    budget = allowed(setting.budget, setting.task, setting.model)
    return solve_width(setting.model, data.task.input, data.task.output, budget, measured)


def make_trial(
    experiment: ExperimentConfig,
    condition: str,
    setting: Setting,
    data: PreparedTask,
    seed: int,
    width: float,
    parameters: int,
    times: int = 1,
) -> Trial:
    """One trial, with the split of its seed alone.

    Its steps and batch size are the same for every seed: where the configuration does not say, they follow from the
    samples that the first seed trains on, the steps `times` over unless seconds end the training. With early stopping a
    trial does not train a second time on all samples: nothing would validate that training, and so nothing could stop
    it.
    """
    refit = data.refit and not setting.trainer.early_stopping
    samples = data.splits[0].fit if refit else data.splits[0].train
    baseline = setting.model.family == "baseline"
    usual = steps_for(samples) * (times if setting.trainer.max_seconds is None else 1)
    return Trial(
        experiment=experiment.experiment,
        condition=condition,
        seed=seed,
        width=width,
        parameters=parameters,
        steps=0 if baseline else setting.trainer.steps or usual,
        batch_size=min(setting.recipe.batch_size or batch_size_for(samples), samples),
        data=PreparedTask(task=data.task, splits=(data.split(seed),), refit=refit),
        **dict(setting),
    )


def tuned_setting(
    experiment: ExperimentConfig, condition: str, task: TaskConfig, model: ModelConfig, tuned: Tuned | None
) -> Setting:
    """A trial's configuration under a condition, as tuning chose it."""
    setting = setting_under(experiment, condition, task, model)
    values = (tuned or {}).get((condition, setting.task.name, model.name), {})
    return changed(setting, values, f"models.{model.name}.search")


def training_lengths(trials: Sequence[Trial]) -> list[str]:
    """How long networks are trained, a sentence for all tasks and conditions that it holds for, those first that train
    longest.

    For example "600 steps of 16 samples, first without a fold of the samples and then on all: coffee (343 epochs)".
    """
    epochs: dict[tuple, dict[tuple[str, str], list[float]]] = {}  # length -> task and condition -> of each trial
    for trial in trials:
        if trial.steps:
            seconds, stops = trial.trainer.max_seconds or 0, trial.trainer.early_stopping
            length = (seconds, 0 if seconds else trial.steps, trial.batch_size, trial.refits, stops)
            own = epochs.setdefault(length, {}).setdefault((trial.task.name, trial.condition), [])
            own.append(trial.epochs)
    conditions: dict[str, set[str]] = {}  # of each task
    said: dict[tuple, dict[tuple[str, str], list[str]]] = {}  # length -> task and its epochs -> conditions
    for length, of_length in epochs.items():
        for (name, condition), counts in of_length.items():
            task = (name, "" if length[0] else f" ({_range(counts)} epochs)")
            said.setdefault(length, {}).setdefault(task, []).append(condition)
            conditions.setdefault(name, set()).add(condition)
    lines = []
    for (seconds, steps, batch_size, refits, stops), tasks in sorted(said.items(), reverse=True):
        how = f"{'at most ' * stops}{f'{seconds:g} s' if seconds else f'{steps:,} steps'}"
        twice = ", first without a fold of the samples and then on all" if refits else ""
        names = [
            f"{name}{'' if every or condition == 'default' else f' {condition}'}{epochs}"
            for (name, epochs), own in tasks.items()
            for every in [len(own) == len(conditions[name])]
            for condition in own[: 1 if every else None]
        ]
        if len(names) > MOST_NAMED:
            names = [*names[:MOST_NAMED], f"and {len(names) - MOST_NAMED} more"]
        lines.append(f"{how} of {batch_size} samples{twice}: {', '.join(names)}")
    return lines


def _range(epochs: Sequence[float]) -> str:
    least, most = (f"{count:,.0f}" if count >= 1000 else f"{count:.3g}" for count in (min(epochs), max(epochs)))
    return least if least == most else f"{least} to {most}"


def check_plan(
    experiment: ExperimentConfig, family: Family, trials: Sequence[Trial], tuned: Tuned | None = None
) -> None:
    """UserError where the trials planned for a family are not those that the experiment now asks for."""
    asked = {
        (condition, task.name, model.name, seed): tuned_setting(experiment, condition, task, model, tuned)
        for condition, task, model in entries(experiment)
        for seed in experiment.seed_numbers
        if model.family == family
    }
    planned = {(t.condition, t.task.name, t.model.name, t.seed): Setting.of(t) for t in trials}
    if asked != planned:
        raise UserError(
            f"the {family} trials of {experiment.experiment} were planned under another configuration: "
            "run the pipeline training with the same --params"
        )
