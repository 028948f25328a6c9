"""What a condition makes of a task and a model."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from cnn_vs_rnn.config import (
    AugmentConfig,
    ExperimentConfig,
    ModelConfig,
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
    )
    changes = experiment.conditions[condition]
    if not changes:
        return setting
    values = setting.model_dump()
    for key, value in changes.items():
        *parents, last = key.split(".")
        node: Any = values
        for part in parents:
            node = node.get(part) if isinstance(node, dict) else None
        if not isinstance(node, dict) or last not in node:
            raise UserError(f"conditions.{condition}: a trial has no key {key!r}; {nearest(key, _leaves(setting))}")
        node[last] = value
    try:
        return Setting.model_validate(values)
    except ValidationError as error:
        raise UserError(f"conditions.{condition}: {explain(error, Setting)}") from error


def _leaves(model: BaseModel) -> list[str]:
    def walk(values: dict[str, Any], prefix: str) -> list[str]:
        return [
            leaf
            for key, value in values.items()
            for leaf in (walk(value, f"{prefix}{key}.") if isinstance(value, dict) else [f"{prefix}{key}"])
        ]

    return walk(model.model_dump(), "")
