"""What a training leaves on disk after each round: the weights, where to go on, and the history."""

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
from cnn_vs_rnn.trials.folder import TrainingFiles

# step: gradient steps at the end of the round. learning_rate: of the last of them. seconds: with validation.
COLUMNS = ("round", "step", "train_loss", "valid_loss", "valid_score", "learning_rate", "seconds")
REFIT_COLUMNS = tuple(column for column in COLUMNS if not column.startswith("valid_"))


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


class RoundRecord(Callback):
    """After each round of a training: one row of history, the weights, then where to go on (`files`).

    A training ends after `steps` gradient steps, or at the step in which `max_seconds` of training and validation run
    out; the learning rate follows from how much of either is over. With `patience` it also ends after so many rounds
    without a lower validation loss, and the weights of the round with the lowest are kept instead of the last ones. A
    loss or a weight that is not finite, or the file `stop`, ends it too.

    Everything it knows is inside `files.last`, so that a training killed at any moment goes on as if nothing happened:
    whatever was written after the last whole checkpoint is written again, the same. (Lightning's EarlyStopping looks
    at an epoch only after the callbacks that could save its state, so each resume would train an epoch longer.)

    Where several processes train, the first one writes, and decides when to end. Without validation data (`validates`)
    the history has no validation loss and score.
    """

    def __init__(
        self,
        files: TrainingFiles,
        stop: Path,
        *,
        steps: int,
        validates: bool = True,
        patience: int | None = None,
        max_seconds: float | None = None,
    ) -> None:
        self.files, self.stop = files, stop
        self.steps, self.validates, self.patience, self.max_seconds = steps, validates, patience, max_seconds
        self.columns = COLUMNS if validates else REFIT_COLUMNS
        self.rows: list[dict[str, float]] = []
        self.lowest_round = -1  # of the validation loss
        self.kept_round = -1  # whose weights are kept: the same with `patience`, else the last
        self.lowest_loss = math.inf
        self.diverged = False  # a loss or a weight was not finite
        self.stopped = False  # from outside, as the first process saw it
        self._round_began = 0.0

    def state_dict(self) -> dict[str, Any]:
        kept = ("rows", "lowest_round", "kept_round", "lowest_loss", "diverged")
        return {name: getattr(self, name) for name in kept}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        vars(self).update(state_dict)

    @property
    def seconds(self) -> float:
        """Of all rounds."""
        return sum((row["seconds"] for row in self.rows), 0.0)

    @property
    def steps_done(self) -> int:
        """At the end of the last round."""
        return int(self.rows[-1]["step"]) if self.rows else 0

    def _ended(self, trainer: pl.Trainer) -> bool:
        waited = len(self.rows) - 1 - self.lowest_round
        ended = (
            (self.patience is not None and waited >= self.patience)
            or self.diverged
            or (self.steps_done >= self.steps if self.max_seconds is None else self.seconds >= self.max_seconds)
        )
        self.stopped, ended = trainer.strategy.broadcast((self.stop.exists(), ended))
        return self.stopped or ended

    def _progress(self, step: int) -> float:
        """The share of the training that is over in the middle of a step, so that no step has a rate of zero."""
        first = (step + 0.5) / self.steps
        if self.max_seconds is None:
            return first
        elapsed = self.seconds + time.perf_counter() - self._round_began
        return max(elapsed / self.max_seconds, min(first, 0.5 / self.steps))

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        trainer.should_stop = self._ended(trainer)  # before it was killed

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        self._round_began = time.perf_counter()

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: object) -> None:
        assert isinstance(pl_module, Learner)
        progress = self._progress(trainer.global_step)
        pl_module.set_rate(progress if self.max_seconds is None else trainer.strategy.broadcast(progress))

    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: object) -> None:  # noqa: ARG002
        if self.max_seconds is not None:
            up = self.seconds + time.perf_counter() - self._round_began >= self.max_seconds
            up = trainer.strategy.broadcast(up)
        else:
            up = trainer.global_step >= self.steps
        if up:
            trainer.should_stop = True  # the rest of the round is left out; what there is, is validated

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        assert isinstance(pl_module, Learner)
        metrics = {name: float(value) for name, value in trainer.callback_metrics.items()}
        number = trainer.current_epoch
        row = {
            "round": number,
            "step": trainer.global_step,
            "train_loss": pl_module.train_loss,
            **{name: metrics[name] for name in ("valid_loss", "valid_score") if self.validates},
            "learning_rate": pl_module.learning_rate,
            "seconds": time.perf_counter() - self._round_began,
        }
        self.rows.append(row)
        loss = row.get("valid_loss", row["train_loss"])
        # The training loss says nothing of the last step, whose weights a training without validation would end with.
        finite_weights = all(bool(weight.isfinite().all()) for weight in pl_module.network.parameters())
        self.diverged = not (math.isfinite(row["train_loss"]) and math.isfinite(loss) and finite_weights)
        lower = not self.diverged and loss < self.lowest_loss
        if lower:
            self.lowest_round, self.lowest_loss = number, loss
        if lower or (not self.diverged and self.patience is None):
            self.kept_round = number
            if trainer.is_global_zero:
                write_checkpoint(self.files.weights, {"state_dict": pl_module.network.state_dict()})
        if trainer.is_global_zero:
            self.write_history()
        trainer.save_checkpoint(self.files.last)
        trainer.should_stop = self._ended(trainer)

    def write_history(self) -> None:
        """All rounds so far, as one file."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns)
        writer.writeheader()
        writer.writerows(self.rows)
        write_text(self.files.history, text.getvalue())
