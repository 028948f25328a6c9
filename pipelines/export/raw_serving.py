"""An exported model in MLflow: raw input in, named answers out. Copied beside the weights, and run when it is loaded.

Input: a column named by what it holds (`cnn_vs_rnn.export.raw.column_of`), a row an input. Output: a row an answer
(`cnn_vs_rnn.export.answers`). Nothing is unpickled. An input that cannot be answered is refused in one sentence, which
`mlflow models serve` sends with status 400.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.pyfunc.model import PythonModel

from cnn_vs_rnn.export.answers import answers
from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.export.portable import portable
from cnn_vs_rnn.export.raw import RefusedInputError, column_of


class _RawToAnswers:
    """What the model does. Kept apart from PythonModel, which warns of a `predict` without type hints it knows."""

    def load_context(self, context: Any) -> None:
        self.facts = ModelFacts.read(Path(context.artifacts["facts"]))
        self.model = portable(self.facts, Path(context.artifacts["weights"]))

    def predict(self, context, model_input, params=None):  # noqa: ANN001, ANN202, ARG002  (MLflow takes hints for a schema)
        try:
            return pd.DataFrame(answers(self.model, self.facts, list(model_input[column_of(self.facts)])))
        except RefusedInputError as error:
            raise MlflowException(str(error), error_code=INVALID_PARAMETER_VALUE) from error


class ExportedModel(_RawToAnswers, PythonModel):
    """Reading, scaling and network of one trial."""


set_model(ExportedModel())
