"""What a training leaves on disk after each epoch: the best weights, where to go on, and the history."""

from __future__ import annotations

import csv
import io
import math
import time
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from lightning_fabric.plugins import TorchCheckpointIO
from pytorch_lightning.callbacks import Callback, EarlyStopping

from cnn_vs_rnn.files import replacing, write_text
from cnn_vs_rnn.learner.module import Learner

COLUMNS = ("epoch", "train_loss", "valid_loss", "valid_score", "learning_rate", "seconds")


class AtomicCheckpointIO(TorchCheckpointIO):
    """Writes beside the target and renames.

    Lightning's own stages in the system's temporary folder, which on another file system is a plain copy, and swallows
    a PermissionError.
    """

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None) -> None:
        assert storage_options is None
        with replacing(Path(path)) as temporary:
            torch.save(checkpoint, temporary)


class EpochRecord(Callback):
    """After each epoch: one row of history, `best.ckpt` if the validation loss is the lowest so far, then `last.ckpt`.

    Everything it knows is inside `last.ckpt`, so that a training killed at any moment goes on as if nothing happened:
    whatever was written after the last whole `last.ckpt` is written again, the same.
    """

    def __init__(self, history: Path, best: Path, last: Path) -> None:
        self.history, self.best, self.last = history, best, last
        self.rows: list[list[float]] = []
        self.best_epoch = -1
        self.best_loss = math.inf
        self._epoch_began = 0.0

    def state_dict(self) -> dict[str, Any]:
        return {"rows": self.rows, "best_epoch": self.best_epoch, "best_loss": self.best_loss}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.rows = state_dict["rows"]
        self.best_epoch, self.best_loss = state_dict["best_epoch"], state_dict["best_loss"]

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        # A checkpoint does not say that training had already been stopped.
        stopping = trainer.early_stopping_callback
        if isinstance(stopping, EarlyStopping) and stopping.wait_count >= stopping.patience:
            trainer.should_stop = True

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        self._epoch_began = time.perf_counter()

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        assert isinstance(pl_module, Learner)
        metrics = {name: float(value) for name, value in trainer.callback_metrics.items()}
        epoch, valid_loss = trainer.current_epoch, metrics["valid_loss"]
        self.rows.append(
            [
                epoch,
                pl_module.train_loss,
                valid_loss,
                metrics["valid_score"],
                pl_module.learning_rate,
                time.perf_counter() - self._epoch_began,
            ]
        )
        if not math.isfinite(pl_module.train_loss):
            trainer.should_stop = True
        elif valid_loss < self.best_loss:
            self.best_epoch, self.best_loss = epoch, valid_loss
            with replacing(self.best) as temporary:
                torch.save({"state_dict": pl_module.network.state_dict()}, temporary)
        write_text(self.history, self._as_csv())
        trainer.save_checkpoint(self.last)

    def _as_csv(self) -> str:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        writer.writerows(self.rows)
        return text.getvalue()
