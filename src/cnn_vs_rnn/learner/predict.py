"""What a model answers, and how good each answer is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.learner.batches import Batches
from cnn_vs_rnn.learner.objective import per_sample_score
from cnn_vs_rnn.tasks.data import IGNORED


@dataclass(frozen=True)
class Predictions:
    """Per-sample results on the test part, the same samples in the same order for every trial of a task and condition.

    per_sample: the score of each sample in the score's unit (accuracy 0 or 1; squared error; nats); its mean is the
    test score. predicted and target: class indices or values, empty for tasks with an answer a step.
    """

    per_sample: Float[np.ndarray, " sample"]
    predicted: Float[np.ndarray, " answered"] | Int[np.ndarray, " answered"]
    target: Float[np.ndarray, " answered"] | Int[np.ndarray, " answered"]

    @classmethod
    def read(cls, path: str | Path) -> Predictions:
        """From the file that a TrialResult names."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["per_sample"], stored["predicted"], stored["target"])


@torch.inference_mode()
def predict(model: nn.Module, task: TaskConfig, batches: Batches) -> tuple[Predictions, bool]:
    """Predictions for all samples of `batches`, in their order, and whether every output and score was finite.

    `predicted` and `target` are empty for a task with an answer a step: its report shows scores only.
    """
    model.eval()
    scores, predicted, target = [], [], []
    finite = True
    for batch in batches:
        outputs = model(batch.inputs, batch.lengths).float()
        answers = outputs[batch.targets != IGNORED] if task.output == "per_step" else outputs
        scores.append(per_sample_score(task.score, outputs, batch.targets))
        finite &= bool(answers.isfinite().all() and scores[-1].isfinite().all())
        if task.output == "one":
            predicted.append(outputs.argmax(-1) if task.loss == "cross_entropy" else outputs[:, 0])
            target.append(batch.targets if task.loss == "cross_entropy" else batch.targets[:, 0])
    return Predictions(_joined(scores), _joined(predicted), _joined(target)), finite


def _joined(parts: list[torch.Tensor]) -> np.ndarray:
    return torch.cat(parts).numpy() if parts else np.empty(0, np.int64)
