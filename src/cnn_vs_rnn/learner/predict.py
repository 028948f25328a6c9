"""What a model answers, and how good each answer is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from cnn_vs_rnn.config import Score, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.learner.answered import answered, beam_of
from cnn_vs_rnn.learner.batches import Batches
from cnn_vs_rnn.learner.scores import PartScore
from cnn_vs_rnn.tasks.arrays import load_arrays, write_arrays
from cnn_vs_rnn.tasks.data import IGNORED

_ALSO = "also_"  # before the name of a further score, in the file


@dataclass(frozen=True)
class Predictions:
    """Per-sample results on the test part, the same samples in the same order for every trial of a task and condition.

    per_sample: the score of each sample in the score's unit (accuracy 0 or 1; squared error; nats); its mean is the
    test score (macro F1: its contributions, see `learner.scores`). predicted and target: class indices, or the first
    of the values; empty for labels and for tasks with an answer a step. also: the task's further scores, likewise.
    lengths: time steps of each sample; empty where all are equal. statistics: what the score is computed from, where it
    is that of the part as a whole (`learner.corpus_scores`); else empty. answers: of answers that are sequences, the
    tokens that the model gives by itself, padded with 0; else empty.
    """

    per_sample: Float[np.ndarray, " sample"]
    predicted: Float[np.ndarray, " answered"] | Int[np.ndarray, " answered"]
    target: Float[np.ndarray, " answered"] | Int[np.ndarray, " answered"]
    also: dict[Score, Float[np.ndarray, " sample"]] = field(default_factory=dict)
    lengths: Int[np.ndarray, " measured"] = field(default_factory=lambda: np.empty(0, np.int64))
    statistics: Float[np.ndarray, "_ statistic"] = field(default_factory=lambda: np.empty((0, 0)))
    answers: Int[np.ndarray, "_ answer"] = field(default_factory=lambda: np.empty((0, 0), np.int64))

    def write(self, path: Path) -> None:
        """As one file of arrays, whole or not at all."""
        also = {f"{_ALSO}{score}": values for score, values in self.also.items()}
        write_arrays(path, {**{name: value for name, value in vars(self).items() if name != "also"}, **also})

    @classmethod
    def read(cls, path: str | Path) -> Predictions:
        """From the file that a TrialResult names. Raises UserError where it is missing or no such file."""
        advice = "run the pipeline evaluation again"
        stored = load_arrays(Path(path), advice)
        also: dict[Any, np.ndarray] = {
            name.removeprefix(_ALSO): stored[name] for name in stored if name.startswith(_ALSO)
        }
        try:
            kept = {name: stored[name] for name in ("lengths", "statistics", "answers")}
            return cls(stored["per_sample"], stored["predicted"], stored["target"], also, **kept)
        except KeyError as error:
            raise UserError(f"{path} holds no predictions: {advice}") from error


@torch.inference_mode()
def predict(
    model: nn.Module, task: TaskConfig, batches: Batches, vocabulary: Sequence[str] = ()
) -> tuple[Predictions, bool]:
    """Predictions for all samples of `batches`, in their order, and whether every output and score was finite.

    `predicted` and `target` are empty for a task with an answer a step: its report shows scores only. vocabulary: the
    text of each token, where answers are texts.
    """
    model.eval()
    kinds = (task.score, *task.also)
    scores = [PartScore(kind, vocabulary, beam_of(kind, task)) for kind in kinds]
    predicted, target, lengths, answers = [], [], [], []
    finite = True
    for batch in batches:
        said = answered(model, batch, task, kinds)
        said = replace(said, outputs=said.outputs.float())
        steps = batch.targets if batch.targets.ndim < 3 else batch.targets[..., 0]
        for score in scores:
            score.add(said)
        each_step = task.output in ("per_step", "sequence")
        finite &= bool((said.outputs[steps != IGNORED] if each_step else said.outputs).isfinite().all())
        if not each_step and task.loss != "binary_cross_entropy":
            predicted.append(said.outputs.argmax(-1) if task.loss == "cross_entropy" else said.outputs[:, 0])
            target.append(batch.targets if task.loss == "cross_entropy" else batch.targets[:, 0])
        if batch.lengths is not None:
            lengths.append(batch.lengths)
        if said.decoded:
            answers.extend(said.decoded[min(said.decoded)])
    per_sample, *also = [score.per_sample().numpy() for score in scores]
    finite &= bool(np.isfinite(per_sample).all())
    predictions = Predictions(
        per_sample,
        _joined(predicted),
        _joined(target),
        dict(zip(task.also, also, strict=True)),
        _joined(lengths),
        scores[0].statistics(),
        pad_sequence(answers, batch_first=True).numpy() if answers else np.empty((0, 0), np.int64),
    )
    return predictions, finite


def _joined(parts: list[torch.Tensor]) -> np.ndarray:
    return torch.cat(parts).numpy() if parts else np.empty(0, np.int64)
