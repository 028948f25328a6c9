"""What pipelines hand to each other beyond the library's own records."""

from __future__ import annotations

from collections import defaultdict

from cnn_vs_rnn.augmentation.scaling import PreparedTask
from cnn_vs_rnn.config import Strict
from cnn_vs_rnn.tasks.store import IngestedTask


class IngestedVariant(Strict):
    """A task as it is under one condition, on disk."""

    condition: str
    task: IngestedTask


class PreparedVariant(Strict):
    """A task as it is under one condition, split and scaled for every seed."""

    condition: str
    task: PreparedTask


def by_condition(prepared: list[PreparedVariant]) -> dict[str, dict[str, PreparedTask]]:
    """Condition -> task name -> its data."""
    found: dict[str, dict[str, PreparedTask]] = defaultdict(dict)
    for variant in prepared:
        found[variant.condition][variant.task.task.name] = variant.task
    return found


class Preview(Strict):
    """The picture of a task's samples, beside their augmented versions where they are augmented."""

    task: str
    path: str  # PNG


class FittedTrial(Strict):
    """That a trial was trained, or why it was not."""

    fingerprint: str
    failure: str | None  # the reason in one line
