"""Texts as sequences of token numbers, with a vocabulary learnt from the pool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from cnn_vs_rnn.config import Strict
from cnn_vs_rnn.tasks.data import UNKNOWN, InputSpec, Samples

PADDING_TEXT, UNKNOWN_TEXT = "[PAD]", "[UNK]"  # tokens 0 and 1


class TokenOptions(Strict):
    """tokens: what a text is cut into. vocabulary: kinds of tokens at most; those seen once count as unknown words.

    longest: tokens of a text; what is beyond is cut off. embedding: numbers that stand for a token.
    """

    tokens: Literal["word", "subword", "character"] = "word"
    vocabulary: Annotated[int, Field(ge=4)] = 8000
    longest: Annotated[int, Field(ge=2)] = 64
    embedding: Annotated[int, Field(ge=1)] = 32


class Tokeniser:
    """Learnt from texts (of the pool; labels and test texts play no part), then applied to any.

    Words are lower-cased and split at spaces and punctuation; subwords are byte-pair encodings of them (Sennrich,
    Haddow, Birch 2016, arXiv 1508.07909); characters are taken as they are. Built on Hugging Face's tokenizers.
    """

    def __init__(self, texts: Sequence[str], options: TokenOptions) -> None:
        from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

        special = {"special_tokens": [PADDING_TEXT, UNKNOWN_TEXT], "vocab_size": options.vocabulary}
        special |= {"show_progress": False}
        if options.tokens == "subword":
            tokeniser = Tokenizer(models.BPE(unk_token=UNKNOWN_TEXT))
            trainer: trainers.Trainer = trainers.BpeTrainer(min_frequency=2, **special)
        else:
            tokeniser = Tokenizer(models.WordLevel(unk_token=UNKNOWN_TEXT))
            trainer = trainers.WordLevelTrainer(min_frequency=2 if options.tokens == "word" else 1, **special)
        if options.tokens == "character":
            tokeniser.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")  # pyright: ignore[reportAttributeAccessIssue]
        else:
            tokeniser.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])  # pyright: ignore[reportAttributeAccessIssue]
            tokeniser.pre_tokenizer = pre_tokenizers.BertPreTokenizer()  # pyright: ignore[reportAttributeAccessIssue]
        tokeniser.train_from_iterator(texts, trainer)
        self._tokeniser, self._options = tokeniser, options
        known = tokeniser.get_vocab()
        self.vocabulary: tuple[str, ...] = tuple(sorted(known, key=known.__getitem__))
        self.cut = 0  # texts that were longer than `longest`

    def __call__(self, texts: Sequence[str], targets: np.ndarray) -> Samples:
        """Token numbers (text, token), padded with 0 to `longest`. A text without any token is one unknown token."""
        encoded = [encoding.ids for encoding in self._tokeniser.encode_batch_fast(list(texts))]
        longest = self._options.longest
        self.cut += sum(len(ids) > longest for ids in encoded)
        inputs = np.zeros((len(encoded), longest), np.int64)
        lengths = np.ones(len(encoded), np.int64)
        for row, ids in enumerate(encoded):
            kept = ids[:longest] or [UNKNOWN]
            inputs[row, : len(kept)], lengths[row] = kept, len(kept)
        return Samples(inputs, targets, lengths)

    @property
    def input(self) -> InputSpec:
        """Of the samples that it makes."""
        return InputSpec(
            kind="tokens",
            channels=self._options.embedding,
            length=self._options.longest,
            variable=True,
            vocabulary=len(self.vocabulary),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """For the data card."""
        learnt = f"{len(self.vocabulary):,} kinds of {self._options.tokens}s, learnt without the test part"
        if not self.cut:
            return (learnt,)
        return (learnt, f"{self.cut:,} texts were cut after {self._options.longest} {self._options.tokens}s")
