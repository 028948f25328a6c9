"""The one contract that networks keep whose answer is a sequence of its own.

An encoder reads the whole source, embedded (batch, source, channel), and leaves a state. A decoder answers a token at a
time: the features of an answer's step follow from the state and from the embedded tokens before it. Both ways of asking
give the same features: `decode`, where all tokens before each step are given (training), and `step`, from state to
state (answering).

Its constructor is called as ``Class(input, output, width=..., dropout=..., **options)``: as that of an `Encoder`, and
with the OutputSpec, whose `sequence` is the length of the longest answer.
"""

from __future__ import annotations

from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

State = tuple[Shaped[Tensor, "batch ..."], ...]  # whatever a step needs; a row of each tensor belongs to one sample


class EncoderDecoder(nn.Module):
    """Source to answer. A subclass sets `features`, the size of its output vectors."""

    features: int

    def encode(self, source: Float[Tensor, "batch source channel"], lengths: Int[Tensor, " batch"] | None) -> State:
        """The state before the first token of the answer. Steps at or beyond `lengths` are 0 and change nothing."""
        raise NotImplementedError

    def decode(
        self, state: State, given: Float[Tensor, "batch answer channel"]
    ) -> Float[Tensor, "batch answer feature"]:
        """Features of every step, each of which knows what is given up to it."""
        raise NotImplementedError

    def step(self, state: State, given: Float[Tensor, "batch channel"]) -> tuple[Float[Tensor, "batch feature"], State]:
        """Features of the next step, equal to those of `decode`, and the state after it."""
        raise NotImplementedError
