"""What the two sides of a translation are made of, for the data card."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from cnn_vs_rnn.config import Strict
from cnn_vs_rnn.tasks.data import END, InputSpec, Samples
from cnn_vs_rnn.tasks.token_texts import token_name

MOST_FREQUENT = 20  # tokens that are named


class SideVocabulary(Strict):
    """The tokens of one side in the training part; padding, begin and end are no tokens here."""

    used: int  # kinds that occur
    once: int  # kinds that occur once
    tokens: int  # in all texts together
    per_text: float  # mean
    # Share of the tokens that are a word or a sign by themselves; None where tokens are never parts of words.
    whole_words: float | None
    frequent: tuple[tuple[str, int], ...]  # the commonest, and how often each occurs


class VocabularyCard(Strict):
    """One vocabulary as its two sides use it."""

    size: int  # kinds of tokens, special ones left out
    source: SideVocabulary
    target: SideVocabulary


def describe_vocabulary(train: Samples, input: InputSpec, vocabulary: tuple[str, ...]) -> VocabularyCard:
    """train: of a task whose answers are sequences."""
    assert train.lengths is not None
    assert train.target_lengths is not None
    assert input.words is not None
    return VocabularyCard(
        size=len(vocabulary) - END - 1,
        source=_side(train.inputs, train.lengths, input.words, vocabulary),
        target=_side(train.targets, train.target_lengths - 1, input.words, vocabulary),
    )


def _side(
    tokens: Int[np.ndarray, "text _"], lengths: Int[np.ndarray, " text"], words: int, vocabulary: tuple[str, ...]
) -> SideVocabulary:
    inside = np.arange(tokens.shape[1]) < lengths[:, None]
    running = tokens[inside]
    counts = np.bincount(running, minlength=len(vocabulary))
    commonest = np.argsort(-counts, kind="stable")[:MOST_FREQUENT]
    return SideVocabulary(
        used=int((counts > 0).sum()),
        once=int((counts == 1).sum()),
        tokens=len(running),
        per_text=float(lengths.mean()),
        whole_words=_whole_words(tokens, inside, words) if words < len(vocabulary) else None,
        frequent=tuple(
            (token_name(token, vocabulary, words), int(counts[token])) for token in commonest.tolist() if counts[token]
        ),
    )


def _whole_words(tokens: Int[np.ndarray, "text _"], inside: np.ndarray, words: int) -> float:
    """Share of tokens that begin a word which the next token does not continue."""
    begins = tokens < words
    next_begins = np.ones_like(begins)
    next_begins[:, :-1] = begins[:, 1:] | ~inside[:, 1:]
    return float((begins & next_begins)[inside].mean())
