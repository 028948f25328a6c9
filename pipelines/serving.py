"""A trained trial as an MLflow model: this file is copied beside the checkpoint and run when the model is loaded.

Nothing is unpickled: the artifacts are a JSON file of facts and a checkpoint read with ``weights_only=True``.
Input: {"inputs": raw samples as the task stores them, images (sample, channel, height, width) or sequences
(sample, time, channel), or tokens (sample, time); "lengths": time steps of each, where they differ}. Output:
probabilities of classes or labels, values, or tokens (sample, answer) padded with 0. (From raw files:
`pipelines.export.raw_serving`.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from cnn_vs_rnn.export.answers import predict
from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.export.portable import portable
from cnn_vs_rnn.tasks.data import Samples


class _ScalingAndNetwork:
    """What the model does. Kept apart from PythonModel, which warns of a `predict` without type hints it knows."""

    def load_context(self, context: Any) -> None:
        facts = ModelFacts.read(Path(context.artifacts["facts"]))
        self.model = portable(facts, Path(context.artifacts["weights"]))

    def predict(self, context, model_input, params=None):  # noqa: ANN001, ANN202, ARG002  (MLflow takes hints for a schema)
        inputs, lengths = model_input["inputs"], model_input.get("lengths")
        unknown = np.zeros(len(inputs), np.int64)
        return predict(self.model, Samples(inputs, unknown, None if lengths is None else np.asarray(lengths)))


class TrialModel(_ScalingAndNetwork, PythonModel):
    """Scaling and network of one trial."""


set_model(TrialModel())
