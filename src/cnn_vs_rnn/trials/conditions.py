"""What a condition makes of a task and a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from cnn_vs_rnn.config import (
    AugmentConfig,
    BudgetConfig,
    ExperimentConfig,
    ModelConfig,
    Option,
    RecipeConfig,
    Strict,
    TaskConfig,
    TrainerConfig,
)
from cnn_vs_rnn.config_errors import explain
from cnn_vs_rnn.errors import UserError, nearest


class Setting(Strict):
    """What a condition may change: everything of a trial but its model's family and its seed."""

    task: TaskConfig
    model: ModelConfig
    recipe: RecipeConfig
    augment: AugmentConfig
    trainer: TrainerConfig
    budget: BudgetConfig

    @classmethod
    def of(cls, trial: Setting) -> Setting:
        """The part of a trial that a condition may change."""
        return cls(**{name: getattr(trial, name) for name in cls.model_fields})


def task_variants(experiment: ExperimentConfig) -> dict[str, dict[str, TaskConfig]]:
    """Condition -> task name -> the task under that condition: what ingestion must provide."""
    model = next(iter(experiment.models.values()))
    return {
        condition: {
            name: setting_under(experiment, condition, task, model).task for name, task in experiment.tasks.items()
        }
        for condition in experiment.conditions
    }


def setting_under(experiment: ExperimentConfig, condition: str, task: TaskConfig, model: ModelConfig) -> Setting:
    """A trial's configuration under a condition; UserError where the condition names no key of it."""
    setting = Setting(
        task=task,
        model=model,
        recipe=experiment.recipe,
        augment=experiment.augment,
        trainer=experiment.trainer,
        budget=experiment.budget,
    )
    setting = changed(setting, experiment.conditions[condition], f"conditions.{condition}")
    if setting.trainer.early_stopping is None:
        setting = changed(setting, {"trainer.early_stopping": setting.task.output == "forecast"}, "trainer")
    if "train_seconds" in setting.budget.equal:
        return changed(setting, {"trainer.max_seconds": setting.budget.train_seconds}, "budget.train_seconds")
    return setting


def changed(setting: Setting, changes: Mapping[str, Option], where: str) -> Setting:
    """The same with values by dotted key; UserError, beginning with `where`, if a trial has no such key."""
    if not changes:
        return setting
    values = setting.model_dump()
    for key, value in changes.items():
        *parents, last = key.split(".")
        node: Any = values
        for part in parents:
            node = node.get(part) if isinstance(node, dict) else None
        if not isinstance(node, dict) or last not in node:
            raise UserError(f"{where}: a trial has no key {key!r}; {nearest(key, leaves(setting))}")
        node[last] = value
    try:
        return Setting.model_validate(values)
    except ValidationError as error:
        raise UserError(f"{where}: {explain(error, Setting)}") from error


def leaves(model: BaseModel) -> list[str]:
    """Every dotted key of a setting that holds a value."""

    def walk(values: dict[str, Any], prefix: str) -> list[str]:
        return [
            leaf
            for key, value in values.items()
            for leaf in (walk(value, f"{prefix}{key}.") if isinstance(value, dict) else [f"{prefix}{key}"])
        ]

    return walk(model.model_dump(), "")
