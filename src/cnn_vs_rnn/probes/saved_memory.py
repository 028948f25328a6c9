"""What a network keeps in memory: for the backward pass, during a training step, and from step to step of a stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, PositiveInt
from torch import Tensor, nn

from cnn_vs_rnn.config import Option, Strict
from cnn_vs_rnn.costs.measure import loss_on, training_step
from cnn_vs_rnn.costs.memory import peak_bytes_of, saved_bytes
from cnn_vs_rnn.learner.fit import initial_model
from cnn_vs_rnn.models.encoder import SequenceEncoder
from cnn_vs_rnn.models.network import Network
from cnn_vs_rnn.probes.isolated import isolated
from cnn_vs_rnn.probes.lengths import at_length, random_batch
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.probes.run import Entrant, probe_options
from cnn_vs_rnn.trials.trial import Trial


class Options(Strict):
    """lengths: time steps. batch: samples of the training step whose peak is measured."""

    lengths: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (16, 64, 256, 1024)
    batch: PositiveInt = 64


def measure(entrants: Sequence[Entrant], options: Mapping[str, Option]) -> list[Measurement]:
    """saved_bytes and peak_bytes of untrained networks by length, and state_bytes of those that stream.

    For each length the network is the one that the trial's parameters buy there (`at_length`). saved_bytes: one random
    sample in train mode. peak_bytes: a batch, each length in a fresh process with one thread. state_bytes: of the
    network for the task's own length; a causal encoder's state before the first step, one sequence.
    Raises RefusedError for images.
    """
    chosen = probe_options(options, Options)
    found = []
    for entrant in entrants:
        for length in chosen.lengths:
            trial = at_length(entrant.trial, length)
            saved, peak = sample_bytes(trial), isolated(1, step_peak_bytes, trial, chosen.batch)
            found.append(entrant.measurement("saved_bytes", float(saved), at=float(length)))
            found.append(entrant.measurement("peak_bytes", float(peak), at=float(length)))
        model = initial_model(entrant.trial)
        if isinstance(model, Network) and isinstance(model.encoder, SequenceEncoder) and model.encoder.causal:
            found.append(entrant.measurement("state_bytes", float(state_bytes(model.encoder.initial_state(1)))))
    return found


def sample_bytes(trial: Trial) -> int:
    """Bytes that autograd keeps for the backward pass of one sample."""
    model: nn.Module = initial_model(trial).train()
    batch = random_batch(trial, 1)
    return saved_bytes(model, lambda: loss_on(model, trial, batch))


def step_peak_bytes(trial: Trial, size: int) -> int:
    """Bytes of resident memory that a first training step on `size` samples adds to a fresh process.

    The optimiser's state is part of it; the weights and the batch are there before.
    """
    # Code is resident, too, once it has run. Two samples: for a single one, convolutions run other code.
    training_step(initial_model(trial), trial, random_batch(trial, 2))()
    return peak_bytes_of(training_step(initial_model(trial), trial, random_batch(trial, size)))


def state_bytes(state: Any) -> int:
    """Bytes of all tensors in tuples and lists, however nested."""
    if isinstance(state, Tensor):
        return state.numel() * state.element_size()
    return sum(state_bytes(part) for part in state)
