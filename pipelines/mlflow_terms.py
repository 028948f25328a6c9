"""A trial in MLflow's words: params, metrics of its history, data set and signature."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec

from cnn_vs_rnn.config import Score
from cnn_vs_rnn.executors.node import readings
from cnn_vs_rnn.learner import corpus_scores
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial

METRIC_NAMES = {"train_loss": "train/loss", "valid_loss": "val/loss", "learning_rate": "train/learning_rate"}
REFIT_NAMES = {"train_loss": "refit/loss", "learning_rate": "refit/learning_rate"}  # of the training on all samples


def dataset_input(trial: Trial) -> DatasetInput:
    """The data that a trial is trained on."""
    data = trial.data.task
    dataset = Dataset(
        name=data.name,
        digest=data.digest[:12],
        source_type="local",
        source=json.dumps({"uri": data.directory}),
        profile=json.dumps({"pool_samples": data.pool_samples, "test_samples": data.test_samples}),
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "train")])


def signature(trial: Trial) -> ModelSignature:
    data = trial.data.task
    shape = (-1, -1, data.input.channels)
    if data.input.kind == "image":
        shape = (-1, data.input.channels, data.input.height or -1, data.input.width or -1)
    tokens = data.input.kind == "tokens"
    kind = np.dtype(np.int64 if tokens else np.float32)
    inputs: list[ColSpec | TensorSpec] = [TensorSpec(kind, (-1, -1) if tokens else shape, "inputs")]
    if data.input.variable:
        inputs.append(TensorSpec(np.dtype(np.int64), (-1,), "lengths"))
    if data.output.sequence is not None:
        return ModelSignature(Schema(inputs), Schema([TensorSpec(np.dtype(np.int64), (-1, -1))]))
    answer = (-1, -1, data.output.size) if data.output.per_step else (-1, data.output.size)
    return ModelSignature(Schema(inputs), Schema([TensorSpec(np.dtype(np.float32), answer)]))


def score_signatures(scores: Iterable[Score]) -> dict[str, str]:
    """Tags that say how sacrebleu computed each score that is its."""
    return {f"signature.{score}": text for score in scores if (text := corpus_scores.signature(score))}


def history(folder: TrialFolder, score: str, started: int) -> list[Metric]:
    """The metrics of every round, by gradient step; none where no round has ended.

    Those of a first attempt that diverged come first, and the steps of the second are counted on from there.

    started: of the run, in milliseconds since 1970. The time stamps count the seconds of training from there, so that
    they are the same whenever the file is read.
    """
    metrics, seconds = [], 0.0
    validated = {**METRIC_NAMES, "valid_score": f"val/{score}"}
    for files, names in ((folder.validated, validated), (folder.refit, REFIT_NAMES)):
        before = last = 0
        for row in files.rows():
            seconds += float(row["seconds"])
            if row["round"] == "0":
                before = last
            last = before + int(row["step"])
            end = started + int(1000 * seconds)
            metrics += [Metric(name, float(row[column]), end, last) for column, name in names.items()]
    return metrics


def system(folder: TrialFolder) -> list[Metric]:
    """How busy the nodes of a training were: `system/<node>/...`, which the UI shows on a page of its own."""
    counted: Counter[str] = Counter()
    metrics = []
    for one in readings(folder.path):
        name = allowed(f"system/{one.node}/{one.name}")
        metrics.append(Metric(name, one.value, one.time, counted[name]))
        counted[name] += 1
    return metrics


def params(trial: Trial) -> dict[str, Any]:
    flattened = flat(
        {
            "recipe": trial.recipe.model_dump(mode="json"),
            "trainer": trial.trainer.model_dump(mode="json"),
            "augment": trial.augment.model_dump(mode="json"),
            "model": {"name": trial.model.name, "family": trial.model.family, **trial.model.options},
            "task": {"name": trial.task.name, **trial.task.options},
        }
    )
    followed = {"recipe.batch_size": trial.batch_size, "trainer.steps": trial.steps}  # from the data, where not set
    return {**flattened, **followed, "seed": trial.seed, "condition": trial.condition, "width": trial.width}


def allowed(name: str) -> str:
    """A name of a metric, param, tag or model without the characters that MLflow refuses.

    >>> allowed("effect/digits/100 images, dropout=on")
    'effect/digits/100 images dropout-on'
    """
    return re.sub(r"[^\w\-. :/]", "-", name.replace(",", ""))


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flattened: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            flattened |= flat(value, f"{prefix}{key}.")
        else:
            flattened[f"{prefix}{key}"] = value
    return flattened
