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
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.profilers import PassThroughProfiler
from torch import nn

from cnn_vs_rnn.augmentation.policy import augmentation_for
from cnn_vs_rnn.augmentation.scaling import Part, read_part
from cnn_vs_rnn.files import replacing
from cnn_vs_rnn.learner.batches import Batches, TrainingBatches
from cnn_vs_rnn.learner.checkpoints import (
    COLUMNS,
    REFIT_COLUMNS,
    AtomicCheckpointIO,
    DamagedError,
    RoundRecord,
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
from cnn_vs_rnn.trials.folder import FitRecord, TrainingFiles, TrialFolder
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
    """No round ended with a finite loss."""


def initial_model(trial: Trial) -> nn.Module:
    """The model of a trial before training, initialised from the trial's seed."""
    torch.manual_seed(trial.seed)
    task = trial.data.task
    return build(trial.model, task.input, task.output, width=trial.width, dropout=trial.recipe.dropout)


def fit(folder: TrialFolder, callbacks: Sequence[Callback] = ()) -> None:
    """Train the trial of a folder, from its last checkpoint if it has one, and declare it done.

    Where the trial refits, a first training leaves out the samples that validate, and gives the validation score; a
    second one is on all samples that are not tested, and gives the weights.

    A training that was stopped from outside (`folder.stop`) is not declared done. Where several processes train it,
    each calls this, and the first declares it done. `callbacks` watch the training of a network; they must not change
    it.
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
    """The one training of a trial, or its two; None where this process has nothing to declare."""
    speaks = environment_of(trial.processes).global_rank() == 0  # the first process speaks for all
    validated = tested = _train(trial, network, "train", folder, callbacks)
    if trial.refits and not validated.stopped:
        tested = _train(trial, initial_model(trial), "fit", folder, callbacks)
    if not speaks or tested.stopped:
        return None
    return FitRecord(
        steps=tested.steps_done,
        rounds=len(validated.rows),
        kept_round=validated.kept_round,
        valid_score=validated.rows[validated.kept_round]["valid_score"],
        train_seconds=tested.seconds,
        diverged=validated.diverged or tested.diverged,
        refitted=trial.refits,
        retried=folder.retried,
    )


def _train(
    trial: Trial, network: nn.Module, part: Part, folder: TrialFolder, callbacks: Sequence[Callback]
) -> RoundRecord:
    """Train on a part; where that diverges and the recipe allows it, once more from the start at a lower rate."""
    files = _files(trial, folder, part)
    last = _resumable(files)
    retried = files.diverged.exists()
    speaks = environment_of(trial.processes).global_rank() == 0
    rounds = _train_once(_slower(trial) if retried else trial, network, part, files, folder.stop, callbacks, last)
    if rounds.diverged and not retried and trial.recipe.diverged_rate is not None:
        retried = True
        if speaks:
            rounds.write_history()
            files.begin_again()
        rounds = _train_once(_slower(trial), initial_model(trial), part, files, folder.stop, callbacks, None)
    if speaks:
        rounds.write_history()  # killed after its last round, it trained none now
    if rounds.kept_round < 0 and not rounds.stopped:
        rate = trial.recipe.learning_rate
        also = f", as at {_slower(trial).recipe.learning_rate:g}" if retried else ""
        raise DivergedError(f"the loss was not finite in round 1: lower recipe.learning_rate={rate:g}{also}")
    return rounds


def _files(trial: Trial, folder: TrialFolder, part: Part) -> TrainingFiles:
    if part == "fit":
        return folder.refit
    return folder.fold if trial.refits else folder.validated


def _slower(trial: Trial) -> Trial:
    """The second attempt at a training that diverged."""
    assert trial.recipe.diverged_rate is not None
    rate = trial.recipe.learning_rate * trial.recipe.diverged_rate
    return trial.model_copy(update={"recipe": trial.recipe.model_copy(update={"learning_rate": rate})})


def _train_once(
    trial: Trial,
    network: nn.Module,
    part: Part,
    files: TrainingFiles,
    stop: Path,
    callbacks: Sequence[Callback],
    last: Path | None,
) -> RoundRecord:
    """One attempt, from the checkpoint `last` if there is one."""
    environment = environment_of(trial.processes)
    on_gpu = uses_gpu(trial.trainer)
    train = TrainingBatches(
        read_part(trial.data, trial.seed, part),
        trial.batch_size,
        steps=trial.steps_per_round,
        seed=trial.seed,
        share=(environment.global_rank(), trial.processes),
        pinned=on_gpu,
    )
    validates = part == "train"
    valid = Batches(read_part(trial.data, trial.seed, "valid"), EVALUATION_BATCH, pinned=on_gpu) if validates else None
    output = trial.data.task.output
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
        seed=trial.seed,
    )
    rounds = RoundRecord(
        files,
        stop,
        steps=trial.steps,
        validates=validates,
        patience=trial.trainer.patience if trial.trainer.early_stopping else None,
        max_seconds=trial.trainer.max_seconds,
    )
    if trial.trainer.compile:
        network.compile()
    choose_arithmetic(trial.trainer)
    trainer = pl.Trainer(
        max_epochs=-1,  # the record of rounds ends it
        gradient_clip_val=trial.recipe.gradient_clip or None,
        callbacks=[*callbacks, rounds],
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
    return rounds


def _resumable(files: TrainingFiles) -> Path | None:
    """The last checkpoint, if it and the weights are whole and hold nothing but tensors and plain values."""
    if not (files.last.exists() and files.weights.exists()):
        return None
    for path in (files.last, files.weights):
        try:
            read_checkpoint(path)
        except DamagedError as error:
            logger.warning("%s is damaged (%s): this trial is trained from the start", path, error)
            files.discard()
            return None
    return files.last


def _fit_baseline(trial: Trial, model: ClosedForm, folder: TrialFolder) -> FitRecord:
    """By its closed form, as often as a network is trained."""
    model.warm_up()
    valid, seconds = None, 0.0
    for part in ("train", "fit") if trial.refits else ("train",):
        files = _files(trial, folder, part)
        began = time.perf_counter()
        model.fit(read_part(trial.data, trial.seed, part), trial.seed)
        seconds = time.perf_counter() - began
        write_checkpoint(files.weights, {"state_dict": model.state_dict()})
        with replacing(files.history) as temporary, temporary.open("w", newline="") as file:
            csv.writer(file).writerow(COLUMNS if part == "train" else REFIT_COLUMNS)
        if valid is None:
            batches = Batches(read_part(trial.data, trial.seed, "valid"), EVALUATION_BATCH)
            valid, _ = predict(model, trial.task, batches, trial.data.task.vocabulary)
    assert valid is not None
    return FitRecord(
        steps=0,
        rounds=0,
        kept_round=0,
        valid_score=float(valid.per_sample.mean()),
        train_seconds=seconds,
        diverged=False,
        refitted=trial.refits,
    )
