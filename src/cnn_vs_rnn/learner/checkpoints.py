"""What a training leaves on disk after each epoch: the best weights, where to go on, and the history."""

from __future__ import annotations

import csv
import io
import math
import time
import zipfile
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from lightning_fabric.plugins import TorchCheckpointIO
from pytorch_lightning.callbacks import Callback

from cnn_vs_rnn.files import replacing, write_text
from cnn_vs_rnn.learner.module import Learner
from cnn_vs_rnn.trials.folder import TrialFolder

COLUMNS = ("epoch", "train_loss", "valid_loss", "valid_score", "learning_rate", "seconds")


class DamagedError(Exception):
    """A checkpoint that is not whole, or holds more than tensors and plain values."""


def write_checkpoint(path: Path, content: dict[str, Any]) -> None:
    """Write a checkpoint whole, or leave the old one; UserError where the disk is full."""
    buffer = io.BytesIO()
    torch.save(content, buffer)  # given a file, torch answers a full disk with a RuntimeError about its own internals
    with replacing(path) as temporary:
        temporary.write_bytes(buffer.getbuffer())


def read_checkpoint(path: Path) -> dict[str, Any]:
    """The content of a checkpoint, every byte of it checked, nothing unpickled.

    Raises DamagedError.
    """
    try:
        with zipfile.ZipFile(path) as archive:  # torch.load does not compare checksums
            broken = archive.testzip()
        if broken is not None:
            raise DamagedError(f"checksum of {broken}")
        return torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:  # torch answers random bytes with nine kinds of error
        raise DamagedError(type(error).__name__) from error


class AtomicCheckpointIO(TorchCheckpointIO):
    """Writes beside the target and renames.

    Lightning's own stages in the system's temporary folder, which on another file system is a plain copy, and swallows
    a PermissionError.
    """

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None) -> None:
        assert storage_options is None
        write_checkpoint(Path(path), checkpoint)


class EpochRecord(Callback):
    """After each epoch: one row of history, `best.ckpt` if the validation loss is the lowest so far, then `last.ckpt`.

    Without early stopping, `best.ckpt` is written after every epoch and training goes on to its last one. Otherwise
    this also ends the training: after `patience` epochs without a lower validation loss, or a loss that is not finite.
    With `max_seconds`, of training and validation, training ends at the batch in which they run out.
    Everything it knows is inside `last.ckpt`, so that a training killed at any moment goes on as if nothing happened:
    whatever was written after the last whole `last.ckpt` is written again, the same. (Lightning's EarlyStopping looks
    at an epoch only after the callbacks that could save its state, so each resume would train an epoch longer.)

    Where several processes train, the first one writes, and decides when to end.
    """

    def __init__(
        self, folder: TrialFolder, patience: int, *, early_stopping: bool = True, max_seconds: float | None = None
    ) -> None:
        self.history, self.best, self.last = folder.history, folder.best, folder.last
        self.stop, self.patience = folder.stop, patience
        self.early_stopping = early_stopping
        self.max_seconds = max_seconds
        self.rows: list[list[float]] = []
        self.best_epoch = -1  # of the lowest validation loss
        self.chosen_epoch = -1  # of `best.ckpt`: the same, without early stopping the last
        self.best_loss = math.inf
        self._epoch_began = 0.0
        self._learning_rate = 0.0

    def state_dict(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "best_epoch": self.best_epoch,
            "chosen_epoch": self.chosen_epoch,
            "best_loss": self.best_loss,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.rows = state_dict["rows"]
        self.best_epoch, self.best_loss = state_dict["best_epoch"], state_dict["best_loss"]
        self.chosen_epoch = state_dict["chosen_epoch"]

    @property
    def converged(self) -> bool:
        """Whether `patience` epochs have passed since the best one."""
        return len(self.rows) - 1 - self.best_epoch >= self.patience

    @property
    def diverged(self) -> bool:
        """Whether a loss was not finite."""
        return any(not math.isfinite(loss) for row in self.rows for loss in row[1:3])

    @property
    def _ended(self) -> bool:
        ended = (self.early_stopping and self.converged) or self.diverged or self.stop.exists()
        return ended or self._time_is_up(0.0)

    def _time_is_up(self, seconds: float) -> bool:
        """Whether the epochs so far and these seconds of another use up what is allowed."""
        return self.max_seconds is not None and sum(row[-1] for row in self.rows) + seconds >= self.max_seconds

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        trainer.should_stop = trainer.strategy.broadcast(self._ended)  # before it was killed

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        assert isinstance(pl_module, Learner)
        self._epoch_began = time.perf_counter()
        self._learning_rate = pl_module.learning_rate

    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: object) -> None:  # noqa: ARG002
        if self.max_seconds is not None:
            up = self._time_is_up(time.perf_counter() - self._epoch_began)
            if trainer.strategy.broadcast(up):
                trainer.should_stop = True  # the rest of the epoch is left out; what there is, is validated

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        assert isinstance(pl_module, Learner)
        metrics = {name: float(value) for name, value in trainer.callback_metrics.items()}
        epoch, valid_loss = trainer.current_epoch, metrics["valid_loss"]
        seconds = time.perf_counter() - self._epoch_began
        train_loss = pl_module.train_loss
        self.rows.append([epoch, train_loss, valid_loss, metrics["valid_score"], self._learning_rate, seconds])
        finite = math.isfinite(train_loss) and math.isfinite(valid_loss)
        better = finite and valid_loss < self.best_loss
        if better:
            self.best_epoch, self.best_loss = epoch, valid_loss
        if better or (finite and not self.early_stopping):
            self.chosen_epoch = epoch
            if trainer.is_global_zero:
                write_checkpoint(self.best, {"state_dict": pl_module.network.state_dict()})
        if trainer.is_global_zero:
            self.write_history()
        trainer.save_checkpoint(self.last)
        trainer.should_stop = trainer.strategy.broadcast(self._ended)

    def write_history(self) -> None:
        """All epochs so far, as one file."""
        write_text(self.history, self._as_csv())

    def _as_csv(self) -> str:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        writer.writerows(self.rows)
        return text.getvalue()
