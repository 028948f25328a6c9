"""What befalls a training in tests: it is killed between two writes, asked to stop, or its weights become NaN."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch
from contest import Killed
from pytorch_lightning.callbacks import Callback

from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.learner.module import Learner
from cnn_vs_rnn.trials.folder import TrialFolder


def killed_after(changes: int, folder: TrialFolder, callbacks: Sequence[Callback] = ()) -> bool:
    """Train until so many files have been put in place or removed, and die; False where the training ends before."""
    originals = {"replace": Path.replace, "unlink": Path.unlink}
    count = itertools.count(1)

    def dying(name: str) -> Callable:
        def call(self: Path, *args: object, **options: object) -> object:
            existed = self.exists()
            result = originals[name](self, *args, **options)
            if existed and next(count) == changes:
                raise Killed
            return result

        return call

    with pytest.MonkeyPatch.context() as patched:
        for name in originals:
            patched.setattr(Path, name, dying(name))
        try:
            fit(folder, callbacks)
        except Killed:
            return True
    return False


def killed_at_its_end(folder: TrialFolder, callbacks: Sequence[Callback] = ()) -> None:
    """Train to the end, and die before the trial is declared done."""

    def die(*_: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TrialFolder, "finish", die)
        with pytest.raises(Killed):
            fit(folder, callbacks)


def any_training(trainer: pl.Trainer, learner: Learner) -> bool:
    return True


def at_rate(rate: float) -> Callable[[pl.Trainer, Learner], bool]:
    """Of attempts with this highest learning rate: at that of the recipe, the first ones."""
    return lambda _, learner: learner.recipe.learning_rate == rate


def is_refit(trainer: pl.Trainer, learner: Learner) -> bool:
    """Of a training on all samples, which has none to validate on."""
    return not trainer.val_dataloaders


class Poison(Callback):
    """Makes the weights NaN in one round of the trainings that `where` chooses, when Lightning calls `hook`."""

    def __init__(
        self,
        number: int,
        hook: str = "on_train_epoch_start",
        where: Callable[[pl.Trainer, Learner], bool] = any_training,
    ) -> None:
        self.number, self.where = number, where
        setattr(self, hook, self.spoil)

    def spoil(self, trainer: pl.Trainer, learner: Learner, *_: object) -> None:
        if trainer.current_epoch == self.number and self.where(trainer, learner):
            with torch.no_grad():
                next(learner.network.parameters()).fill_(torch.nan)


class StopAfter(Callback):
    """Asks a training to stop after one round of the trainings that `where` chooses."""

    def __init__(
        self, folder: TrialFolder, number: int, where: Callable[[pl.Trainer, Learner], bool] = any_training
    ) -> None:
        self.folder, self.number, self.where = folder, number, where

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.current_epoch == self.number and self.where(trainer, pl_module):
            self.folder.stop.touch()
