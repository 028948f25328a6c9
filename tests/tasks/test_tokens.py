"""Texts as tokens."""

import numpy as np
import pytest

from cnn_vs_rnn.tasks.tokens import Tokeniser, TokenOptions

TEXTS = ["The cat, the dog!", "the CAT sat", "a dog"]


def tokenised(texts, learnt_from=TEXTS, **options):
    tokeniser = Tokeniser(learnt_from, TokenOptions(**options))
    samples = tokeniser(texts, np.zeros(len(texts), np.int64))
    shown = [
        [tokeniser.vocabulary[token] for token in row[:length]]
        for row, length in zip(samples.inputs, samples.lengths, strict=True)
    ]
    return tokeniser, samples, shown


def test_words_are_lower_cased_and_those_seen_once_are_unknown():
    tokeniser, samples, shown = tokenised([*TEXTS, "a bird"], longest=6)
    assert tokeniser.vocabulary[:3] == ("[PAD]", "[UNK]", "the")
    assert set(tokeniser.vocabulary) == {"[PAD]", "[UNK]", "the", "cat", "dog"}
    assert shown[0] == ["the", "cat", "[UNK]", "the", "dog", "[UNK]"]
    assert shown[1] == ["the", "cat", "[UNK]"]
    assert shown[3] == ["[UNK]", "[UNK]"]
    assert samples.inputs.dtype == samples.lengths.dtype == np.int64
    assert samples.inputs.shape == (4, 6)
    assert (samples.inputs[1, 3:] == 0).all()
    assert tokeniser.input.vocabulary == 5


def test_characters_are_kept_as_they_are():
    tokeniser, _, shown = tokenised(["Zoë\n\tŚ"], ["Zoë\n", "\tz"], tokens="character")
    assert shown == [["Z", "o", "ë", "\n", "\t", "[UNK]"]]
    assert set(tokeniser.vocabulary[2:]) == set("Zoë\n\tz")


def test_subwords_put_rare_words_together_from_frequent_pieces():
    texts = ["low lower lowest"] * 5 + ["new newer newest"] * 5
    tokeniser, _, shown = tokenised(["lower", "newlow"], texts, tokens="subword", vocabulary=20)
    assert len(tokeniser.vocabulary) <= 20
    assert ["".join(pieces) for pieces in shown] == ["lower", "newlow"]
    assert len(shown[1]) < len("newlow")


def test_the_vocabulary_holds_the_most_frequent():
    tokeniser, _, _ = tokenised(TEXTS, tokens="word", vocabulary=4)
    assert len(tokeniser.vocabulary) == 4
    assert tokeniser.vocabulary[2] == "the"


def test_long_texts_are_cut_and_counted_and_nothing_is_one_unknown_token():
    tokeniser, samples, _ = tokenised(["the cat the dog", "the", " "], longest=3)
    assert samples.lengths.tolist() == [3, 1, 1]
    assert samples.inputs[2].tolist() == [1, 0, 0]
    assert tokeniser.notes[1] == "1 texts were cut after 3 words"


@pytest.mark.parametrize("tokens", ["word", "subword", "character"])
def test_the_same_texts_give_the_same_tokens(tokens):
    # many words are equally frequent: their order must not be that of a hash table
    texts = [f"w{number} w{number}x" for number in range(300)] * 2
    first, again = (tokenised(texts, texts, tokens=tokens, vocabulary=500) for _ in range(2))
    assert first[0].vocabulary == again[0].vocabulary
    assert (first[1].inputs == again[1].inputs).all()
