"""Convolutions that translate: an encoder and a decoder of gated convolutions, with attention in every layer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import cast

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from pydantic import PositiveInt
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.models.attention import DotAttention
from cnn_vs_rnn.models.encoder import channels_at
from cnn_vs_rnn.models.encoder_decoder import EncoderDecoder, State
from cnn_vs_rnn.models.masking import valid_positions
from cnn_vs_rnn.models.time_convolution import TimeConv1d
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

_MEMORY = 4  # parts of the state that no step changes
_HALF = math.sqrt(0.5)  # keeps the variance of a sum of two (Gehring et al. 2017, section 3.5)


class ConvSeq2Seq(EncoderDecoder):
    """Gehring, Auli, Grangier, Yarats, Dauphin 2017, "Convolutional sequence to sequence learning", arXiv 1705.03122.

    Section 3.1: embeddings of positions are added to those of tokens. 3.2: blocks of one convolution, a gated linear
    unit (Dauphin et al. 2017, arXiv 1612.08083) and a residual; the decoder's are causal. 3.3: every decoder layer
    attends to the encoder's output, by a query made of its own and of the token before it, and takes output plus
    embedding as values. 3.4: weights are normalised (Salimans & Kingma 2016). 3.5 and 3.6: variances are kept, by
    scaling sums and attention and by how weights start. Depth and kernels are those that fairseq, its authors' code,
    has for IWSLT 2014.

    kernel_size: odd. Positions beyond the longest source or answer of the task take the last one's embedding.
    """

    def __init__(
        self,
        input: InputSpec,
        output: OutputSpec,
        width: float,
        dropout: float,
        encoder_layers: PositiveInt = 4,
        decoder_layers: PositiveInt = 3,
        kernel_size: PositiveInt = 3,
    ) -> None:
        super().__init__()
        assert input.length is not None
        assert output.sequence is not None
        if kernel_size % 2 == 0:
            raise UserError(
                f"model conv_seq2seq: option kernel_size={kernel_size} is even, but a source is seen as "
                f"far in both directions: choose {kernel_size - 1} or {kernel_size + 1}"
            )
        channels = input.channels
        encoder, decoder = channels_at(width, 0, 2), channels_at(width, 1, 2)
        self.source_positions = _positions(input.length, channels)
        self.answer_positions = _positions(output.sequence, channels)
        self.to_encoder, self.from_encoder = _linear(channels, encoder), _linear(encoder, channels)
        self.encoder = nn.ModuleList(_gated(encoder, kernel_size, dropout) for _ in range(encoder_layers))
        self.to_decoder = _linear(channels, decoder)
        self.decoder = nn.ModuleList(
            _DecoderLayer(channels, decoder, kernel_size, dropout) for _ in range(decoder_layers)
        )
        self.dropout = nn.Dropout(dropout)
        self.features = decoder

    def encode(self, source: Float[Tensor, "batch source channel"], lengths: Int[Tensor, " batch"] | None) -> State:
        """Keys, values, which are valid, the scale of attention; the place; the steps before of each decoder layer."""
        batch, time, _ = source.shape
        lengths = source.new_full((batch,), time, dtype=torch.long) if lengths is None else lengths
        valid = valid_positions(lengths, time)
        embedded = self.dropout(source + _at(self.source_positions, torch.arange(time, device=source.device)))
        hidden = _padding_zero(self.to_encoder(embedded), valid)
        for convolution in self._encoder_layers():
            reach = convolution.kernel_size[0] // 2
            changed = F.glu(convolution(F.pad(self.dropout(hidden), (0, 0, reach, reach))), dim=2)
            hidden = _padding_zero((changed + hidden) * _HALF, valid)
        keys = self.from_encoder(hidden)
        values = (keys + embedded) * _HALF
        # A mean over m places has less variance than one: m times the square root of 1/m gives it back (section 3.5).
        scale = lengths.to(source.dtype).sqrt().view(-1, 1, 1)
        before = [layer.before(batch, source) for layer in self._decoder_layers()]
        return (keys, values, valid, scale, torch.zeros_like(lengths), *before)

    def decode(
        self, state: State, given: Float[Tensor, "batch answer channel"]
    ) -> Float[Tensor, "batch answer feature"]:
        return self._decoded(state, given)[0]

    def step(self, state: State, given: Float[Tensor, "batch channel"]) -> tuple[Float[Tensor, "batch feature"], State]:
        features, state = self._decoded(state, given.unsqueeze(1))
        return features.squeeze(1), state

    def _decoded(
        self, state: State, given: Float[Tensor, "batch answer channel"]
    ) -> tuple[Float[Tensor, "batch answer feature"], State]:
        memory, position, before = state[:_MEMORY], state[_MEMORY], state[_MEMORY + 1 :]
        steps = given.shape[1]
        places = position.unsqueeze(1) + torch.arange(steps, device=given.device)
        embedded = self.dropout(given + _at(self.answer_positions, places))
        hidden, after = self.to_decoder(embedded), []
        for layer, past in zip(self._decoder_layers(), before, strict=True):
            hidden, past = layer(hidden, past, embedded, memory)
            after.append(past)
        return self.dropout(hidden), (*memory, position + steps, *after)

    def _encoder_layers(self) -> Iterator[TimeConv1d]:
        return cast(Iterator[TimeConv1d], iter(self.encoder))

    def _decoder_layers(self) -> Iterator[_DecoderLayer]:
        return cast(Iterator[_DecoderLayer], iter(self.decoder))


class _DecoderLayer(nn.Module):
    """A causal convolution, gated, then attention, with a residual around both."""

    def __init__(self, channels: int, width: int, kernel_size: int, dropout: float) -> None:
        super().__init__()
        self.convolution = _gated(width, kernel_size, dropout)
        self.query, self.context = _linear(width, channels), _linear(channels, width)
        self.attention = DotAttention()
        self.dropout = nn.Dropout(dropout)
        self.reach, self.width = kernel_size - 1, width

    def before(self, batch: int, like: Tensor) -> Float[Tensor, "batch reach width"]:
        """What the convolution reads before the first step: zeros."""
        return like.new_zeros(batch, self.reach, self.width)

    def forward(
        self,
        hidden: Float[Tensor, "batch answer width"],
        past: Float[Tensor, "batch reach width"],
        embedded: Float[Tensor, "batch answer channel"],
        memory: State,
    ) -> tuple[Float[Tensor, "batch answer width"], Float[Tensor, "batch reach width"]]:
        keys, values, valid, scale = memory
        read = torch.cat([past, self.dropout(hidden)], dim=1)
        changed = F.glu(self.convolution(read), dim=2)
        queries = (self.query(changed) + embedded) * _HALF
        context = self.attention(queries, keys, values, valid) * scale
        changed = (self.context(context) + changed) * _HALF
        return (changed + hidden) * _HALF, read[:, read.shape[1] - self.reach :]


def _gated(width: int, kernel_size: int, dropout: float) -> nn.Module:
    """A convolution whose outputs a gated linear unit halves; its start keeps the variance (section 3.6)."""
    convolution = TimeConv1d(width, 2 * width, kernel_size)
    nn.init.normal_(convolution.weight, std=math.sqrt(4 * (1 - dropout) / (kernel_size * width)))
    nn.init.zeros_(convolution.bias)  # pyright: ignore[reportArgumentType]  # it has one
    return weight_norm(convolution)


def _linear(inputs: int, outputs: int) -> nn.Module:
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, std=math.sqrt(1 / inputs))
    nn.init.zeros_(layer.bias)
    return weight_norm(layer)


def _positions(count: int, channels: int) -> nn.Embedding:
    positions = nn.Embedding(count, channels)
    nn.init.normal_(positions.weight, std=0.1)
    return positions


def _at(positions: nn.Embedding, places: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch channel"]:
    return positions(places.clamp_max(positions.num_embeddings - 1))


def _padding_zero(
    hidden: Float[Tensor, "batch time width"], valid: Bool[Tensor, "batch time"]
) -> Float[Tensor, "batch time width"]:
    return hidden.masked_fill(~valid.unsqueeze(2), 0.0)
