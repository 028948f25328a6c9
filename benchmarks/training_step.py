"""Our trial's training step against a bare PyTorch loop: same models, same batches, side by side in one run.

    python -m benchmarks.training_step

After each round of a real trial (Lightning, one thread) a bare loop trains a copy of the model for one round on the
same batches, so that both see the machine in the same state. Printed are median milliseconds a step and their ratio.
"""

from __future__ import annotations

import copy
import statistics
import tempfile
import time
from pathlib import Path

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from rich.console import Console
from rich.table import Table

from cnn_vs_rnn.augmentation.scaling import prepare
from cnn_vs_rnn.learner.batches import TrainingBatches
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.learner.module import OPTIMIZERS, Learner
from cnn_vs_rnn.learner.objective import loss_of
from cnn_vs_rnn.planning.plan import plan_trials
from cnn_vs_rnn.tasks.store import ingest
from cnn_vs_rnn.trials.folder import TrialFolder
from pipelines.config_loader import compose_experiment

ROUNDS, STEPS = 30, 14  # of each round
WARM_UP = 2  # rounds that are not counted
CONF = Path(__file__).resolve().parent.parent / "conf"
PARAMS = {
    "tasks": "japanese_vowels",
    "models": "fcn+tcn+lstm+gru+min_gru",
    "seeds": 1,
    "budget.parameters": 20000,
    "tasks.japanese_vowels.refit": False,  # one training of each is enough
}


class SideBySide(Callback):
    """Times the steps of each round, then those of a bare loop."""

    def __init__(self) -> None:
        self.ours: list[float] = []
        self.bare: list[float] = []

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.model = copy.deepcopy(pl_module.network)
        self.optimizer = OPTIMIZERS[pl_module.recipe.optimizer](
            self.model.parameters(),
            lr=pl_module.recipe.learning_rate,
            weight_decay=pl_module.recipe.weight_decay,
            fused=True,  # as the trial's
        )

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: object, index: int
    ) -> None:
        if index == 0:
            self.began = time.perf_counter()

    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        # In both loops the clock starts when the first batch is at hand.
        self.ours.append((time.perf_counter() - self.began) / trainer.num_training_batches)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        assert isinstance(pl_module, Learner)
        self.bare.append(self.bare_round(pl_module, trainer.train_dataloader))

    def bare_round(self, learner: Learner, batches: TrainingBatches) -> float:
        recipe = learner.recipe
        self.model.train()
        iterator = iter(batches)
        batch = next(iterator)
        began = time.perf_counter()
        while batch is not None:
            loss = loss_of(learner.task.loss, self.model(batch.inputs, batch.lengths), batch.targets)
            self.optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), recipe.gradient_clip)
            self.optimizer.step()
            batch = next(iterator, None)
        return (time.perf_counter() - began) / len(batches)


def main() -> None:
    torch.set_num_threads(1)
    contest = compose_experiment(CONF, {**PARAMS, "trainer.steps": ROUNDS * STEPS, "trainer.rounds": ROUNDS})
    table = Table("model", "parameters", "ours, ms", "bare loop, ms", "ratio")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        task = contest.tasks["japanese_vowels"]
        prepared = prepare(ingest(task, root / "ingested"), task, contest.seed_numbers, root / "prepared")
        for trial in plan_trials(contest, {"default": {task.name: prepared}}):
            timer = SideBySide()
            place = TrialFolder(root / trial.model.name)
            place.open(trial)
            fit(place, callbacks=[timer])
            ours, bare = (1e3 * statistics.median(seconds[WARM_UP:]) for seconds in (timer.ours, timer.bare))
            table.add_row(trial.model.name, f"{trial.parameters:,}", f"{ours:.2f}", f"{bare:.2f}", f"{ours / bare:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
