"""Word by word, in the order of the source: what a dictionary is worth that knows no grammar."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from pydantic import PositiveInt
from scipy import sparse
from torch import Tensor

from cnn_vs_rnn.models.closed_translation import ClosedTranslation
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

Word = tuple[int, ...]  # its tokens


class Dictionary(ClosedTranslation):
    """Each word of the source becomes the word that it shares the most pairs with; one without any stays as it is.

    The measure is Dice's coefficient: twice the pairs that hold both, over those that hold one and those that hold the
    other, counted once each (Smadja, McKeown, Hatzivassiloglou 1996, "Translating collocations for bilingual lexicons",
    section 4). A word is a token that begins one, and those after it that do not (`InputSpec.words`).

    fewest: pairs that must hold both words.
    """

    words: Int[Tensor, "word token"]  # padded with 0
    meanings: Int[Tensor, "word other_token"]

    def __init__(self, input: InputSpec, output: OutputSpec, fewest: PositiveInt = 2) -> None:
        super().__init__(input, output)
        self.fewest = fewest
        self.register_buffer("words", torch.zeros(0, 1, dtype=torch.long))
        self.register_buffer("meanings", torch.zeros(0, 1, dtype=torch.long))
        self._known: dict[Word, Word] | None = None  # made of the buffers when it is first asked for

    def learn(self, sources: Sequence[list[int]], answers: Sequence[list[int]]) -> None:
        words, in_source = _occurrences(map(self._words, sources), len(sources))
        meanings, in_answer = _occurrences(map(self._words, answers), len(answers))
        both = (in_source.T @ in_answer).tocsr()  # pairs that hold a word and a meaning
        each, other = (np.asarray(one.sum(axis=0)).ravel() for one in (in_source, in_answer))
        found: dict[Word, Word] = {}
        for place, word in enumerate(words):
            row = slice(both.indptr[place], both.indptr[place + 1])
            counts, candidates = both.data[row], both.indices[row]
            dice = np.where(counts >= self.fewest, 2 * counts / (each[place] + other[candidates]), 0.0)
            if len(dice) and dice.max() > 0:
                best = min(candidates[dice == dice.max()].tolist())  # of equals, what came first
                found[word] = meanings[best]
        self.words, self.meanings = _padded(found.keys()), _padded(found.values())
        self._known = None

    def answers(self, sources: Sequence[list[int]]) -> Iterator[list[int]]:
        if self._known is None:
            rows = zip(self.words.tolist(), self.meanings.tolist(), strict=True)
            self._known = {tuple(filter(None, word)): tuple(filter(None, meaning)) for word, meaning in rows}
        for source in sources:
            yield list(itertools.chain.from_iterable(self._known.get(word, word) for word in self._words(source)))

    def _words(self, tokens: list[int]) -> list[Word]:
        """Tokens by words; what comes before the first that begins one is a word, too."""
        begins = self.input.words if self.input.words is not None else self.output.size
        starts = [at for at, token in enumerate(tokens) if token < begins or at == 0]
        return [tuple(tokens[start:end]) for start, end in itertools.pairwise([*starts, len(tokens)])]

    def _load_from_state_dict(self, state_dict, prefix, *args, **kwargs) -> None:  # noqa: ANN001, ANN002, ANN003
        self._known = None
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)


def _occurrences(texts: Iterable[list[Word]], count: int) -> tuple[list[Word], Any]:
    """The words of texts in the order in which they come, and a matrix (text, word) of 1 where a text holds one."""
    numbers: dict[Word, int] = {}
    rows, columns = [], []
    for row, text in enumerate(texts):
        held = dict.fromkeys(numbers.setdefault(word, len(numbers)) for word in text)
        rows += [row] * len(held)
        columns += held
    matrix = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(count, len(numbers)))
    return list(numbers), matrix


def _padded(words: Iterable[Word]) -> Int[Tensor, "word token"]:
    rows = [torch.tensor(word, dtype=torch.long) for word in words]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True) if rows else torch.zeros(0, 1, dtype=torch.long)
