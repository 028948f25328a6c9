"""What is lost with the order, of models for which it is known."""

import math

import numpy as np
import pytest
from contest import ADDING, compose, opened, planned
from torch import nn

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.probes.order import lost_when_shuffled, measure, shuffled
from cnn_vs_rnn.probes.run import Entrant
from cnn_vs_rnn.tasks.data import IGNORED, Samples


class Mean(nn.Module):
    """Class scores: the mean over steps, in whichever order they come."""

    def forward(self, inputs, lengths=None):
        return inputs.sum(1) / (inputs.shape[1] if lengths is None else lengths.unsqueeze(1))


class Reads(nn.Module):
    """Class scores: what stands at one step, or pixel."""

    def __init__(self, *place):
        super().__init__()
        self.place = place

    def forward(self, inputs, lengths=None):
        return inputs[(slice(None), *self.place)]


class Steps(nn.Module):
    """Class scores of every step: what stands there."""

    def forward(self, inputs, lengths=None):
        return inputs


def task_of(name="digits", **changes):
    return compose({"tasks": name, "models": "gru"}).tasks[name].model_copy(update=changes)


def symbols(samples, time, classes, lengths=None):
    """One-hot symbols, and the first of each sequence as its class."""
    drawn = np.random.default_rng(0).integers(0, classes, (samples, time))
    inputs = np.eye(classes, dtype=np.float32)[drawn]
    return drawn, Samples(inputs, drawn[:, 0], lengths)


def test_a_model_that_is_blind_to_order_loses_exactly_nothing():
    drawn, samples = symbols(300, 16, 4)
    usual = np.array([np.bincount(row, minlength=4).argmax() for row in drawn])
    samples = Samples(samples.inputs, usual)
    assert lost_when_shuffled(Mean(), task_of(), samples, seed=0) == 0
    assert lost_when_shuffled(Mean(), task_of(score="nll", also=()), samples, seed=0) == 0


def test_a_model_that_reads_one_place_falls_to_what_stands_there_by_chance():
    _, samples = symbols(4000, 16, 4)
    expected = 1 - (1 / 16 + 15 / 16 / 4)  # the first symbol comes back to the first place, or an equal one does
    assert lost_when_shuffled(Reads(0), task_of(), samples, seed=0) == pytest.approx(expected, abs=0.03)
    error = lost_when_shuffled(
        Reads(0), task_of("adding"), Samples(samples.inputs, samples.inputs[:, 0].copy(), None), seed=0
    )
    assert error == pytest.approx(expected * 2 / 4, abs=0.02)  # squared, of two of four numbers; less is better


def test_padding_stays_where_it_is():
    lengths = np.array([1, 5, 9])
    inputs = np.arange(1, 28, dtype=np.float32).reshape(3, 9, 1) * (np.arange(9) < lengths[:, None])[:, :, None]
    mixed = shuffled(Samples(inputs, np.zeros(3, np.int64), lengths), seed=1).inputs
    for length, before, after in zip(lengths, inputs, mixed, strict=True):
        assert sorted(after[:length, 0]) == list(before[:length, 0])
        assert not after[length:].any()
    assert (mixed[0] == inputs[0]).all()
    assert (mixed[2] != inputs[2]).any()


def test_every_sample_has_an_order_of_its_own_and_each_order_is_as_likely():
    samples = Samples(np.tile(np.arange(3)[:, None], (6000, 1, 1)), np.zeros(6000, np.int64))
    mixed = shuffled(samples, seed=0).inputs[:, :, 0]
    _, counts = np.unique(mixed, axis=0, return_counts=True)
    assert len(counts) == 6
    assert (abs(counts - 1000) < 5 * math.sqrt(1000)).all()
    assert (mixed == shuffled(samples, seed=0).inputs[:, :, 0]).all()
    assert (mixed != shuffled(samples, seed=1).inputs[:, :, 0]).any()


def test_tokens_are_shuffled_too():
    tokens = np.arange(1, 21).reshape(2, 10)
    mixed = shuffled(Samples(tokens, np.zeros(2, np.int64), np.array([10, 10])), seed=0).inputs
    assert (np.sort(mixed) == tokens).all()
    assert (mixed != tokens).any(1).all()


def test_pixels_of_an_image_move_with_all_their_channels():
    images = np.random.default_rng(0).random((50, 2, 5, 4)).astype(np.float32)
    images[:, 1] = 2 * images[:, 0]
    mixed = shuffled(Samples(images, np.zeros(50, np.int64)), seed=0).inputs
    assert (mixed[:, 1] == 2 * mixed[:, 0]).all()
    assert (np.sort(mixed.reshape(50, 2, 20)) == np.sort(images.reshape(50, 2, 20))).all()
    assert (np.sort(mixed) != np.sort(images)).any()  # not within rows only
    assert mixed.flags.c_contiguous
    assert mixed.dtype == np.float32


def test_an_answer_a_step_goes_with_its_step():
    drawn, samples = symbols(20, 12, 3, lengths=np.arange(20) % 12 + 1)
    targets = np.where(np.arange(12) < samples.lengths[:, None], drawn, IGNORED)
    samples = Samples(samples.inputs, targets, samples.lengths)
    task = task_of("copy_memory", score="accuracy")
    assert lost_when_shuffled(Steps(), task, samples, seed=0) == 0
    mixed = shuffled(samples, seed=0, per_step=True)
    assert ((mixed.targets == IGNORED) == (targets == IGNORED)).all()
    assert (mixed.targets != targets).any()


def test_a_text_in_another_order_is_another_text(tmp_path):
    params = {"tasks": "copy_symbols", "models": "copy_source", "seeds": 1, "tasks.copy_symbols.score": "chrf"}
    [trial] = planned(compose(params | {"tasks.copy_symbols.options.samples": 50}), tmp_path)
    folder = opened(trial, tmp_path / "trial")
    fit(folder)
    [one] = measure([Entrant(trial, folder)], {})
    assert 10 < one.value < 100  # letters in common, and few runs of them; in the right order 100


def test_trained_networks_alone_are_measured_on_their_test_part(tmp_path):
    [trial] = planned(compose(ADDING | {"seeds": 1, "trainer.steps": 3}), tmp_path)
    folder = opened(trial, tmp_path / "trial")
    entrants = [Entrant(trial, None), Entrant(trial, folder)]
    assert measure(entrants, {}) == []
    fit(folder)
    [one] = measure(entrants, {})
    assert (one.quantity, one.at, one.model) == ("lost_when_shuffled", None, "lstm")
    assert one.value != 0
    assert measure(entrants, {}) == [one]
    with pytest.raises(UserError, match="no option 'seed'"):
        measure(entrants, {"seed": 1})
