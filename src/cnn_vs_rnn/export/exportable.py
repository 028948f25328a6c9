"""A network in a form that PyTorch's exporter can follow at any batch size and length: the same weights and answers.

Training computes some things in ways that depend on the very length of a batch (only the steps that the last answer
needs, only the valid rows), or that the exporter takes for constants (`len` of a tensor). Here a copy of the network
gets layers, and the functions that its modules call get stand-ins, that compute the same without looking at sizes.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn
from torch.nn import functional as F

from cnn_vs_rnn.export.operators import Cell, gated_average
from cnn_vs_rnn.models import masked_layers, min_gru, recurrent
from cnn_vs_rnn.models import read_out as read_outs
from cnn_vs_rnn.models.encoder import SequenceEncoder
from cnn_vs_rnn.models.masked_layers import MaskedBatchNorm1d, Rows
from cnn_vs_rnn.models.read_out import ReadOut
from cnn_vs_rnn.models.tcn import TCN


class _WholeTCN(TCN):
    """Every step is computed, and then the last one taken."""

    def forward(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch feature"]:
        return SequenceEncoder.forward(self, inputs, lengths)


class _EveryRowNormalised(MaskedBatchNorm1d):
    """Padded steps are normalised like the others, and set to 0 afterwards."""

    def forward(self, input: Float[Tensor, "batch time channel"], rows: Rows = None) -> Tensor:
        normalised = nn.BatchNorm1d.forward(self, input.flatten(0, 1))
        if rows is not None:
            valid = torch.zeros_like(normalised[:, :1]).index_fill(0, rows, 1.0)
            normalised = normalised * valid
        return normalised.view_as(input)


class _MinGRU(min_gru.MinGRU):
    """Starts from zeros, as its layers here do by themselves."""

    def _run(self, direction: int, inputs: Float[Tensor, "batch time channel"]) -> Float[Tensor, "batch time feature"]:
        stack = cast(min_gru._Stack, self.stacks[direction])
        return stack(inputs.transpose(0, 1), [inputs.new_zeros(()) for _ in stack.layers])[0].transpose(0, 1)


_STAND_IN_CLASSES: dict[type[nn.Module], type[nn.Module]] = {
    TCN: _WholeTCN,
    MaskedBatchNorm1d: _EveryRowNormalised,
    min_gru.MinGRU: _MinGRU,
}


class _MinGRULayer(nn.Module):
    """A layer of minGRU."""

    def __init__(self, layer: min_gru._Layer) -> None:
        super().__init__()
        self.norm = layer.norm
        self.recurrence = gated_average(layer.gate_and_candidate)

    def forward(
        self,
        inputs: Float[Tensor, "time batch channel"],
        start: Float[Tensor, ""],  # noqa: ARG002  (zeros)
    ) -> Float[Tensor, "time batch channel"]:
        return self.recurrence(self.norm(inputs))


def exportable(network: nn.Module) -> nn.Module:
    """A copy of a network, in eval mode, for the exporter alone, and only within `followable`."""
    return _replaced(copy.deepcopy(network).eval())


def _replaced(module: nn.Module) -> nn.Module:
    if isinstance(module, (nn.RNN, nn.GRU, nn.LSTM)):
        return Cell(module)
    if isinstance(module, min_gru._Layer):
        return _MinGRULayer(module)
    if type(module) in _STAND_IN_CLASSES:
        cast(Any, module).__class__ = _STAND_IN_CLASSES[type(module)]
    for name, child in module.named_children():
        setattr(module, name, _replaced(child))
    return module


@contextmanager
def followable() -> Iterator[None]:
    """Within the block, every module of the library's models calls the functions below in place of its own."""
    models = [module for name, module in sys.modules.items() if name.startswith("cnn_vs_rnn.models.")]
    replaced: list[tuple[Any, str, Callable[..., Any]]] = []
    for module in models:
        for name, value in list(vars(module).items()):
            for original, stand_in in _STAND_IN_FUNCTIONS:
                if value is original:
                    replaced.append((module, name, original))
                    setattr(module, name, stand_in)
    try:
        yield
    finally:
        for module, name, original in replaced:
            setattr(module, name, original)


def _reversed_in_time(
    sequences: Shaped[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None
) -> Shaped[Tensor, "batch time channel"]:
    if lengths is None:
        return sequences.flip(1)
    step = torch.arange(sequences.shape[1], device=sequences.device)
    ends = lengths.unsqueeze(1)
    source = torch.where(step < ends, ends - 1 - step, step)
    return sequences.gather(1, source.unsqueeze(2).expand_as(sequences))


_read_out = read_outs.read_out  # of the mean and the maximum


def _read_out_by_gathering(
    features: Float[Tensor, "batch time feature"], lengths: Int[Tensor, " batch"] | None, how: ReadOut
) -> Float[Tensor, "batch feature"]:
    if how != "last" or lengths is None:
        return _read_out(features, lengths, how)
    last = (lengths - 1).view(-1, 1, 1).expand(-1, 1, features.shape[2])
    return features.gather(1, last).squeeze(1)


def _max_pool(
    inputs: Float[Tensor, "batch time channel"], rows: Rows, kernel_size: int, *, stride: int
) -> Float[Tensor, "batch pooled channel"]:
    if rows is not None:
        padded = torch.zeros_like(inputs[..., :1]).flatten(0, 1).index_fill(0, rows, 1.0) == 0
        inputs = inputs.masked_fill(padded.view_as(inputs[..., :1]), -torch.inf)
    before, after = (kernel_size // 2, kernel_size // 2) if stride == 1 else (0, kernel_size - 1)
    padded_in_time = F.pad(inputs, (0, 0, before, after), value=-torch.inf)
    windows = padded_in_time.unfold(1, kernel_size, stride)
    pooled = windows.amax(3)
    return pooled if rows is None else pooled.masked_fill(pooled == -torch.inf, 0.0)


_STAND_IN_FUNCTIONS = (
    (recurrent.reversed_in_time, _reversed_in_time),
    (read_outs.read_out, _read_out_by_gathering),
    (masked_layers.max_pool, _max_pool),
)
