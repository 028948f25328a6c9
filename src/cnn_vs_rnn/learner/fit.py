"""From a trial to its checkpoint."""

from __future__ import annotations

import contextlib
import csv
import logging
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import pytorch_lightning as pl
import torch
from lightning_fabric.plugins.environments.cluster_environment import ClusterEnvironment
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.profilers import PassThroughProfiler
from torch import nn

from cnn_vs_rnn.augmentation.policy import augmentation_for
from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.files import replacing
from cnn_vs_rnn.learner.batches import Batches
from cnn_vs_rnn.learner.checkpoints import (
    COLUMNS,
    AtomicCheckpointIO,
    DamagedError,
    EpochRecord,
    read_checkpoint,
    write_checkpoint,
)
from cnn_vs_rnn.learner.hardware import choose_arithmetic, environment_of, trainer_options, uses_gpu
from cnn_vs_rnn.learner.module import Learner
from cnn_vs_rnn.learner.objective import class_weights
from cnn_vs_rnn.learner.predict import predict
from cnn_vs_rnn.models.build import build
from cnn_vs_rnn.models.closed_form import ClosedForm
from cnn_vs_rnn.models.network import Network
from cnn_vs_rnn.tasks.data import IGNORED
from cnn_vs_rnn.trials.folder import FitRecord, TrialFolder
from cnn_vs_rnn.trials.trial import Trial

logger = logging.getLogger(__name__)

EVALUATION_BATCH = 256

logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)  # devices found, tips: at every trial


class _Unprofiled(PassThroughProfiler):
    """Lightning opens three dozen profiling contexts a step; these cost nothing."""

    _nothing = contextlib.nullcontext()

    def profile(self, action_name: str) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]  # noqa: ARG002
        return self._nothing


class DivergedError(Exception):
    """No epoch ended with a finite loss."""


def initial_model(trial: Trial) -> nn.Module:
    """The model of a trial before training, initialised from the trial's seed."""
    torch.manual_seed(trial.seed)
    task = trial.data.task
    return build(trial.model, task.input, task.output, width=trial.width, dropout=trial.recipe.dropout)


def fit(folder: TrialFolder, callbacks: Sequence[Callback] = ()) -> None:
    """Train the trial of a folder, from its last checkpoint if it has one, and declare it done.

    A training that was stopped from outside (`folder.stop`) is not declared done. Where several processes train it,
    each calls this, and the first declares it done. `callbacks` watch the training of a
    network; they must not change it.
    """
    trial = folder.trial()
    model = initial_model(trial)
    record = (
        _fit_baseline(trial, model, folder)
        if isinstance(model, ClosedForm)
        else _fit_network(trial, model, folder, callbacks)
    )
    if record is not None:
        folder.finish(record)


def _fit_network(
    trial: Trial, network: nn.Module, folder: TrialFolder, callbacks: Sequence[Callback]
) -> FitRecord | None:
    """Train; where that diverges and the recipe allows it, once more from the start at a lower learning rate."""
    last = _resumable(folder)
    retried = folder.diverged.exists()
    speaks = environment_of(trial.processes).global_rank() == 0  # the first process speaks for all
    epochs = _fit_once(_slower(trial) if retried else trial, network, folder, callbacks, last)
    if epochs.diverged and not retried and trial.recipe.diverged_rate is not None:
        retried = True
        if speaks:
            epochs.write_history()
            folder.begin_again()
        epochs = _fit_once(_slower(trial), initial_model(trial), folder, callbacks, None)
    if not speaks:
        return None
    epochs.write_history()  # killed after its last epoch, it trained none now
    if folder.stop.exists():
        return None
    if epochs.chosen_epoch < 0:
        rate = trial.recipe.learning_rate
        also = f", as at {_slower(trial).recipe.learning_rate:g}" if retried else ""
        raise DivergedError(f"the loss was not finite in epoch 1: lower recipe.learning_rate={rate:g}{also}")
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in epochs.rows]
    return FitRecord(
        epochs=len(rows),
        best_epoch=epochs.chosen_epoch,
        valid_score=rows[epochs.chosen_epoch]["valid_score"],
        train_seconds=sum(row["seconds"] for row in rows),
        diverged=epochs.diverged,
        converged=epochs.converged,
        retried=retried,
    )


def _slower(trial: Trial) -> Trial:
    """The second training of one that diverged."""
    assert trial.recipe.diverged_rate is not None
    rate = trial.recipe.learning_rate * trial.recipe.diverged_rate
    return trial.model_copy(update={"recipe": trial.recipe.model_copy(update={"learning_rate": rate})})


def _fit_once(
    trial: Trial, network: nn.Module, folder: TrialFolder, callbacks: Sequence[Callback], last: Path | None
) -> EpochRecord:
    """One training, from the checkpoint `last` if there is one."""
    environment = environment_of(trial.processes)
    on_gpu = uses_gpu(trial.trainer)
    train = Batches(
        read_part(trial.data, trial.seed, "train"),
        trial.recipe.batch_size,
        shuffle_seed=trial.seed,
        share=(environment.global_rank(), trial.processes),
        pinned=on_gpu,
    )
    output = trial.data.task.output
    valid = Batches(read_part(trial.data, trial.seed, "valid"), EVALUATION_BATCH, pinned=on_gpu)
    if output.labels:
        assert isinstance(network, Network)
        answers = train.targets.flatten(0, -2)
        network.expect(answers[answers[:, 0] != IGNORED])
    learner = Learner(
        network,
        trial.task,
        trial.recipe,
        augmentation_for(trial.task, trial.augment),
        class_weights=class_weights(train.targets, output.size) if output.balanced else None,
        vocabulary=trial.data.task.vocabulary,
        max_epochs=trial.trainer.max_epochs,
        patience=trial.trainer.patience,
        seed=trial.seed,
    )
    epochs = EpochRecord(
        folder,
        trial.trainer.patience,
        early_stopping=trial.trainer.early_stopping,
        max_seconds=trial.trainer.max_seconds,
    )
    if trial.trainer.compile:
        network.compile()
    _train(learner, trial, train, valid, last, [*callbacks, epochs], environment)
    return epochs


def _train(
    learner: Learner,
    trial: Trial,
    train: Batches,
    valid: Batches,
    last: Path | None,
    callbacks: list[Callback],
    environment: ClusterEnvironment,
) -> None:
    choose_arithmetic(trial.trainer)
    trainer = pl.Trainer(
        max_epochs=trial.trainer.max_epochs if trial.trainer.max_seconds is None else -1,  # -1: no end
        gradient_clip_val=trial.recipe.gradient_clip or None,
        callbacks=callbacks,
        plugins=[AtomicCheckpointIO(), environment],
        profiler=_Unprofiled(),
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        **trainer_options(trial.trainer, trial.processes),
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="pytorch_lightning|lightning_fabric")
        trainer.fit(learner, train, valid, ckpt_path=last, weights_only=True)


def _resumable(folder: TrialFolder) -> Path | None:
    """The last checkpoint, if it and the best one are whole and hold nothing but tensors and plain values."""
    if not (folder.last.exists() and folder.best.exists()):
        return None
    for path in (folder.last, folder.best):
        try:
            read_checkpoint(path)
        except DamagedError as error:
            logger.warning("%s is damaged (%s): this trial is trained from the start", path, error)
            folder.discard()
            return None
    return folder.last


def _fit_baseline(trial: Trial, model: ClosedForm, folder: TrialFolder) -> FitRecord:
    model.warm_up()
    began = time.perf_counter()
    model.fit(read_part(trial.data, trial.seed, "train"), trial.seed)
    seconds = time.perf_counter() - began
    write_checkpoint(folder.best, {"state_dict": model.state_dict()})
    with replacing(folder.history) as temporary, temporary.open("w", newline="") as file:
        csv.writer(file).writerow(COLUMNS)
    batches = Batches(read_part(trial.data, trial.seed, "valid"), EVALUATION_BATCH)
    valid, _ = predict(model, trial.task, batches, trial.data.task.vocabulary)
    return FitRecord(
        epochs=0,
        best_epoch=0,
        valid_score=float(valid.per_sample.mean()),
        train_seconds=seconds,
        diverged=False,
        converged=True,
    )
