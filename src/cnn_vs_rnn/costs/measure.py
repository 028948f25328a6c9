"""The cost of every model of a contest, in isolation: one thread, no worker training meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import nn

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.costs.flops import forward_flops
from cnn_vs_rnn.costs.memory import saved_bytes
from cnn_vs_rnn.costs.timing import interleaved_medians, single_thread
from cnn_vs_rnn.evaluation.evaluate import model_from
from cnn_vs_rnn.evaluation.results import Cost
from cnn_vs_rnn.learner.batches import Batch, Batches
from cnn_vs_rnn.learner.module import OPTIMIZERS
from cnn_vs_rnn.learner.objective import loss_of
from cnn_vs_rnn.models.encoder import SequenceEncoder
from cnn_vs_rnn.models.network import Network
from cnn_vs_rnn.tasks.data import Samples
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial

ROUNDS = 15
ANSWERED = 64  # samples of the batch that is answered at once: a server's, whatever size the recipe trains on
MEGABYTE = 1e6


def measure_costs(contenders: Sequence[tuple[TrialFolder, Trial]]) -> list[Cost]:
    """Costs of one trained trial of each model of one task and condition, measured in turns.

    A training step is forward, loss, backward and optimiser on one full batch at the recipe's batch size, on sequences
    of full length, without augmentation. Latency is the answer to a single sample; in batch, a sample's share of the
    answer to ANSWERED of them.
    """
    with single_thread():
        measured = [_Contender(folder, trial) for folder, trial in contenders]
        networks = [contender for contender in measured if not contender.is_baseline]
        steps = dict(zip(networks, interleaved_medians([n.training_step for n in networks], ROUNDS), strict=True))
        latencies = interleaved_medians([contender.answer for contender in measured], ROUNDS)
        in_batch = interleaved_medians([contender.answer_batch for contender in measured], ROUNDS)
        return [
            contender.cost(steps.get(contender), latency, batch / ANSWERED)
            for contender, latency, batch in zip(measured, latencies, in_batch, strict=True)
        ]


class _Contender:
    def __init__(self, folder: TrialFolder, trial: Trial) -> None:
        self.trial = trial
        self.is_baseline = trial.model.family == "baseline"
        self.model = model_from(folder.weights, trial)
        samples = read_part(trial.data, trial.seed, "train")
        self.batch = _full_batch(samples, trial.batch_size)
        self.asked = _full_batch(samples, ANSWERED)
        self.single = _full_batch(samples, 1)
        if not self.is_baseline:
            self.training_step = training_step(self.model, trial, self.batch)

    @torch.inference_mode()
    def answer(self) -> None:
        self.model.eval()(self.single.inputs, self.single.lengths)

    @torch.inference_mode()
    def answer_batch(self) -> None:
        self.model.eval()(self.asked.inputs, self.asked.lengths)

    def cost(self, step_seconds: float | None, latency_seconds: float, batch_seconds: float) -> Cost:
        flops, memory = None, None
        if not self.is_baseline:
            flops = float(forward_flops(self.model, *self.single.shown))
            self.model.train()
            memory = saved_bytes(self.model, lambda: loss_on(self.model, self.trial, self.batch)) / MEGABYTE
        return Cost(
            task=self.trial.task.name,
            condition=self.trial.condition,
            model=self.trial.model.name,
            step_ms=None if step_seconds is None else step_seconds * 1e3,
            latency_ms=latency_seconds * 1e3,
            batch_latency_ms=batch_seconds * 1e3,
            flops_per_sample=flops,
            train_memory_mb=memory,
            model_size_mb=model_bytes(self.model) / MEGABYTE,
            streams=self.trial.data.task.input.kind != "image" and streams(self.model),
        )


def model_bytes(model: nn.Module) -> int:
    """Bytes of everything that a checkpoint of `model` holds: weights, and the buffers of a baseline."""
    return sum(tensor.numel() * tensor.element_size() for tensor in model.state_dict().values())


def streams(model: nn.Module) -> bool:
    """Whether a model computes the features of each step from a state of fixed size: a causal sequence encoder."""
    return isinstance(model, Network) and isinstance(model.encoder, SequenceEncoder) and model.encoder.causal


def training_step(model: nn.Module, trial: Trial, batch: Batch) -> Callable[[], None]:
    """A function that trains `model` by one step."""
    optimizer = OPTIMIZERS[trial.recipe.optimizer](model.parameters(), lr=trial.recipe.learning_rate)

    def step() -> None:
        model.train()
        loss = loss_on(model, trial, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def loss_on(model: nn.Module, trial: Trial, batch: Batch) -> torch.Tensor:
    """The trial's loss of `model` on a batch."""
    return loss_of(trial.task.loss, model(*batch.shown), batch.targets)


def _full_batch(samples: Samples, size: int) -> Batch:
    """A batch of `size` samples whose sequences all have the task's full length, or, to be translated, their own."""
    repeated = samples.take(torch.arange(size).remainder(len(samples)).numpy())
    if repeated.target_lengths is not None:
        return next(iter(Batches(repeated, size)))
    inputs, targets = torch.from_numpy(repeated.inputs), torch.from_numpy(repeated.targets)
    return Batch(inputs, targets, None if repeated.lengths is None else torch.full((size,), inputs.shape[1]))
