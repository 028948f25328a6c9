"""The one LightningModule: any network on any task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytorch_lightning as pl
import torch
from jaxtyping import Float
from torch import Tensor, nn

from cnn_vs_rnn.config import RecipeConfig, TaskConfig
from cnn_vs_rnn.learner.answered import answered, beam_of
from cnn_vs_rnn.learner.batches import Batch, TrainingBatches
from cnn_vs_rnn.learner.objective import loss_of
from cnn_vs_rnn.learner.schedule import rate_at
from cnn_vs_rnn.learner.scores import PartScore

OPTIMIZERS = {
    "adamw": torch.optim.AdamW,
    "adam": torch.optim.Adam,
    "sgd": torch.optim.SGD,
    "rmsprop": torch.optim.RMSprop,
}


class Learner(pl.LightningModule):
    """A network, how it is trained, and what it is trained on.

    class_weights: of the loss; None counts every sample equally. vocabulary: the text of each token, for a score of
    texts.

    After each round `train_loss`, and the metrics `valid_loss` and `valid_score`, are means over samples.
    """

    def __init__(
        self,
        network: nn.Module,
        task: TaskConfig,
        recipe: RecipeConfig,
        augmentation: nn.Module | None,
        *,
        class_weights: Float[Tensor, " output"] | None = None,
        vocabulary: Sequence[str] = (),
        seed: int,
    ) -> None:
        super().__init__()
        self.network = network
        self.augmentation = augmentation
        self.register_buffer("class_weights", class_weights, persistent=False)
        self.task, self.recipe, self.seed = task, recipe, seed
        self._train = _Mean()
        self._valid_loss = _Mean()
        self._score = lambda: PartScore(task.score, vocabulary, beam_of(task.score, task))
        self._valid_score = self._score()

    class_weights: Float[Tensor, " output"] | None

    def __setattr__(self, name: str, value: Any) -> None:
        # Lightning notes the running hook here fifty times a step; nn.Module's checks would cost a tenth of the step.
        if name == "_current_fx_name":
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    @property
    def train_loss(self) -> float:
        """Mean over the samples of this round so far, of all processes: to be asked for in all of them."""
        if self.trainer.world_size == 1:
            return self._train.value()
        sums = torch.tensor([float(self._train.total), float(self._train.weight)], device=self.device)
        total, weight = self.trainer.strategy.reduce(sums, reduce_op="sum").tolist()
        return total / max(weight, 1)

    @property
    def learning_rate(self) -> float:
        """Of the step before."""
        return self.trainer.optimizers[0].param_groups[0]["lr"]

    def set_rate(self, progress: float) -> None:
        """The learning rate of the next step. progress: the share of the training that is over."""
        for group in self.trainer.optimizers[0].param_groups:
            group["lr"] = rate_at(self.recipe, progress)

    def transfer_batch_to_device(self, batch: Batch, device: torch.device, dataloader_idx: int) -> Batch:  # noqa: ARG002
        return batch.to(device, non_blocking=True)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        recipe = self.recipe
        # One kernel for all weights saves a CPU up to a tenth of a small network's step. RMSprop has none, and
        # Lightning does not clip gradients beside it in mixed precision.
        fused = recipe.optimizer != "rmsprop" and self.device.type == "cpu" and self.trainer.precision == "32-true"
        return OPTIMIZERS[recipe.optimizer](
            self.network.parameters(),
            lr=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
            **({"fused": True} if fused else {}),
        )

    def on_train_epoch_start(self) -> None:
        # What Lightning calls an epoch is a round. All its randomness (order, dropout, augmentation) follows from seed
        # and round: a resume repeats it. The order is the same in every process, and the rest is not.
        batches = self.trainer.train_dataloader
        assert isinstance(batches, TrainingBatches)
        batches.round = self.current_epoch
        torch.manual_seed(self.seed * 1_000_003 + self.current_epoch + 1_000_000_007 * self.global_rank)
        self._train.reset()

    def training_step(self, batch: Batch, _: int) -> Float[Tensor, ""]:
        inputs = batch.inputs if self.augmentation is None else self.augmentation(batch.inputs, batch.lengths)
        loss = self._loss(self.network(inputs, *batch.shown[1:]), batch)
        self._train.add(loss.detach(), len(batch.targets) if batch.weight else 0)
        return loss * batch.weight if self.trainer.world_size > 1 else loss

    def _loss(self, outputs: Float[Tensor, "batch ... output"], batch: Batch) -> Float[Tensor, ""]:
        return loss_of(self.task.loss, outputs, batch.targets, self.class_weights)

    def on_validation_epoch_start(self) -> None:
        self._valid_loss.reset()
        self._valid_score = self._score()

    def validation_step(self, batch: Batch, _: int) -> None:
        said = answered(self.network, batch, self.task, (self.task.score,))
        self._valid_loss.add(self._loss(said.outputs, batch), len(batch.targets))
        self._valid_score.add(said)

    def on_validation_epoch_end(self) -> None:
        # Every process has seen all of it, with statistics of its own batches: what the first one found holds for all.
        found = (self._valid_loss.value(), self._valid_score.value())
        valid_loss, valid_score = self.trainer.strategy.broadcast(found)
        self.log("valid_loss", valid_loss)
        self.log("valid_score", valid_score)


class _Mean:
    """A weighted mean kept on the device, read once per round."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.total: Tensor | float = 0.0
        self.weight = 0

    def add(self, value: Float[Tensor, ""], weight: int) -> None:
        self.total = self.total + value * weight
        self.weight += weight

    def value(self) -> float:
        return float(self.total) / max(self.weight, 1)
