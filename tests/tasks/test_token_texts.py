"""Subwords as a person reads them: whatever the letters, and however they were cut."""

import pytest

from cnn_vs_rnn.tasks.subwords import LEAST_VOCABULARY, SPECIAL, Subwords, text_of
from cnn_vs_rnn.tasks.token_texts import token_name, token_texts

TEXTS = [
    "Ein Mädchen in weißem Kleid läuft über die Straße.",
    "„Größe“ sagt es, naïve café, 3½ €!",
    "東京 is far; 🙂 smiles 🙂 twice",
    "tabs\tand  two spaces",
]


@pytest.fixture(scope="module", params=[LEAST_VOCABULARY, 320])
def subwords(request):
    return Subwords(TEXTS * 3, request.param)


@pytest.mark.parametrize("text", TEXTS)
def test_the_texts_of_single_tokens_are_the_text(subwords, text):
    (tokens,) = subwords([text])
    texts = token_texts(tokens, subwords.vocabulary)
    assert len(texts) == len(tokens)
    assert "".join(texts).strip() == text == text_of(tokens, subwords.vocabulary)


def test_every_token_has_a_name_without_marks(subwords):
    names = [token_name(token, subwords.vocabulary, subwords.words) for token in range(len(subwords.vocabulary))]
    assert {"a space", "byte C3", "byte 0A", "-s"} <= set(names)
    for name in names[len(SPECIAL) :]:
        assert name.isprintable()
        assert "Ġ" not in name
        assert "\N{REPLACEMENT CHARACTER}" not in name


def test_bytes_that_spell_no_letter_do_not_stop_it(subwords):
    half = subwords.vocabulary.index("Ã")
    (word,) = subwords(["so"])
    assert "".join(token_texts([half, *word], subwords.vocabulary)) == "\N{REPLACEMENT CHARACTER} so"


def test_unknown_and_special_tokens():
    vocabulary = (*SPECIAL, "Ġto")
    assert token_texts([2, 4, 1, 3, 0], vocabulary) == ["", " to", "\N{REPLACEMENT CHARACTER}", "", ""]
