"""A trained trial as an MLflow model: this file is copied beside the checkpoint and run when the model is loaded.

Nothing is unpickled: the artifacts are a JSON config, a checkpoint read with ``weights_only=True`` and an array file.
Input: {"inputs": raw samples as the task stores them, images (sample, channel, height, width) or sequences
(sample, time, channel), or tokens (sample, time); "lengths": time steps of each, where they differ}. Output:
probabilities of classes or labels, or values.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from cnn_vs_rnn.augmentation.scaling import Scaling
from cnn_vs_rnn.evaluation.evaluate import model_from
from cnn_vs_rnn.tasks.data import Samples
from cnn_vs_rnn.trials.trial import Trial


class _ScalingAndNetwork:
    """What the model does. Kept apart from PythonModel, which warns of a `predict` without type hints it knows."""

    def load_context(self, context: Any) -> None:
        paths = context.artifacts
        self.trial = Trial.model_validate_json(Path(paths["config"]).read_text(encoding="utf-8"))
        self.model = model_from(Path(paths["checkpoint"]), self.trial)
        with np.load(paths["scaling"], allow_pickle=False) as stored:
            self.scaling = Scaling.of(stored)

    @torch.inference_mode()
    def predict(self, context, model_input, params=None):  # noqa: ANN001, ANN202, ARG002  (MLflow takes hints for a schema)
        inputs, lengths = model_input["inputs"], model_input.get("lengths")
        unknown = np.zeros((len(inputs), self.trial.data.task.output.size), np.float32)
        scaled = self.scaling.apply(Samples(inputs, unknown, lengths))
        outputs = self.model(
            torch.from_numpy(scaled.inputs), None if lengths is None else torch.from_numpy(np.asarray(lengths))
        )
        if self.trial.task.loss == "cross_entropy":
            outputs = outputs.softmax(-1)
        if self.trial.task.loss == "binary_cross_entropy":
            outputs = outputs.sigmoid()
        return self.scaling.undo_targets(outputs.numpy())


class TrialModel(_ScalingAndNetwork, PythonModel):
    """Scaling and network of one trial."""


set_model(TrialModel())
