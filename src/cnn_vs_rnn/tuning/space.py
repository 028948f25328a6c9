"""What is searched for a network under a condition, and where in it a setting stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import optuna

from cnn_vs_rnn.config import ExperimentConfig, ModelConfig, Option, SearchRange
from cnn_vs_rnn.errors import UserError, nearest
from cnn_vs_rnn.trials.conditions import Setting, leaves

Space = Mapping[str, SearchRange]
Values = dict[str, Option]


def space_of(model: ModelConfig, condition: str, experiment: ExperimentConfig) -> Space:
    """The model's search space without the keys that the condition fixes. Raises UserError where nothing is left."""
    space = {key: where for key, where in model.search.items() if key not in experiment.conditions[condition]}
    if not space:
        raise UserError(
            f"models.{model.name}.search is empty, so it cannot be tuned as the others are: "
            "say what is searched, or set tuning.trials=0"
        )
    return space


def standing(setting: Setting, space: Space) -> Values:
    """The values that a setting has for the keys of a space: the first trial of every search.

    Raises UserError where a key is none of a trial, or its value lies outside the range.
    """
    found: Values = {}
    for key, where in space.items():
        node: Any = setting.model_dump()
        for part in key.split("."):
            if not isinstance(node, dict) or part not in node:
                raise UserError(
                    f"models.{setting.model.name}.search: a trial has no key {key!r}; {nearest(key, leaves(setting))}"
                )
            node = node[part]
        if not _within(node, where):
            raise UserError(
                f"{key}={node} lies outside models.{setting.model.name}.search ({_range_text(where)}): widen it"
            )
        found[key] = node
    return found


def as_drawn(values: Values, space: Space) -> dict[str, Any]:
    """Values as Optuna knows them: a choice by its place."""
    return {key: where.choices.index(values[key]) if where.choices else values[key] for key, where in space.items()}


def suggest(trial: optuna.Trial, space: Space) -> Values:
    """A value for every key, drawn by the sampler of the trial's study."""
    return {key: _draw(trial, key, where) for key, where in space.items()}


def _draw(trial: optuna.Trial, key: str, where: SearchRange) -> Option:
    if where.choices:  # by place: Optuna knows no lists
        return where.choices[trial.suggest_categorical(key, range(len(where.choices)))]
    assert where.low is not None
    assert where.high is not None
    if isinstance(where.low, int) and isinstance(where.high, int):
        return trial.suggest_int(key, where.low, where.high, log=where.log)
    return trial.suggest_float(key, where.low, where.high, log=where.log)


def _within(value: Any, where: SearchRange) -> bool:
    if where.choices:
        return value in where.choices
    assert where.low is not None
    assert where.high is not None
    return isinstance(value, int | float) and where.low <= value <= where.high


def _range_text(where: SearchRange) -> str:
    return ", ".join(map(str, where.choices)) if where.choices else f"{where.low} to {where.high}"
