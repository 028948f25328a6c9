"""A finished trial on the test part, used once, with the weights that its training ended with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.costs.timing import single_thread
from cnn_vs_rnn.evaluation.results import Flag, TrialResult
from cnn_vs_rnn.learner.batches import Batches
from cnn_vs_rnn.learner.fit import EVALUATION_BATCH, initial_model
from cnn_vs_rnn.learner.predict import Predictions, predict
from cnn_vs_rnn.trials.folder import FitRecord, TrialFolder
from cnn_vs_rnn.trials.trial import Trial

COLLAPSED_SHARE = 0.01  # of all samples at most given another answer than the usual one, where the truth has several
COLLAPSED_RARE = 0.1  # and of those samples at most whose answer is another; matters where these are few
COLLAPSED_SPREAD = 0.1  # of the targets' standard deviation, for values


def model_from(checkpoint: Path, trial: Trial) -> torch.nn.Module:
    """A trial's model with the weights of a checkpoint, from which nothing but tensors is read."""
    model = initial_model(trial)
    model.load_state_dict(torch.load(checkpoint, weights_only=True, map_location="cpu")["state_dict"])
    return model.eval()


def evaluate_trial(
    folder: TrialFolder, trial: Trial, record: FitRecord, kept: Path, unfinished: bool = False
) -> TrialResult:
    """Predict the test part, keep the predictions below `kept`, flag what cannot be trusted.

    unfinished: whether its network was found to gain by a longer training.

    On one thread, as a worker: the number of cores changes no score, and threads of small networks wait for each other.
    """
    test = Batches(read_part(trial.data, trial.seed, "test"), EVALUATION_BATCH)
    with single_thread():
        predictions, finite = predict(model_from(folder.weights, trial), trial.task, test, trial.data.task.vocabulary)
    path = kept / trial.task.name / trial.model.name / f"{trial.fingerprint()}.npz"
    predictions.write(path)
    return TrialResult(
        **trial.labels,
        fingerprint=trial.fingerprint(),
        parameters=trial.parameters,
        width=trial.width,
        steps=record.steps,
        epochs=trial.epochs * record.steps / trial.steps if record.steps else 0.0,
        kept_round=record.kept_round,
        train_seconds=record.train_seconds,
        valid_score=record.valid_score,
        test_score=float(predictions.per_sample.mean()),
        also={score: float(values.mean()) for score, values in predictions.also.items()},
        flags=tuple(_flags(trial, record, predictions, finite, unfinished)),
        retried=record.retried,
        directory=str(folder.path),
        predictions=str(path),
    )


def _flags(trial: Trial, record: FitRecord, predictions: Predictions, finite: bool, unfinished: bool) -> list[Flag]:
    if trial.model.family == "baseline":  # the majority class is one class by design
        return []
    flags: list[Flag] = []
    if record.diverged or not finite:
        flags.append("diverged")
    elif _collapsed(predictions):
        flags.append("collapsed")
    if unfinished:
        flags.append("unfinished")
    return flags


def _collapsed(predictions: Predictions) -> bool:
    predicted, target = predictions.predicted, predictions.target
    if len(predictions.answers):  # sequences that all differ in truth
        counts = np.unique(predictions.answers, axis=0, return_counts=True)[1]
        return bool(1 - counts.max() / counts.sum() <= COLLAPSED_SHARE)
    if not len(target) or len(np.unique(target)) < 2:
        return False
    if np.issubdtype(target.dtype, np.integer):
        answers, counts = np.unique(predicted, return_counts=True)
        usual = answers[counts.argmax()]
        others, true_others = (predicted != usual).mean(), (target != usual).mean()
        return bool(others <= min(COLLAPSED_SHARE, COLLAPSED_RARE * true_others))
    return bool(predicted.std() < COLLAPSED_SPREAD * target.std())
