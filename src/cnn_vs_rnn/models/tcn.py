"""Temporal convolutional network."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Annotated, cast

import torch
from jaxtyping import Float, Int
from pydantic import Field, NonNegativeInt
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

from cnn_vs_rnn.models.encoder import SequenceEncoder
from cnn_vs_rnn.models.masking import zero_padding
from cnn_vs_rnn.models.read_out import ReadOut
from cnn_vs_rnn.models.time_convolution import TimeConv1d
from cnn_vs_rnn.tasks.data import InputSpec

BlockState = tuple[Tensor, Tensor]  # the past that its two convolutions still see, each (batch, past, channel)
State = tuple[BlockState, ...]


class _Block(nn.Module):
    """relu(conv(conv(x)) + shortcut(x)): two dilated, weight-normalised convolutions, each with ReLU and dropout."""

    def __init__(
        self, channels: int, inner: int, out: int, kernel_size: int, dilation: int, dropout: float, *, causal: bool
    ) -> None:
        super().__init__()
        self.first = TimeConv1d(channels, inner, kernel_size)
        self.second = TimeConv1d(inner, out, kernel_size)
        for convolution in (self.first, self.second):
            nn.init.kaiming_normal_(convolution.weight, nonlinearity="linear")
            nn.init.zeros_(convolution.bias)  # pyright: ignore[reportArgumentType] (it has one)
            weight_norm(convolution)
        # A linear layer on the channels is the 1x1 convolution.
        self.shortcut = nn.Linear(channels, out) if channels != out else nn.Identity()
        self.dropout = nn.Dropout(dropout)
        self.kernel_size, self.dilation = kernel_size, dilation
        self.reach = (kernel_size - 1) * dilation
        self.ahead = 0 if causal else self.reach - self.reach // 2

    def forward(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None
    ) -> Float[Tensor, "batch time out"]:
        """All steps. lengths: set the padded ones to 0 before each convolution (needed where it looks ahead)."""
        hidden = inputs = zero_padding(inputs, lengths)
        for convolution in (self.first, self.second):
            padded = F.pad(hidden, (0, 0, self.reach - self.ahead, self.ahead))
            hidden = self._activate(convolution(padded, dilation=self.dilation))
            hidden = zero_padding(hidden, lengths)
        return torch.relu(hidden + self.shortcut(inputs))

    def thinned(
        self,
        inputs: Float[Tensor, "batch grid channel"],
        inner: int,
        out: int,
        lengths: Int[Tensor, " batch"] | None,
    ) -> Float[Tensor, "batch out_grid out"]:
        """Every second step of the last ones, from inputs that are `dilation` time steps apart.

        On that grid the dilation is 1. inner, out: how many positions exist, before time begins, of what the block's
        second convolution reads (grid spacing `dilation`) and of what it gives (spacing 2 x `dilation`).
        """
        hidden = F.pad(inputs, (0, 0, inner + self.kernel_size - 1 - inputs.shape[1], 0))
        hidden = self._activate(self.first(hidden))
        hidden = _zero_before_start(hidden, self.dilation, lengths)
        hidden = F.pad(hidden, (0, 0, 2 * (out - 1) + self.kernel_size - inner, 0))
        hidden = self._activate(self.second(hidden, stride=2))
        shortcut = self.shortcut(inputs[:, inputs.shape[1] - 1 - 2 * (out - 1) :: 2])
        return _zero_before_start(torch.relu(hidden + shortcut), 2 * self.dilation, lengths)

    def initial_state(self, batch: int) -> BlockState:
        """Zeros, as the padding of `forward` has it."""
        like = next(self.parameters())  # of the state's type, on its device
        return (
            like.new_zeros(batch, self.reach, self.first.in_channels),
            like.new_zeros(batch, self.reach, self.second.in_channels),
        )

    def step(
        self, inputs: Float[Tensor, "batch channel"], past: BlockState
    ) -> tuple[Float[Tensor, "batch out"], BlockState]:
        """One time step, from the last `reach` inputs of both convolutions."""
        hidden, windows = inputs, []
        for convolution, before in zip((self.first, self.second), past, strict=True):
            window = torch.cat((before, hidden.unsqueeze(1)), 1)
            hidden = self._activate(convolution(window[:, :: self.dilation])).squeeze(1)
            windows.append(window[:, 1:])
        return torch.relu(hidden + self.shortcut(inputs)), (windows[0], windows[1])

    def _activate(self, outputs: Tensor) -> Tensor:
        return self.dropout(torch.relu(outputs))


class TCN(SequenceEncoder):
    """Residual blocks of causal convolutions whose dilation doubles from block to block.

    Bai, Kolter & Koltun 2018, "An empirical evaluation of generic convolutional and recurrent networks for sequence
    modeling" (arXiv 1803.01271), section 3. With the last read-out only the positions that the last output depends
    on are computed: half of them drop out at each block, and the result is the same.

    Weights start at variance 1 / fan-in (LeCun et al. 1998, "Efficient BackProp", section 4.6): from the paper's own
    start, N(0, 0.01), and from PyTorch's, small networks stay at chance on the adding problem for many epochs.

    kernel_size: taps of each convolution. levels: blocks; 0 takes as many as the longest sequence needs. causal: False
    pads on both sides, the counterpart of a bidirectional RNN, and cannot stream.
    """

    def __init__(
        self,
        input: InputSpec,
        width: float,
        dropout: float,
        read_out: ReadOut = "last",
        kernel_size: Annotated[int, Field(ge=2)] = 7,
        levels: NonNegativeInt = 0,
        causal: bool = True,
    ) -> None:
        super().__init__(read_out)
        assert input.length is not None
        self.causal = causal
        self.kernel_size = kernel_size
        levels = levels or levels_to_cover(input.length, kernel_size)
        # The residual stream widens in whole channels; what that adds too early, the inner layers make up for,
        # so that the parameter count grows evenly with width squared.
        self.features = max(1, math.floor(width))
        inner = [max(1, math.floor(width**2 / self.features + level / levels)) for level in range(levels)]
        channels = [input.channels, *[self.features] * levels]
        self.blocks = nn.ModuleList(
            _Block(channels[i], inner[i], channels[i + 1], kernel_size, 2**i, dropout, causal=causal)
            for i in range(levels)
        )
        if self.receptive_field < input.length:
            warnings.warn(
                f"TCN: the receptive field of {self.receptive_field} steps (kernel_size={kernel_size}, "
                f"levels={levels}) falls short of the sequence length of {input.length} steps.",
                stacklevel=2,
            )

    @property
    def receptive_field(self) -> int:
        """Time steps that one output can depend on."""
        return _receptive_field(self.kernel_size, len(self.blocks))

    def sequence(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch time feature"]:
        hidden = inputs
        for block in self._blocks():
            # A causal convolution never reaches the padding at the end.
            hidden = block(hidden, None if self.causal else lengths)
        return hidden

    def forward(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch feature"]:
        if self.read_out == "last" and self.causal:
            return self._last(inputs, lengths)
        return super().forward(inputs, lengths)

    def initial_state(self, batch: int) -> State:
        """Nothing but zeros before the first step."""
        if not self.causal:
            return super().initial_state(batch)
        return tuple(block.initial_state(batch) for block in self._blocks())

    def step(
        self, inputs: Float[Tensor, "batch channel"], state: State
    ) -> tuple[Float[Tensor, "batch feature"], State]:
        if not self.causal:
            return super().step(inputs, state)
        hidden, after = inputs, []
        for block, past in zip(self._blocks(), state, strict=True):
            hidden, past = block.step(hidden, past)
            after.append(past)
        return hidden, tuple(after)

    def _blocks(self) -> list[_Block]:
        return cast(list[_Block], list(self.blocks))

    def _last(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None
    ) -> Float[Tensor, "batch feature"]:
        time = inputs.shape[1]
        grids = _grids(time, self.kernel_size, len(self.blocks))
        hidden = _align_ends(inputs, lengths, grids[0][0])
        for block, (_, inner, out) in zip(self._blocks(), grids, strict=True):
            hidden = block.thinned(hidden, inner, out, lengths)
        return hidden.squeeze(1)


def levels_to_cover(length: int, kernel_size: int) -> int:
    """The fewest blocks whose receptive field is at least this many steps."""
    levels = 1
    while _receptive_field(kernel_size, levels) < length:
        levels += 1
    return levels


def _receptive_field(kernel_size: int, levels: int) -> int:
    return 1 + 2 * (kernel_size - 1) * (2**levels - 1)


def _grids(time: int, kernel_size: int, levels: int) -> Sequence[tuple[int, int, int]]:
    """How many positions each block reads, computes inside and gives, counted back from the last step.

    Block i reads every 2^i-th step and gives every 2^(i+1)-th. Positions before the first step are never counted.
    """
    grids: list[tuple[int, int, int]] = []
    out = 1
    for level in reversed(range(levels)):
        exist = (time - 1) // 2**level + 1
        inner = min(exist, 2 * (out - 1) + kernel_size)
        read = min(exist, inner + kernel_size - 1)
        grids.insert(0, (read, inner, out))
        out = read
    return grids


def _align_ends(
    inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None, keep: int
) -> Float[Tensor, "batch keep channel"]:
    """The last `keep` steps of each sequence, with 0 before the start of one that is shorter."""
    if lengths is None:
        return inputs[:, inputs.shape[1] - keep :]
    source = lengths.unsqueeze(1) - torch.arange(keep, 0, -1, device=lengths.device)
    aligned = inputs.gather(1, source.clamp(min=0).unsqueeze(2).expand(-1, -1, inputs.shape[2]))
    return _zero_before_start(aligned, 1, lengths)


def _zero_before_start(
    hidden: Float[Tensor, "batch grid channel"], spacing: int, lengths: Int[Tensor, " batch"] | None
) -> Float[Tensor, "batch grid channel"]:
    """Positions `spacing` time steps apart, the last one at the sequence's end: 0 where it has not begun."""
    if lengths is None:
        return hidden
    ago = spacing * torch.arange(hidden.shape[1] - 1, -1, -1, device=lengths.device)
    return hidden.masked_fill((ago >= lengths.unsqueeze(1)).unsqueeze(2), 0.0)
