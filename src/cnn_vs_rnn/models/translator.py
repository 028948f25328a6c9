"""Embedding, encoder-decoder and output layer: what is trained where answers are sequences."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.utils import parametrize

from cnn_vs_rnn.models.decoding import beam_search, greedy
from cnn_vs_rnn.models.encoder_decoder import EncoderDecoder, State
from cnn_vs_rnn.models.masking import zero_padding
from cnn_vs_rnn.tasks.data import BEGIN, InputSpec, OutputSpec


class TiedOutput(nn.Module):
    """Token scores: how alike a vector and the embedding of each token are."""

    def forward(
        self, features: Float[Tensor, "*batch channel"], weight: Float[Tensor, "token channel"]
    ) -> Float[Tensor, "*batch token"]:
        return F.linear(features, weight)

    @staticmethod
    def flops(arguments: tuple[Tensor, ...], output: Tensor) -> int:
        """A multiply-add for every channel of every score."""
        return 2 * arguments[1].shape[1] * output.numel()


class Translator(nn.Module):
    """One embedding for source and answer, which is also the output layer; the same for every family.

    Sharing all three is Press & Wolf 2017, arXiv 1608.05859, section 3, as in Vaswani et al. 2017, section 3.4. It is
    as large for every network and no part of its budget; the linear layer before it is.
    """

    def __init__(self, network: EncoderDecoder, input: InputSpec, output: OutputSpec) -> None:
        super().__init__()
        assert input.vocabulary == output.size, "source and answer need one vocabulary"
        assert output.sequence is not None
        self.longest = output.sequence
        self.embedding = nn.Embedding(output.size, input.channels, padding_idx=0)
        nn.init.normal_(self.embedding.weight, std=input.channels**-0.5)  # so that scores start near 0
        nn.init.zeros_(self.embedding.weight[0])
        self.network = network
        self.head = nn.Linear(network.features, input.channels)
        self.scores = TiedOutput()

    def forward(
        self,
        inputs: Int[Tensor, "batch source"],
        lengths: Int[Tensor, " batch"] | None = None,
        given: Int[Tensor, "batch answer"] | None = None,
    ) -> Float[Tensor, "batch answer token"] | Int[Tensor, "batch _"]:
        """Token scores (logits) of each step after the tokens given; the most likely answer where none are."""
        if given is None:
            return self.translate(inputs, lengths)
        state = self.encoded(inputs, lengths)
        return self._scored(self.network.decode(state, self.embedding(given)))

    @torch.no_grad()
    def translate(
        self, inputs: Int[Tensor, "batch source"], lengths: Int[Tensor, " batch"] | None = None, beam: int = 1
    ) -> Int[Tensor, "batch _"]:
        """The network's own answers, END included, padded with 0; of beam search, the best of those it kept."""
        with self.remembering():
            state = self.encoded(inputs, lengths)
            begin = inputs.new_full((len(inputs),), BEGIN)
            if beam == 1:
                return greedy(self.next_scores, state, begin, self.longest)
            return beam_search(self.next_scores, state, begin, self.longest, beam)

    def next_scores(self, state: State, tokens: Int[Tensor, " batch"]) -> tuple[Float[Tensor, "batch token"], State]:
        """Token scores of the step after `tokens`, and the state then."""
        features, state = self.network.step(state, self.embedding(tokens))
        return self._scored(features), state

    @staticmethod
    def remembering() -> AbstractContextManager[None]:
        """A context in which normalised weights are computed once, and not at every step."""
        return parametrize.cached()

    def encoded(self, inputs: Int[Tensor, "batch source"], lengths: Int[Tensor, " batch"] | None) -> State:
        """The state before the first token of the answer."""
        return self.network.encode(zero_padding(self.embedding(inputs), lengths), lengths)

    def _scored(self, features: Float[Tensor, "*batch feature"]) -> Float[Tensor, "*batch token"]:
        return self.scores(self.head(features), self.embedding.weight)
