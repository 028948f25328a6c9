"""Recurrent networks that translate: an encoder, a decoder, and between them attention or nothing but a state."""

from __future__ import annotations

import math
from typing import Literal, cast

import torch
from jaxtyping import Float, Int
from pydantic import PositiveInt
from torch import Tensor, nn

from cnn_vs_rnn.models.attention import AdditiveAttention, DotAttention
from cnn_vs_rnn.models.encoder import channels_at
from cnn_vs_rnn.models.encoder_decoder import EncoderDecoder, State
from cnn_vs_rnn.models.gru import GRU
from cnn_vs_rnn.models.initialisation import GatedInitialisation, initialise
from cnn_vs_rnn.models.lstm import LSTM
from cnn_vs_rnn.models.masking import valid_positions
from cnn_vs_rnn.models.recurrent import reversed_in_time
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

Attention = Literal["none", "additive", "dot"]


class RNNSeq2Seq(EncoderDecoder):
    """An encoder-decoder of LSTM or GRU layers (Cho et al. 2014, arXiv 1406.1078; Sutskever, Vinyals, Le 2014).

    attention, where the decoder looks:

    - ``none``: nowhere, it starts from what the encoder ended with and sees no more of the source (Sutskever et al.
      2014, arXiv 1409.3215, section 2; `backwards` reads the source from its end, as section 3.3 there recommends);
    - ``additive``: before every step the decoder looks at the source, by its state, and reads what it found beside the
      token before (Bahdanau, Cho, Bengio 2015, arXiv 1409.0473, sections 3.1 and A.2); step by step, also in training;
    - ``dot``: after every step, by its new state, so that training runs the layers over all steps at once (Luong, Pham,
      Manning 2015, arXiv 1508.04025, section 3, "global" with "general" scores).

    The decoder's first state is a layer of tanh over what the encoder ended with, one for every layer and, of an LSTM,
    for its cell.
    """

    def __init__(
        self,
        input: InputSpec,
        output: OutputSpec,
        width: float,
        dropout: float,
        cell: Literal["lstm", "gru"] = "gru",
        attention: Attention = "additive",
        layers: PositiveInt = 1,
        bidirectional: bool = True,
        backwards: bool = False,
        initialisation: GatedInitialisation = "orthogonal",
    ) -> None:
        super().__init__()
        assert output.sequence is not None
        kind, layer_kind = (LSTM, nn.LSTM) if cell == "lstm" else (GRU, nn.GRU)
        self.encoder = kind(
            input,
            width,
            dropout,
            layers=layers,
            bidirectional=bidirectional,
            initialisation=initialisation,
        )
        self.backwards, self.how = backwards, attention
        size, found = channels_at(width, 1, 2), self.encoder.features
        self.layers = nn.ModuleList()
        for depth in range(layers):
            fed = input.channels + (found if attention == "additive" else 0) if depth == 0 else size
            self.layers.append(layer_kind(fed, size, batch_first=True))
            initialise(self._layers()[-1], initialisation, output.sequence)
        self.parts = layers * (2 if cell == "lstm" else 1)  # of the decoder's own state
        self.bridge = nn.Linear(found, self.parts * size)
        self.dropout = nn.Dropout(dropout)
        self.scale = math.sqrt(
            input.channels
        )  # tokens come as vectors of about length 1; gates are made for variance 1
        self.features = size
        if attention == "additive":
            self.keys = nn.Linear(found, size, bias=False)
            self.attention = AdditiveAttention(size, size)
            self.features += found
        elif attention == "dot":
            self.keys = nn.Linear(found, size, bias=False)
            self.attention = DotAttention()
            self.context = nn.Linear(size + found, size)

    def encode(self, source: Float[Tensor, "batch source channel"], lengths: Int[Tensor, " batch"] | None) -> State:
        """The decoder's own state and, with attention, keys, values and which of them are valid."""
        batch, time, _ = source.shape
        read = reversed_in_time(source, lengths) if self.backwards else source
        values = self.encoder.sequence(self.dropout(read * self.scale), lengths)
        ended = self.encoder.ended(values, lengths)
        own = torch.tanh(self.bridge(ended)).chunk(self.parts, dim=1)
        if self.how == "none":
            return tuple(own)
        lengths = source.new_full((batch,), time, dtype=torch.long) if lengths is None else lengths
        return (*own, self.keys(values), values, valid_positions(lengths, time))

    def decode(
        self, state: State, given: Float[Tensor, "batch answer channel"]
    ) -> Float[Tensor, "batch answer feature"]:
        if self.how != "additive":
            return self._decoded(state, given)[0]
        features = []
        for token in given.unbind(1):
            feature, state = self.step(state, token)
            features.append(feature)
        return torch.stack(features, dim=1)

    def step(self, state: State, given: Float[Tensor, "batch channel"]) -> tuple[Float[Tensor, "batch feature"], State]:
        if self.how == "additive":
            # The topmost hidden state asks; that of an LSTM stands before its cell.
            context = self.attention(state[self.parts - self.parts // len(self.layers)], *state[self.parts :])
            read = torch.cat([self.dropout(given * self.scale), context], dim=1)
            hidden, state = self._recurrent(state, read.unsqueeze(1))
            return torch.cat([hidden.squeeze(1), self.dropout(context)], dim=1), state
        features, state = self._decoded(state, given.unsqueeze(1))
        return features.squeeze(1), state

    def _decoded(
        self, state: State, given: Float[Tensor, "batch answer channel"]
    ) -> tuple[Float[Tensor, "batch answer feature"], State]:
        hidden, state = self._recurrent(state, self.dropout(given * self.scale))
        if self.how == "dot":
            context = self.attention(hidden, *state[self.parts :])
            hidden = self.dropout(torch.tanh(self.context(torch.cat([hidden, context], dim=2))))
        return hidden, state

    def _recurrent(
        self, state: State, inputs: Float[Tensor, "batch answer channel"]
    ) -> tuple[Float[Tensor, "batch answer hidden"], State]:
        """The decoder's layers over some steps; dropout on the output of each."""
        each, after = self.parts // len(self.layers), []
        for depth, layer in enumerate(self._layers()):
            own = [part.unsqueeze(0) for part in state[depth * each : (depth + 1) * each]]
            inputs, new = layer(inputs, tuple(own) if each == 2 else own[0])
            inputs = self.dropout(inputs)
            after += [part.squeeze(0) for part in (new if each == 2 else (new,))]
        return inputs, (*after, *state[self.parts :])

    def _layers(self) -> list[nn.LSTM | nn.GRU]:
        return cast("list[nn.LSTM | nn.GRU]", list(self.layers))
