"""Recurrences as single ONNX operators.

PyTorch's exporter unrolls a recurrence over the length of its example. ONNX has operators for the whole loop
(https://onnx.ai/onnx/operators/), of any length, and the modules here put one in the exported graph. They compute
nothing in PyTorch: they stand in for layers while a network is exported.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

# Where ONNX keeps the gates, in PyTorch's order: GRU reset, update, new; LSTM input, forget, cell, output.
_GATES: dict[type[nn.Module], tuple[str, tuple[int, ...]]] = {
    nn.RNN: ("RNN", (0,)),
    nn.GRU: ("GRU", (1, 0, 2)),
    nn.LSTM: ("LSTM", (0, 3, 1, 2)),
}


class Recurrence(nn.Module):
    """One layer and direction as an ONNX operator, from a state of zeros.

    operator: RNN, GRU or LSTM. weight (gate x hidden, channel), recurrence (gate x hidden, hidden) and bias
    (2 x gate x hidden) in the order of ONNX.
    """

    weight: Tensor
    recurrence: Tensor
    bias: Tensor

    def __init__(
        self,
        operator: str,
        weight: Float[Tensor, "gates channel"],
        recurrence: Float[Tensor, "gates hidden"],
        bias: Float[Tensor, " both"],
        **attributes: Any,
    ) -> None:
        super().__init__()
        self.operator = operator
        self.hidden = recurrence.shape[1]
        self.attributes = {"hidden_size": self.hidden, **attributes}
        for name, tensor in (("weight", weight), ("recurrence", recurrence), ("bias", bias)):
            self.register_buffer(name, tensor.detach().unsqueeze(0).contiguous())  # one direction

    def forward(self, inputs: Float[Tensor, "time batch channel"]) -> Float[Tensor, "time batch hidden"]:
        time, batch = inputs.shape[:2]
        states = torch.onnx.ops.symbolic(
            self.operator,
            [inputs, self.weight, self.recurrence, self.bias],
            self.attributes,
            dtype=inputs.dtype,
            shape=(time, 1, batch, self.hidden),
        )
        return states.squeeze(1)


class Cell(nn.Module):
    """Stands in for an nn.RNN, nn.GRU or nn.LSTM of one layer and one direction, batch first."""

    def __init__(self, cell: nn.RNN | nn.GRU | nn.LSTM) -> None:
        super().__init__()
        operator, order = _GATES[type(cell)]
        weight, recurrence, *biases = (_in_order(cast(Tensor, one), order) for one in cell.all_weights[0])
        # PyTorch's reset gate acts after the product with the recurrent weight.
        attributes = {"linear_before_reset": 1} if operator == "GRU" else {}
        self.recurrence = Recurrence(operator, weight, recurrence, torch.cat(biases), **attributes)

    def forward(self, inputs: Float[Tensor, "batch time channel"]) -> tuple[Float[Tensor, "batch time hidden"], None]:
        return self.recurrence(inputs.transpose(0, 1)).transpose(0, 1), None


def gated_average(gate_and_candidate: nn.Linear) -> Recurrence:
    """h_t = (1 - z_t) h_{t-1} + z_t c_t, with z_t = sigmoid(W_z x_t), c_t = W_c x_t: a GRU without recurrent weights.

    ONNX's update gate keeps the state where ours replaces it, so its weight is -W_z; the candidate's activation is the
    identity. gate_and_candidate: (W_z, W_c), as minGRU's layers have it.
    """
    gate, candidate = gate_and_candidate.weight.chunk(2)
    gate_bias, candidate_bias = gate_and_candidate.bias.chunk(2)
    weight = torch.cat([-gate, torch.zeros_like(gate), candidate])
    bias = torch.cat([-gate_bias, torch.zeros_like(gate_bias), candidate_bias])
    return Recurrence(
        "GRU",
        weight,
        weight.new_zeros(len(weight), len(gate)),
        torch.cat([bias, torch.zeros_like(bias)]),
        activations=["Sigmoid", "Affine"],
        activation_alpha=[1.0],
        activation_beta=[0.0],
    )


def _in_order(tensor: Float[Tensor, "gates ..."], order: tuple[int, ...]) -> Float[Tensor, "gates ..."]:
    gates = tensor.chunk(len(order))
    return torch.cat([gates[at] for at in order])
