"""Texts as subwords, and back."""

import pytest

from cnn_vs_rnn.tasks.data import END, UNKNOWN
from cnn_vs_rnn.tasks.subwords import SPECIAL, Subwords, text_of

LEARNT_FROM = ["A dog runs.", "Ein Hund rennt.", "Two dogs run over the grass.", "Zwei Hunde rennen über das Gras."] * 3
ODD = [
    "A dog runs.",
    "Zoë naïve façade — “quoted”, it's 3.5€!",
    "日本語のテキスト",
    "كلب يجري",
    "🙂👩‍👩‍👧 flag 🇩🇪",
    "e\u0301 is not é",
    "tab\there and\u00a0there\u2028and\u200bthere",
    "MiXeD CaSe and   three spaces",
    "[END] [PAD] Ġ",
    "-",
    "\ufffd",
]


@pytest.fixture(scope="module")
def subwords():
    return Subwords(LEARNT_FROM, 330)


@pytest.mark.parametrize("text", ODD)
def test_nothing_is_lost_on_the_way_back(subwords, text):
    (tokens,) = subwords([text])
    assert min(tokens) > END
    assert text_of(tokens, subwords.vocabulary) == text
    assert text_of([*tokens, END, 4, 0, 0], subwords.vocabulary) == text


def test_spaces_around_a_text_are_no_part_of_it(subwords):
    (tokens,) = subwords(["  a dog "])
    assert text_of(tokens, subwords.vocabulary) == "a dog"
    assert subwords(["", "   "])[0] == []


def test_an_unknown_token_shows(subwords):
    (tokens,) = subwords(["a dog"])
    assert text_of([UNKNOWN, *tokens], subwords.vocabulary) == "\ufffd a dog"


def test_special_tokens_come_first_then_those_that_begin_a_word(subwords):
    vocabulary = subwords.vocabulary
    assert vocabulary[: END + 1] == SPECIAL
    assert len(set(vocabulary)) == len(vocabulary) <= 330
    letters = [token for token in vocabulary[END + 1 : subwords.words] if token.isascii() and token.isalnum()]
    assert not letters  # they go on with a word unless a space stands before them
    assert not any(token.startswith("Ġ") for token in vocabulary[subwords.words :])
    assert {"Ġdog", "ĠHund"} <= {*vocabulary[: subwords.words]}  # frequent words are whole


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A dog runs.", ["A", "dog", "runs", "."]),
        ("two dogs, over", ["two", "dogs", ",", "over"]),
        ("Zoë naïve Łódź", ["Zoë", "naïve", "Łódź"]),  # of bytes that were never met together
        ("it's 3.5", ["it", "'s", "3", ".5"]),
        ("日本 犬", ["日本", "犬"]),
    ],
)
def test_tokens_below_words_begin_a_word(subwords, text, words):
    (tokens,) = subwords([text])
    found = []
    for token in tokens:
        if token < subwords.words:
            found.append([])
        found[-1].append(token)
    assert [text_of(word, subwords.vocabulary) for word in found] == words


def test_both_sides_share_what_they_spell_alike(subwords):
    english, german = subwords(["Maria in Berlin", "Maria in Berlin"])
    assert english == german


def test_the_same_texts_give_the_same_vocabulary_whatever_else_there_is():
    again = Subwords(LEARNT_FROM, 330)
    assert again.vocabulary == Subwords(LEARNT_FROM, 330).vocabulary
    assert again.vocabulary != Subwords([*LEARNT_FROM, *["Katzen Katzen Katzen"] * 5], 330).vocabulary


def test_few_texts_have_few_subwords():
    little = Subwords(["ab ab"], 4000)
    assert 260 < len(little.vocabulary) < 270  # bytes, and what occurs twice
    assert text_of(little(["zebra ß"])[0], little.vocabulary) == "zebra ß"
