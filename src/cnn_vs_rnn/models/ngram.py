"""What usually follows the last few tokens: the classical language model."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, Int64, Shaped
from pydantic import PositiveInt
from torch import Tensor

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.models.closed_form import ClosedForm
from cnn_vs_rnn.tasks.data import IGNORED, InputSpec, OutputSpec, Samples

_MOST = 2**17  # contexts of one order that are kept, the most frequent: bounds the checkpoint


class NGram(ClosedForm):
    """Counts of what followed each context of up to `order - 1` tokens, interpolated (Witten & Bell 1991).

    P(w | h) = (c(h w) + n(h) P(w | h')) / (c(h) + n(h)), where n(h) is the number of different tokens seen after h and
    h' is h without its oldest token; the shortest context is none, before it all tokens are equally likely. As in Chen
    & Goodman 1999, "An empirical study of smoothing techniques", section 2.5.

    Of labels a step (the keys of a piano), each label is a sequence of its own with the tokens 0 and 1, and all have
    their own counts. order 1 is the unigram model.
    """

    def __init__(self, input: InputSpec, output: OutputSpec, order: PositiveInt = 5) -> None:
        super().__init__(input, output)
        self.order = order
        self.symbols = 2 if output.labels else output.size
        self._base = 3 if output.labels else (input.vocabulary or input.channels) + 1
        if self._base ** (order - 1) * output.size >= 2**63:  # contexts are numbered by 63 bits
            raise UserError(f"model ngram: option order={order} is too large for {self._base:,} tokens: lower it")
        for length in range(order):
            self.register_buffer(f"contexts_{length}", torch.zeros(0, dtype=torch.int64))
            self.register_buffer(f"counts_{length}", torch.zeros(0, self.symbols))

    def fit(self, train: Samples, seed: int) -> None:  # noqa: ARG002
        shown, answers = self._shown(torch.from_numpy(train.inputs)).numpy(), self._answers(train.targets)
        known = answers != IGNORED
        for length in range(self.order):
            codes = self._codes(torch.from_numpy(shown), length).numpy()[known]
            contexts, counts = self._tally(codes, answers[known])
            setattr(self, f"contexts_{length}", torch.from_numpy(contexts))
            setattr(self, f"counts_{length}", torch.from_numpy(counts))

    def forward(
        self,
        inputs: Shaped[Tensor, "batch time ..."],
        lengths: Int[Tensor, " batch"] | None = None,  # noqa: ARG002
    ) -> Float[Tensor, "batch time output"]:
        shown = self._shown(inputs)
        chances = torch.full((*shown.shape, self.symbols), 1 / self.symbols, dtype=torch.float64, device=shown.device)
        for length in range(self.order):
            counts = self._lookup(self._codes(shown, length), length)
            total, kinds = counts.sum(-1, keepdim=True), (counts > 0).sum(-1, keepdim=True)
            seen = total > 0
            chances = torch.where(seen, (counts + kinds * chances) / (total + kinds).clamp_min(1), chances)
        logs = chances.log()
        if self.output.labels:
            odds = (logs[..., 1] - logs[..., 0]).float()
            return odds.view(len(inputs), self.output.size, -1).transpose(1, 2)
        return logs.float()

    def _shown(self, inputs: Shaped[Tensor, "batch time ..."]) -> Int64[Tensor, "row time"]:
        """Token sequences; of labels, one a label."""
        if self.output.labels:
            return (inputs > 0.5).long().transpose(1, 2).flatten(0, 1)
        return (inputs if inputs.ndim == 2 else inputs.argmax(-1)).long()

    def _answers(self, targets: Shaped[np.ndarray, "sample time ..."]) -> Int64[np.ndarray, "row time"]:
        if self.output.labels:
            return targets.transpose(0, 2, 1).reshape(-1, targets.shape[1]).astype(np.int64)
        return targets

    def _codes(self, shown: Int64[Tensor, "row time"], length: int) -> Int64[Tensor, "row time"]:
        """A number for the last `length` tokens up to each step, and for the label; before the first stands a token."""
        base = self._base
        padded = torch.cat([shown.new_full((len(shown), length), base - 1), shown], dim=1)
        code = torch.zeros_like(shown)
        for back in range(length):
            code = code * base + padded[:, back + 1 : back + 1 + shown.shape[1]]
        if self.output.labels:
            label = torch.arange(len(shown), device=shown.device) % self.output.size
            code = code * self.output.size + label.unsqueeze(1)
        return code

    def _tally(
        self, codes: Int64[np.ndarray, " seen"], answers: Int64[np.ndarray, " seen"]
    ) -> tuple[Int64[np.ndarray, " context"], Float32[np.ndarray, "context symbol"]]:
        contexts, index, seen = np.unique(codes, return_inverse=True, return_counts=True)
        counts = np.zeros((len(contexts), self.symbols), np.float32)
        np.add.at(counts, (index, answers), 1)
        kept = np.sort(np.argsort(seen, kind="stable")[::-1][:_MOST])
        return contexts[kept], counts[kept]

    def _lookup(self, codes: Int64[Tensor, "row time"], length: int) -> Float[Tensor, "row time symbol"]:
        """What followed each context; zeros where it was never seen."""
        contexts, counts = getattr(self, f"contexts_{length}"), getattr(self, f"counts_{length}")
        if not len(contexts):
            return torch.zeros(*codes.shape, self.symbols, device=codes.device)
        place = torch.searchsorted(contexts, codes.contiguous()).clamp_max(len(contexts) - 1)
        return counts[place] * (contexts[place] == codes).unsqueeze(-1)
