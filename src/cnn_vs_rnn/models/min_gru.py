"""minGRU: a gated recurrence that a scan can compute (Feng et al. 2024)."""

from __future__ import annotations

from typing import Literal, cast

import torch
from jaxtyping import Float, Int
from pydantic import PositiveInt
from torch import Tensor, nn

from cnn_vs_rnn.models.encoder import channels_at
from cnn_vs_rnn.models.initialisation import KEEP_BIAS, chrono_biases
from cnn_vs_rnn.models.linear_scan import Kernel, linear_scan, parallel_scan, sequential_scan
from cnn_vs_rnn.models.read_out import ReadOut
from cnn_vs_rnn.models.recurrent import RecurrentEncoder, reversed_in_time
from cnn_vs_rnn.tasks.data import InputSpec

MinGRUInitialisation = Literal["default", "forget_bias", "chrono"]
Scan = Literal["device", "sequential", "parallel"]
_KERNELS: dict[Scan, Kernel | None] = {"device": None, "sequential": sequential_scan, "parallel": parallel_scan}


class MinGRU(RecurrentEncoder):
    """Layers of minGRU (Feng et al. 2024, "Were RNNs all we needed?", arXiv 2410.01201, section 3.1).

    z_t = sigmoid(W_z x_t), h~_t = W_h x_t, h_t = (1 - z_t) h_{t-1} + z_t h~_t. The candidate is linear, as in that
    section; the paper's g, which keeps it positive, is needed by a scan in log space only (appendix B), and ours
    (`linear_scan`) works on the numbers themselves.

    A gate sees the input alone, so one layer cannot choose by what it has read before: three layers by default, with
    which the paper solves selective copying (99.5%; 37% with one; table 1). Each reads its normalised input and adds
    to it (pre-norm residual), and a last normalisation precedes the features. Dropout is on what each layer adds and
    on the features. Two directions are two such stacks.

    initialisation: ``chrono`` (see `initialisation.initialise`; here 1 - z keeps the state, so z gets the negative),
    ``forget_bias``, or ``default``, PyTorch's, where gates start about half open and memory fades within tens of steps.
    scan: how the recurrence is computed, with the same result: ``device``, the way that is faster there (see
    `linear_scan`), ``sequential`` or ``parallel``.
    """

    def __init__(
        self,
        input: InputSpec,
        width: float,
        dropout: float,
        read_out: ReadOut = "last",
        layers: PositiveInt = 3,
        bidirectional: bool = False,
        initialisation: MinGRUInitialisation = "chrono",
        scan: Scan = "device",
    ) -> None:
        directions = 2 if bidirectional else 1
        sizes = [channels_at(width, index, directions) for index in range(directions)]
        super().__init__(read_out, sizes)
        self.stacks = nn.ModuleList(_Stack(input, size, layers, dropout, initialisation, scan) for size in sizes)

    def sequence(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch time feature"]:
        features = self._run(0, inputs)
        if self.causal:
            return features
        backwards = self._run(1, reversed_in_time(inputs, lengths))
        return torch.cat([features, reversed_in_time(backwards, lengths)], dim=2)

    def initial_state(self, batch: int) -> list[Tensor]:
        """Zeros, (batch, hidden) a layer."""
        if not self.causal:
            return super().initial_state(batch)
        return cast(_Stack, self.stacks[0]).initial_state(batch)

    def step(
        self, inputs: Float[Tensor, "batch channel"], state: list[Tensor]
    ) -> tuple[Float[Tensor, "batch feature"], list[Tensor]]:
        if not self.causal:
            return super().step(inputs, state)
        features, after = self.stacks[0](inputs.unsqueeze(0), state)
        return features.squeeze(0), after

    def _run(self, direction: int, inputs: Float[Tensor, "batch time channel"]) -> Float[Tensor, "batch time feature"]:
        # Time comes first inside: one copy of the narrow input here, and a view of the output.
        stack = cast(_Stack, self.stacks[direction])
        return stack(inputs.transpose(0, 1).contiguous(), stack.initial_state(len(inputs)))[0].transpose(0, 1)


class _Stack(nn.Module):
    def __init__(
        self,
        input: InputSpec,
        size: int,
        layers: int,
        dropout: float,
        initialisation: MinGRUInitialisation,
        scan: Scan,
    ) -> None:
        super().__init__()
        assert input.length is not None
        self.size = size
        self.embed = nn.Linear(input.channels, size)
        self.layers = nn.ModuleList(_Layer(size, input.length, initialisation, scan) for _ in range(layers))
        self.norm = nn.LayerNorm(size)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, inputs: Float[Tensor, "time batch channel"], state: list[Tensor]
    ) -> tuple[Float[Tensor, "time batch feature"], list[Tensor]]:
        features, after = self.embed(inputs), []
        for layer, before in zip(self.layers, state, strict=True):
            states = layer(features, before)
            features = features + self.dropout(states)
            after.append(states[-1])
        return self.dropout(self.norm(features)), after

    def initial_state(self, batch: int) -> list[Tensor]:
        return [self.embed.weight.new_zeros(batch, self.size) for _ in self.layers]


class _Layer(nn.Module):
    def __init__(self, size: int, length: int, initialisation: MinGRUInitialisation, scan: Scan) -> None:
        super().__init__()
        self.scan: Scan = scan
        self.norm = nn.LayerNorm(size)
        self.gate_and_candidate = nn.Linear(size, 2 * size)
        if initialisation != "default":
            chrono = initialisation == "chrono"
            keep = chrono_biases(size, length) if chrono else torch.full((size,), KEEP_BIAS)
            with torch.no_grad():
                self.gate_and_candidate.bias[:size] = -keep

    def forward(
        self, inputs: Float[Tensor, "time batch channel"], start: Float[Tensor, "batch channel"]
    ) -> Float[Tensor, "time batch channel"]:
        # In the state's precision: under autocast a keep gate near 1 would round to 1.
        gate, candidate = self.gate_and_candidate(self.norm(inputs)).to(start.dtype).chunk(2, dim=2)
        update = torch.sigmoid(gate)
        return linear_scan(1 - update, update * candidate, start, _KERNELS[self.scan])
