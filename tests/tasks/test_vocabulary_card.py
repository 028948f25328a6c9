"""The data card of a task whose answers are sequences."""

import sys
import types

import numpy as np
import pytest
from contest import compose

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.data import InputSpec
from cnn_vs_rnn.tasks.sequence_pairs import PairOptions, TextPairs, pair_samples, translation_task
from cnn_vs_rnn.tasks.store import ingest
from cnn_vs_rnn.tasks.vocabulary_card import describe_vocabulary

VOCABULARY = ("[PAD]", "[UNK]", "[BEGIN]", "[END]", "Ġdo", "Ġcat", ".", "gs", "Ã", "rare")
CONFIG = TaskConfig(
    name="made_up_translation",
    target="made_up_translation:load",
    modality="text",
    description="",
    source="",
    loss="cross_entropy",
    score="chrf",
    output="sequence",
    equivalence=1.0,
)


@pytest.fixture
def translation(tmp_path):
    """The card of 60 sentences that were cut into subwords for real."""
    draw = np.random.default_rng(0)
    english, german = ("cat", "dog", "girl", "street"), ("Katze", "Hund", "Mädchen", "Straße")
    chosen = [draw.choice(4, 3, replace=False).tolist() for _ in range(60)]
    pairs = [
        (f"the {' '.join(english[at] for at in own)} {n}.", " ".join(german[at] for at in own))
        for n, own in enumerate(chosen)
    ]
    whole = TextPairs(*map(list, zip(*pairs, strict=True)), [f"line {n}" for n in range(60)])
    pool, test = whole.take(np.arange(45)), whole.take(np.arange(45, 60))
    module = types.ModuleType("made_up_translation")
    module.load = lambda config: translation_task(config, PairOptions(vocabulary=290, longest=20), pool, test)
    sys.modules[module.__name__] = module
    try:
        return ingest(CONFIG, tmp_path).card()
    finally:
        del sys.modules[module.__name__]


def test_both_sides_of_a_translation(translation):
    vocabulary = translation.vocabulary
    assert translation.target_range is None
    assert translation.classes == {}
    assert vocabulary.size == translation.input.vocabulary - 4
    for side in (vocabulary.source, vocabulary.target):
        assert 0 < side.once < side.used < vocabulary.size or side.once == 0
        assert side.per_text == pytest.approx(side.tokens / translation.samples["train"])
        assert 0 < side.whole_words < 1
        counts = [count for _, count in side.frequent]
        assert counts == sorted(counts, reverse=True)
        assert not any("Ġ" in text for text, _ in side.frequent)
    assert dict(vocabulary.source.frequent)["the"] == translation.samples["train"]
    assert {"Hund", "Straße"} <= set(dict(vocabulary.target.frequent))
    assert translation.answer_lengths.max <= 20
    assert translation.answer_lengths != translation.lengths


def test_counts_are_those_of_the_training_part():
    input = InputSpec(kind="tokens", channels=4, length=4, variable=True, vocabulary=len(VOCABULARY), words=7)
    train = pair_samples([[4, 7, 6], [5, 6]], [[8], [5, 5, 5, 9]], longest=4)
    card = describe_vocabulary(train, input, VOCABULARY)
    source, target = card.source, card.target
    assert card.size == 6
    assert (source.used, source.once, source.tokens, source.per_text) == (4, 3, 5, 2.5)
    assert source.whole_words == 3 / 5  # "dogs" is two tokens, and neither is a word
    assert source.frequent[0] == (".", 2)
    assert (target.used, target.once, target.tokens) == (3, 2, 5)
    assert dict(target.frequent) == {"cat": 3, "byte C3": 1, "-rare": 1}


def test_symbols_are_no_parts_of_words(tmp_path):
    options = {"tasks.copy_symbols.options.samples": 60, "tasks.copy_symbols.options.test_samples": 20}
    experiment = compose({"tasks": "copy_symbols", "models": "conv_seq2seq", **options})
    card = ingest(experiment.tasks["copy_symbols"], tmp_path).card()
    assert card.target_range is None
    assert card.vocabulary.size == 12
    assert card.vocabulary.source == card.vocabulary.target
    assert card.vocabulary.source.whole_words is None
    assert card.lengths == card.answer_lengths


def test_other_tasks_have_no_such_part(tmp_path):
    experiment = compose({"tasks": "adding", "models": "tcn"})
    card = ingest(experiment.tasks["adding"], tmp_path).card()
    assert card.vocabulary is None
    assert card.answer_lengths is None
