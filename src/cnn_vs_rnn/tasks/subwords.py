"""Texts of two languages as numbers of subwords, and back without loss."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from cnn_vs_rnn.tasks.data import END, UNKNOWN
from cnn_vs_rnn.tasks.tokens import PADDING_TEXT, UNKNOWN_TEXT

SPECIAL = (PADDING_TEXT, UNKNOWN_TEXT, "[BEGIN]", "[END]")  # in the order of their numbers
_SPACE = "Ġ"  # how a token says that a space stands before it
LEAST_VOCABULARY = len(SPECIAL) + 256  # of which the others stand for a byte each


class Subwords:
    """Byte-pair encoding learnt from both sides of a translation together, so that a name is spelt alike in both.

    Source: Sennrich, Haddow, Birch 2016, arXiv 1508.07909, sections 3.2 and 4 (joint BPE), from bytes as Radford et al.
    2019 begin, so that no text is unknown. Built on Hugging Face's tokenizers.

    vocabulary: the text of each token; the special ones first, then those that begin a word, then the others.
    merges: two tokens each, with a space between, that become one; those that come first are joined first.
    words: tokens below this number begin a word.
    """

    def __init__(self, texts: Iterable[str], size: int) -> None:
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers

        tokeniser = Tokenizer(models.BPE())
        spaces = pre_tokenizers.ByteLevel(add_prefix_space=True)
        tokeniser.pre_tokenizer = spaces  # pyright: ignore[reportAttributeAccessIssue]
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            min_frequency=2,
            special_tokens=list(SPECIAL),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokeniser.train_from_iterator(texts, trainer)
        tokeniser.encode_special_tokens = True  # "[END]" in a text is a text
        learnt = json.loads(tokeniser.to_str())["model"]
        order = sorted(learnt["vocab"], key=lambda text: (*_place(text), learnt["vocab"][text]))
        self._tokeniser = tokeniser
        self._become(order, [" ".join(pair) for pair in learnt["merges"]])

    @classmethod
    def of(cls, vocabulary: Sequence[str], merges: Sequence[str]) -> Subwords:
        """The same again, from what it learnt."""
        made = cls([], LEAST_VOCABULARY)
        made._become(vocabulary, merges)
        return made

    def _become(self, vocabulary: Sequence[str], merges: Sequence[str]) -> None:
        from tokenizers import models

        numbers = {text: number for number, text in enumerate(vocabulary)}
        pairs = [(left, right) for left, _, right in (merge.partition(" ") for merge in merges)]
        self._tokeniser.model = models.BPE(numbers, pairs)
        self.vocabulary: tuple[str, ...] = tuple(vocabulary)
        self.merges: tuple[str, ...] = tuple(merges)
        self.words = sum(_place(text) <= _WORD for text in vocabulary)

    def __call__(self, texts: Sequence[str]) -> list[list[int]]:
        """The token numbers of each text, without begin and end, and of none of the spaces around it."""
        return [encoding.ids for encoding in self._tokeniser.encode_batch_fast([text.strip() for text in texts])]


_WORD = (1, 0)
_PART = "\N{REPLACEMENT CHARACTER}"  # what bytes become that spell no letter by themselves


def _place(text: str) -> tuple[int, int]:
    """Sorts the special tokens, in their order, before those that begin a word, and these before the others.

    A word begins after a space and at every sign that is no letter. A part of a letter, whose bytes are tokens of their
    own, is none: it goes on with the word that it stands in.
    """
    if text in SPECIAL:
        return 0, SPECIAL.index(text)
    begins = text.startswith(_SPACE) or not any(one.isalnum() or one == _PART for one in _decoded([text]))
    return _WORD if begins else (2, 0)


def text_of(tokens: Iterable[int], vocabulary: Sequence[str]) -> str:
    """The text that tokens spell, up to the first END; padding and other special tokens are left out.

    >>> text_of([4, 5, 3, 4], ["[PAD]", "[UNK]", "[BEGIN]", "[END]", "Ġdo", "gs"])
    'dogs'
    """
    kept = []
    for token in tokens:
        if token == END:
            break
        if token > END or token == UNKNOWN:
            kept.append(_PART if token == UNKNOWN else vocabulary[token])
    return _decoded(kept).strip()


def _decoded(tokens: list[str]) -> str:
    from tokenizers import decoders

    return decoders.ByteLevel().decode(tokens)
