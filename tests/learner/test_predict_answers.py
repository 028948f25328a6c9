"""What is kept of answers that are sequences, and what happens to a training score by texts."""

import math

import numpy as np
import pytest
import sacrebleu
import torch
from models.cases import CASES, models

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.learner.batches import Batches
from cnn_vs_rnn.learner.corpus_scores import corpus_score
from cnn_vs_rnn.learner.predict import Predictions, predict
from cnn_vs_rnn.tasks.data import IGNORED
from cnn_vs_rnn.tasks.subwords import text_of

CASE = next(case for case in CASES if case.name == "translation")
VOCABULARY = ("[PAD]", "[UNK]", "[BEGIN]", "[END]", *(f"Ġ{letter}{letter}o" for letter in "abcdefghijklmnopqrstuvwxyz"))
ALSO = ("bleu", "chrf_beam", "bleu_beam", "accuracy", "perplexity")


def task(score="chrf", also=ALSO):
    return TaskConfig(
        name="pairs",
        target="none",
        modality="text",
        description="",
        source="",
        loss="cross_entropy",
        score=score,
        also=also,
        output="sequence",
        beam=3,
        equivalence=1,
    )


@pytest.fixture(scope="module")
def said():
    """(samples, network, what it says to 30 of them)."""
    samples = CASE.samples(30, seed=1)
    network = CASE.network(models()["rnn_seq2seq"])
    predictions, finite = predict(network, task(), Batches(samples, 8), VOCABULARY)
    assert finite
    return samples, network.eval(), predictions


def test_answers_are_what_the_model_says_by_itself_in_the_order_of_the_samples(said):
    samples, network, predictions = said
    assert predictions.answers.shape[0] == 30
    assert len(predictions.predicted) == len(predictions.target) == 0
    for row in (0, 7, 29):
        source = torch.from_numpy(samples.inputs[row : row + 1, : samples.lengths[row]])
        answer = network.translate(source)[0].tolist()
        assert [token for token in predictions.answers[row].tolist() if token] == [token for token in answer if token]
    np.testing.assert_array_equal(predictions.lengths, samples.lengths)


def test_every_score_is_that_of_the_texts(said):
    samples, network, predictions = said
    references = [text_of(row, VOCABULARY) for row in samples.targets.tolist()]
    inputs, lengths = torch.from_numpy(samples.inputs), torch.from_numpy(samples.lengths)
    for beam, ending in ((1, ""), (3, "_beam")):
        answers = [text_of(row, VOCABULARY) for row in network.translate(inputs, lengths, beam).tolist()]
        for kind, theirs in (("chrf", sacrebleu.corpus_chrf), ("bleu", sacrebleu.corpus_bleu)):
            score = f"{kind}{ending}"
            per_sample = predictions.per_sample if score == "chrf" else predictions.also[score]
            assert per_sample.mean() == pytest.approx(theirs(answers, [references]).score, abs=1e-3), score
    assert corpus_score("chrf", predictions.statistics.sum(axis=0)) == pytest.approx(predictions.per_sample.mean())
    assert set(predictions.also) == set(ALSO)
    assert 0 <= predictions.also["accuracy"].mean() <= 1
    assert 1 < predictions.also["perplexity"].mean() < math.inf


def test_batches_change_nothing(said):
    samples, network, predictions = said
    at_once, _ = predict(network, task(), Batches(samples, 30), VOCABULARY)
    np.testing.assert_array_equal(at_once.answers, predictions.answers)
    np.testing.assert_allclose(at_once.per_sample, predictions.per_sample, rtol=1e-4, atol=1e-3)


def test_all_of_it_is_written_and_read_again(said, tmp_path):
    *_, predictions = said
    predictions.write(tmp_path / "kept.npz")
    again = Predictions.read(tmp_path / "kept.npz")
    for name in ("per_sample", "answers", "statistics", "lengths"):
        np.testing.assert_array_equal(getattr(again, name), getattr(predictions, name))
    assert set(again.also) == set(predictions.also)


def test_a_score_that_looks_at_no_answer_of_its_own_decodes_nothing():
    samples = CASE.samples(10, seed=2)
    network = CASE.network(models()["rnn_seq2seq"])
    network.translate = None  # calling it would fail
    predictions, finite = predict(network, task("accuracy", ("nll",)), Batches(samples, 4), VOCABULARY)
    assert finite
    assert predictions.answers.shape == predictions.statistics.shape == (0, 0)
    outputs = network(*next(iter(Batches(samples, 10))).shown).argmax(-1).numpy()
    counted = samples.targets[:, : outputs.shape[1]] != IGNORED
    right = ((outputs == samples.targets[:, : outputs.shape[1]]) & counted).sum(1) / counted.sum(1)
    np.testing.assert_allclose(predictions.per_sample, right, rtol=1e-6)
