"""Sequences are repeated by networks with attention, of either family; without it, by a state that holds only so much.

Trained for real, in seconds: 15,000 parameters, 12 symbols, 2 to 12 of them.
"""

from functools import cache

import numpy as np
import pytest
import torch
from contest import compose, opened, planned

from cnn_vs_rnn.evaluation.evaluate import evaluate_trial, model_from
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.learner.predict import Predictions
from cnn_vs_rnn.tasks.data import END

SHORT, LONG = 4, 9  # symbols: at most, at least
# model, attention
CONV, DOT, ADDITIVE, NONE = (
    ("conv_seq2seq", None),
    ("rnn_seq2seq", "dot"),
    ("rnn_seq2seq", "additive"),
    ("rnn_seq2seq", "none"),
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """What a trained network says to 500 sequences: its accuracy on each, step by step, and how long each is."""

    @cache
    def results(model, attention):
        root = tmp_path_factory.mktemp(f"{model}_{attention}")
        options = {} if attention is None else {f"models.{model}.options.attention": attention}
        experiment = compose(
            {
                "tasks": "copy_symbols",
                "models": model,
                "seeds": 1,
                "budget.parameters": 15_000,
                "tasks.copy_symbols.options.longest": 12,
                "tasks.copy_symbols.options.samples": 4000,
                "tasks.copy_symbols.options.test_samples": 500,
                "tasks.copy_symbols.valid_fraction": 0.1,
                "recipe.learning_rate": 0.006,
                "recipe.dropout": 0.0,
                "recipe.batch_size": 32,
                "trainer.steps": 560,
                "trainer.rounds": 1,
                **options,
            }
        )
        (trial,) = planned(experiment, root)
        folder = opened(trial, root / "trial")
        fit(folder)
        result = evaluate_trial(folder, trial, folder.record(), root / "kept")
        predictions = Predictions.read(result.predictions)
        return predictions.per_sample, predictions.lengths, model_from(folder.weights, trial)

    return results


@pytest.mark.parametrize("which", [CONV, DOT, ADDITIVE], ids=["conv", "dot", "additive"])
def test_with_attention_sequences_are_repeated_however_long(trained, which):
    accuracy, lengths, network = trained(*which)
    assert accuracy.mean() > 0.97
    assert accuracy[lengths >= LONG].mean() > 0.95
    # ... also by itself, where a mistake is followed by others
    sources = [[4, 5, 6, 7, 8], [15, 15, 4], [9, 8], [4, 6, 8, 10, 12, 14]]
    for source in sources:
        assert network.translate(torch.tensor([source]))[0].tolist() == [*source, END]


def test_without_attention_a_recurrent_network_loses_what_is_long(trained):
    accuracy, lengths, _ = trained(*NONE)
    short, long = accuracy[lengths <= SHORT], accuracy[lengths >= LONG]
    assert short.mean() > 0.9  # the task is learnt
    assert long.mean() < short.mean() - 0.2
    by_length = [accuracy[lengths == length].mean() for length in range(2, 13)]
    assert np.corrcoef(range(2, 13), by_length)[0, 1] < -0.9
    for which in (CONV, DOT, ADDITIVE):
        of_other, lengths, _ = trained(*which)
        assert of_other[lengths >= LONG].mean() > long.mean() + 0.2
