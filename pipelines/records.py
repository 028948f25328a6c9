"""What pipelines hand to each other beyond the library's own records."""

from __future__ import annotations

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


class Preview(Strict):
    """The picture of a task's samples, beside their augmented versions where they are augmented."""

    task: str
    path: str  # PNG


class FittedTrial(Strict):
    """That a trial was trained, or why it was not."""

    fingerprint: str
    failure: str | None  # the reason in one line
