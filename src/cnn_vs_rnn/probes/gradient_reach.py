"""How far back a gradient reaches: what is left of it at the state, or at the input, k steps before the last."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import torch
from jaxtyping import Float, Int, Shaped
from pydantic import Field, NonNegativeInt, PositiveInt
from torch import Tensor

from cnn_vs_rnn.config import Loss, Option, Strict
from cnn_vs_rnn.learner.batches import Batch
from cnn_vs_rnn.learner.objective import loss_of
from cnn_vs_rnn.models.encoder import SequenceEncoder
from cnn_vs_rnn.models.network import Network
from cnn_vs_rnn.models.recurrent import RecurrentEncoder
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.probes.run import Entrant, probe_options
from cnn_vs_rnn.probes.watched import Watched, networks_of, training_batch


class Options(Strict):
    """steps: how many steps back, each; those that no sequence has are left out. samples: of the training part."""

    steps: Annotated[tuple[NonNegativeInt, ...], Field(min_length=1)] = (0, 10, 20, 50, 100, 200)
    samples: PositiveInt = 32


def measure(entrants: Sequence[Entrant], options: Mapping[str, Option]) -> list[Measurement]:
    """input_reach of every sequence encoder, state_reach of the recurrent ones with one direction.

    As the networks start and, as "..._trained", after training, by steps back; see `input_reach` and `state_reach`.
    Nothing of a network without features at every step (cnn2d, crnn).
    """
    chosen = probe_options(options, Options)
    found = []
    for entrant in entrants:
        batch = training_batch(entrant.trial, chosen.samples)
        for suffix, network in networks_of(entrant):
            encoder, loss = network.encoder, entrant.trial.task.loss
            reach = {}
            if isinstance(encoder, RecurrentEncoder) and encoder.causal:
                reach["state_reach"] = state_reach(network, loss, batch, chosen.steps)
            if isinstance(encoder, SequenceEncoder):
                reach["input_reach"] = input_reach(network, loss, batch, chosen.steps)
            found += [
                entrant.measurement(f"{quantity}{suffix}", decades, at=float(back))
                for quantity, by_steps in reach.items()
                for back, decades in by_steps.items()
            ]
    return found


def input_reach(network: Network, loss: Loss, batch: Batch, steps: Sequence[int]) -> dict[int, float]:
    """By k: log10(|dL/dx_{T-k}| / |dL/dx_T|), of the loss L of the output at the last step T of each sequence.

    The norm is over channels and samples (root mean square over samples, in other words), in eval mode. x is what the
    encoder reads: rows of an image, embedded tokens. -inf where the gradient is exactly 0, as it is beyond the
    receptive field of a convolution. Left out are k that no sequence is long enough for (both norms are over those
    that are), and all where there is no gradient at k = 0, either. In double precision: in single, a gradient is 0
    after 45 decades; here after 308.
    """
    network = copy.deepcopy(network).double().eval()
    assert isinstance(network.encoder, SequenceEncoder)
    watched = network.encoder = Watched(network.encoder)
    last = _loss_at_last(network, loss, batch)
    [gradient] = torch.autograd.grad(last, [watched.read])
    return _reach(gradient, gradient, _ends(batch), steps)


def state_reach(network: Network, loss: Loss, batch: Batch, steps: Sequence[int]) -> dict[int, float]:
    """By k: log10(|dL/ds_{T-k}| / |dL/ds_T|), as in `input_reach`, of the recurrent state s of a causal encoder.

    s is all that the network carries from step to step, of every layer, the cell of an LSTM as well: the gradient goes
    through the cell, and that of the hidden vector alone would miss it. s_T is what the head reads, the features: for
    nn.RNN, nn.GRU and nn.LSTM the hidden vector of the last layer. (Of a minGRU they are its normalised states, so
    there the first step back has the factor of that normalisation, too.)
    After Bengio, Simard & Frasconi 1994 (doi 10.1109/72.279181), section III, and Pascanu, Mikolov & Bengio 2013 (arXiv
    1211.5063), section 2.
    """
    network = copy.deepcopy(network).double().eval()
    assert isinstance(network.encoder, SequenceEncoder)
    stepwise = network.encoder = _Stepwise(network.encoder)
    last = _loss_at_last(network, loss, batch)
    flat = [tensor for state in stepwise.states for tensor in state]
    gradients = torch.autograd.grad(last, [*stepwise.outputs, *flat], materialize_grads=True)
    time = len(stepwise.outputs)
    each = len(flat) // time
    by_state = [torch.cat(gradients[first : first + each], 1) for first in range(time, len(gradients), each)]
    return _reach(torch.stack(gradients[:time], 1), torch.stack(by_state, 1), _ends(batch), steps)


class _Stepwise(SequenceEncoder):
    """An encoder run step by step, its outputs and states kept. Of each step: (batch, feature), tensors of a state."""

    outputs: list[Tensor]
    states: list[list[Tensor]]

    def __init__(self, encoder: SequenceEncoder) -> None:
        super().__init__("last")
        self.encoder = encoder
        self.features = encoder.features

    def sequence(
        self,
        inputs: Float[Tensor, "batch time channel"],
        lengths: Int[Tensor, " batch"] | None = None,  # noqa: ARG002 (a causal network never sees the padding)
    ) -> Float[Tensor, "batch time feature"]:
        state = self.encoder.initial_state(len(inputs))
        self.outputs, self.states = [], []
        for now in inputs.unbind(1):
            output, state = self.encoder.step(now, state)
            self.outputs.append(output)
            self.states.append(list(_tensors(state)))
        return torch.stack(self.outputs, 1)


def _tensors(state: Any) -> Iterator[Tensor]:
    if isinstance(state, Tensor):
        yield state
    else:
        for part in state:
            yield from _tensors(part)


def _loss_at_last(network: Network, loss: Loss, batch: Batch) -> Float[Tensor, ""]:
    inputs = batch.inputs.double() if batch.inputs.is_floating_point() else batch.inputs
    outputs, targets = network(inputs, batch.lengths), batch.targets
    if network.per_step:
        outputs, targets = (_back(values, _ends(batch), 0) for values in (outputs, targets))
    return loss_of(loss, outputs, targets.double() if targets.is_floating_point() else targets)


def _ends(batch: Batch) -> Int[Tensor, " batch"]:
    """Time steps of each sample; an image is read row by row."""
    if batch.lengths is not None:
        return batch.lengths
    return torch.full((len(batch.inputs),), batch.inputs.shape[2 if batch.inputs.ndim == 4 else 1])


def _back(
    values: Shaped[Tensor, "batch time ..."], ends: Int[Tensor, " batch"], steps: int
) -> Shaped[Tensor, "reached ..."]:
    """Values at so many steps before the last, of the sequences that have it."""
    rows = (ends > steps).nonzero().flatten()
    return values[rows, ends[rows] - 1 - steps]


def _reach(
    now: Float[Tensor, "batch time feature"],
    past: Float[Tensor, "batch time state"],
    ends: Int[Tensor, " batch"],
    steps: Sequence[int],
) -> dict[int, float]:
    """By k: log10 of the norm of `past` k steps back over that of `now` at the last step."""
    reach = {}
    for back in steps:
        reached = ends > back
        start = _decades(_back(now[reached], ends[reached], 0))
        if start > -math.inf:
            reach[back] = _decades(_back(past, ends, back)) - start if back else 0.0
    return reach


def _decades(gradient: Float[Tensor, "sample feature"]) -> float:
    """log10 of the norm; the largest entry is taken out, for its square may be too small for a number."""
    largest = float(gradient.abs().max()) if gradient.numel() else 0.0
    if largest == 0:
        return -math.inf
    return math.log10(largest) + math.log10(float((gradient / largest).norm()))
