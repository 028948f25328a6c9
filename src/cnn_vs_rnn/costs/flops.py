"""Floating-point operations of a forward pass, by formula.

torch's own counter returns 0 for nn.LSTM on a CPU, so recurrent layers are counted analytically, and convolutions and
linear layers from what they actually computed. A multiply-add counts as two; biases, activations and
normalisation are left out, as is usual.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn

GATES = {nn.LSTM: 4, nn.GRU: 3, nn.RNN: 1}
_COUNTED = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.RNNBase)


@torch.inference_mode()
def forward_flops(model: nn.Module, *shown: Tensor | None) -> int:
    """FLOPs of `model(*shown)`, for the whole batch. A module that has a method `flops` counts for itself."""
    total = 0

    def count(module: nn.Module, arguments: tuple[Any, ...], output: Any) -> None:
        nonlocal total
        if hasattr(module, "flops"):
            total += cast(Callable[..., int], module.flops)(arguments, output)
        elif isinstance(module, nn.RNNBase):
            total += recurrent_flops(module, steps=_steps(arguments[0]))
        elif isinstance(module, nn.Linear):
            total += 2 * module.in_features * output.numel()
        else:
            assert isinstance(module, nn.Conv1d | nn.Conv2d)
            total += 2 * module.weight[0].numel() * output.numel()

    counted = [module for module in model.modules() if isinstance(module, _COUNTED) or hasattr(module, "flops")]
    hooks = [module.register_forward_hook(count) for module in counted]
    was_training = model.training
    try:
        model.eval()(*shown)
    finally:
        model.train(was_training)
        for hook in hooks:
            hook.remove()
    return total


def recurrent_flops(layer: nn.RNNBase, steps: int) -> int:
    """FLOPs of a recurrent layer over `steps` time steps (batch x time): 2 G H (D + H) a step, layer and direction.

    D inputs, H hidden units, G gates: 4 for the LSTM, 3 for the GRU, 1 for the Elman network.
    """
    gates = next(count for kind, count in GATES.items() if isinstance(layer, kind))
    directions = 2 if layer.bidirectional else 1
    total = 0
    for depth in range(layer.num_layers):
        inputs = layer.input_size if depth == 0 else layer.hidden_size * directions
        total += steps * directions * 2 * gates * layer.hidden_size * (inputs + layer.hidden_size)
    return total


def _steps(inputs: Tensor | nn.utils.rnn.PackedSequence) -> int:
    if isinstance(inputs, nn.utils.rnn.PackedSequence):
        return len(inputs.data)
    return inputs.shape[0] * inputs.shape[1]
