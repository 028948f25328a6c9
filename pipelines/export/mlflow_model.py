"""A model as a folder that `mlflow models serve` answers from, here or on another machine."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema, TensorSpec
from mlflow.types.schema import AnyType, Array, Map

import cnn_vs_rnn
from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.export.raw import Column, column_of

RAW_SERVING = Path(__file__).with_name("raw_serving.py")
LIBRARY = Path(cnn_vs_rnn.__file__).parent
# What the library imports where it serves; by what it reads, and by models that are fitted elsewhere.
_ALWAYS = ("jaxtyping", "numpy", "pandas", "psutil", "pydantic", "scikit-learn", "scipy", "torch")
_READING: dict[Column, tuple[str, ...]] = {"image": ("pillow",), "recording": ("soundfile",), "text": ("tokenizers",)}
_FITTED = {"minirocket": ("aeon",)}


def write_mlflow_model(folder: Path, facts: Path, weights: Path, example: Any) -> None:
    """Write or replace the folder, with signature, input example, requirements and the library's source."""
    known = ModelFacts.read(facts)
    column = column_of(known)
    packages = (*_ALWAYS, *_READING.get(column, ()), *_FITTED.get(known.model.name, ()))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".mlflow_model.") as temporary:
        made = Path(temporary) / "mlflow_model"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of MLflow's own dependencies
            mlflow.pyfunc.save_model(
                made,
                python_model=str(RAW_SERVING),
                artifacts={"facts": str(facts), "weights": str(weights)},
                signature=_signature(known, column),
                input_example=pd.DataFrame({column: [example]}),
                pip_requirements=[f"{name}=={version(name).partition('+')[0]}" for name in packages],
                code_paths=[str(LIBRARY)],
            )
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)


def _signature(facts: ModelFacts, column: Column) -> ModelSignature:
    types = {"image": DataType.binary, "recording": DataType.binary, "text": DataType.string}
    # Lists of numbers are checked by the model itself: MLflow refuses a whole number among decimals.
    return ModelSignature(Schema([ColSpec(types.get(column, AnyType()), column)]), Schema(_answer(facts)))


def _answer(facts: ModelFacts) -> list[ColSpec | TensorSpec]:
    per_step, number = facts.output.per_step, DataType.double
    if facts.output.sequence is not None:
        return [ColSpec(DataType.string, "translation")]
    if facts.loss == "cross_entropy" and per_step:
        return [ColSpec(Array(DataType.string), "class"), ColSpec(Array(number), "probability")]
    if facts.loss == "cross_entropy":
        named = ColSpec(Map(number), "probabilities")
        return [ColSpec(DataType.string, "class"), ColSpec(number, "probability"), named]
    if facts.loss == "binary_cross_entropy":
        return [ColSpec(Array(Map(number)) if per_step else Map(number), "probabilities")]
    if facts.output.forecast is not None:
        return [ColSpec(Array(Array(number)), "values")]
    return [ColSpec(number, "value") if facts.output.size == 1 else ColSpec(Array(number), "values")]
