"""Word by word: each becomes what it most often stands beside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from jaxtyping import Int
from pydantic import PositiveInt
from scipy.sparse import csr_array
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from cnn_vs_rnn.models.closed_translation import ClosedTranslation
from cnn_vs_rnn.tasks.data import END, InputSpec, OutputSpec, Samples

Word = tuple[int, ...]  # its tokens


class Dictionary(ClosedTranslation):
    """The translation of each word of the source, in the order of the source.

    A word is translated by the one whose Dice coefficient with it is the highest: twice the number of pairs that hold
    both, over the sum of the numbers that hold either (Dice 1945, Ecology 26(3); for translation Smadja, McKeown,
    Hatzivassiloglou 1996, Computational Linguistics 22(1)). Of equals, the one that is met first in training. A word
    in fewer than `min_pairs` training pairs is copied: one that stands in a single pair goes with every word there
    that is as rare. Where tokens are no parts of words (`InputSpec.words` is None), each is a word.
    """

    sources: Int[Tensor, "word token"]  # padded with 0
    targets: Int[Tensor, "word token"]  # the translation of each

    def __init__(self, input: InputSpec, output: OutputSpec, min_pairs: PositiveInt = 2) -> None:
        super().__init__(input, output)
        self.min_pairs = min_pairs
        self.register_buffer("sources", torch.zeros(1, 1, dtype=torch.int64))
        self.register_buffer("targets", torch.zeros(1, 1, dtype=torch.int64))
        self._known: dict[Word, Word] | None = None  # the same to look up; made when it is first asked

    def learn(self, train: Samples) -> None:
        source, source_words = self._held(train.inputs)
        target, target_words = self._held(train.targets)
        both = (source.T @ target).tocoo()
        of_source, of_target = source.sum(axis=0), target.sum(axis=0)
        dice = 2 * both.data / (of_source[both.row] + of_target[both.col])
        order = np.lexsort((both.col, -dice, both.row))
        words, first = np.unique(both.row[order], return_index=True)
        best = both.col[order][first]
        chosen = [(word, to) for word, to in zip(words, best, strict=True) if of_source[word] >= self.min_pairs]
        self.sources = _padded([source_words[word] for word, _ in chosen])
        self.targets = _padded([target_words[to] for _, to in chosen])
        self._known = None

    def translate(
        self,
        inputs: Int[Tensor, "batch source"],
        lengths: Int[Tensor, " batch"] | None = None,
        beam: int = 1,  # noqa: ARG002
    ) -> Int[Tensor, "batch _"]:
        if self._known is None:
            self._known = dict(zip(_unpadded(self.sources), _unpadded(self.targets), strict=True))
        known = self._known
        ends = [inputs.shape[1]] * len(inputs) if lengths is None else lengths.tolist()
        answers = [
            [token for word in self._words(row[:end]) for token in known.get(word, word)]
            for row, end in zip(inputs.tolist(), ends, strict=True)
        ]
        return self._written(answers, inputs.device)

    def _load_from_state_dict(self, *args, **kwargs) -> None:  # noqa: ANN002, ANN003
        super()._load_from_state_dict(*args, **kwargs)
        self._known = None

    def _words(self, tokens: Iterable[int]) -> list[Word]:
        """Real tokens, word by word: one below `InputSpec.words` begins a word."""
        words: list[list[int]] = []
        for token in tokens:
            if token <= END:
                continue
            if not words or self.input.words is None or token < self.input.words:
                words.append([])
            words[-1].append(token)
        return [tuple(word) for word in words]

    def _held(self, texts: Int[np.ndarray, "sample time"]) -> tuple[csr_array, list[Word]]:
        """Which words each text holds (0 or 1), and the words, in the order in which they are met."""
        numbers: dict[Word, int] = {}
        rows, columns = [], []
        for row, tokens in enumerate(texts.tolist()):
            held = dict.fromkeys(self._words(tokens))
            columns += [numbers.setdefault(word, len(numbers)) for word in held]
            rows += [row] * len(held)
        ones = np.ones(len(rows), np.int64)
        return csr_array((ones, (rows, columns)), shape=(len(texts), len(numbers))), list(numbers)


def _padded(words: Sequence[Word]) -> Int[Tensor, "word token"]:
    if not words:
        return torch.zeros(0, 1, dtype=torch.int64)
    return pad_sequence([torch.tensor(word) for word in words], batch_first=True)


def _unpadded(words: Int[Tensor, "word token"]) -> list[Word]:
    return [tuple(token for token in word if token) for word in words.tolist()]
