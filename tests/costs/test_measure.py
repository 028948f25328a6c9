"""The costs of trained models side by side. How long anything takes is nowhere asserted."""

import math

import numpy as np
import pytest
import torch
from contest import compose, opened, planned, with_

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.costs import estimate, measure
from cnn_vs_rnn.costs.estimate import BASELINE, Estimate, estimate_seconds
from cnn_vs_rnn.costs.flops import forward_flops
from cnn_vs_rnn.costs.measure import measure_costs, model_bytes
from cnn_vs_rnn.costs.timing import single_thread
from cnn_vs_rnn.evaluation.evaluate import model_from
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.tasks.data import IGNORED, Samples

SMALL = {"seeds": 1, "budget.parameters": 2000, "trainer.steps": 3, "trainer.rounds": 1}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """(folder, trial) of every family on images, and on sequences of unequal length."""
    root = tmp_path_factory.mktemp("trials")
    trials = [
        *planned(compose(SMALL | {"tasks": "digits", "models": "cnn2d+gru+crnn+majority"}), root),
        *planned(compose(SMALL | {"tasks": "japanese_vowels", "models": "tcn+lstm+crnn+one_nn"}), root),
    ]
    contenders = {}
    for trial in trials:
        folder = opened(trial, trial.folder(root))
        fit(folder)
        contenders.setdefault(trial.task.name, []).append((folder, trial))
    return contenders


@pytest.mark.parametrize("task", ["digits", "japanese_vowels"])
def test_every_family_has_sane_costs(trained, task, monkeypatch):
    monkeypatch.setattr(measure, "ROUNDS", 2)
    before = [folder.weights.read_bytes() for folder, _ in trained[task]]
    costs = measure_costs(trained[task])
    assert [cost.model for cost in costs] == [trial.model.name for _, trial in trained[task]]
    for cost, (folder, trial) in zip(costs, trained[task], strict=True):
        assert (cost.task, cost.condition) == (task, "default")
        assert 0 < cost.latency_ms < math.inf
        assert 0 < cost.batch_latency_ms < math.inf
        weights = torch.load(folder.weights, weights_only=True)["state_dict"].values()
        assert cost.model_size_mb == sum(len(one.numpy().tobytes()) for one in weights) / 1e6
        if trial.model.family == "baseline":
            assert cost.step_ms is cost.flops_per_sample is cost.train_memory_mb is None
            continue
        assert 0 < cost.step_ms < math.inf
        spec = trial.data.task.input
        shape = (spec.channels, spec.height, spec.width) if spec.kind == "image" else (spec.length, spec.channels)
        lengths = None if spec.kind == "image" else torch.tensor([spec.length])
        assert cost.flops_per_sample == forward_flops(
            model_from(folder.weights, trial), torch.randn(1, *shape), lengths
        )
        inputs_mb = 4 * trial.batch_size * np.prod(shape) / 1e6
        assert inputs_mb < cost.train_memory_mb < 1000 * inputs_mb
    assert [folder.weights.read_bytes() for folder, _ in trained[task]] == before


def test_models_take_turns(trained, monkeypatch):
    turns = []
    monkeypatch.setattr(
        measure, "interleaved_medians", lambda actions, rounds: turns.append(len(actions)) or [1.0] * len(actions)
    )
    costs = measure_costs(trained["digits"])
    assert turns == [3, 4, 4]  # training steps of the networks, then answers of all, to a sample and to a batch
    assert [cost.step_ms for cost in costs] == [1000, 1000, 1000, None]
    assert [cost.batch_latency_ms for cost in costs] == [1000 / 64] * 4


def test_what_streams(trained, monkeypatch):
    monkeypatch.setattr(measure, "ROUNDS", 1)
    streaming = {task: [cost.streams for cost in measure_costs(contenders)] for task, contenders in trained.items()}
    assert streaming["digits"] == [False] * 4  # an image is there at once
    assert streaming["japanese_vowels"] == [True, True, False, False]  # tcn, lstm; a crnn and one_nn see the whole


def test_the_size_of_known_weights():
    assert model_bytes(torch.nn.Linear(3, 2)) == 4 * (3 * 2 + 2)
    assert model_bytes(torch.nn.BatchNorm1d(5)) == 4 * 4 * 5 + 8  # and a count of batches, of eight bytes


def test_sequences_are_measured_at_full_length_whatever_the_training_part_holds(trained):
    _, trial = trained["japanese_vowels"][0]
    samples = read_part(trial.data, trial.seed, "train")
    batch = measure._full_batch(samples, 32)
    assert batch.inputs.shape == (32, 29, 12)
    assert batch.lengths.tolist() == [29] * 32
    assert len(measure._full_batch(samples, 500).targets) == 500  # more than the training part holds


def test_answers_a_step_of_unequal_length_are_measured_too(tmp_path, monkeypatch):
    params = SMALL | {"tasks": "copy_memory", "models": "tcn+gru", "tasks.copy_memory.options.delay": 3}
    trials = planned(compose(params), tmp_path)

    def unequal(*_):
        lengths = np.arange(40) % 20 + 1
        targets = np.where(np.arange(23) < lengths[:, None], 1, IGNORED)
        return Samples(np.zeros((40, 23, 10), np.float32), targets, lengths)

    monkeypatch.setattr("cnn_vs_rnn.learner.fit.read_part", unequal)
    monkeypatch.setattr(measure, "read_part", unequal)
    monkeypatch.setattr(measure, "ROUNDS", 1)
    folders = [opened(trial, tmp_path / trial.model.name) for trial in trials]
    for folder in folders:
        fit(folder)
    costs = measure_costs(list(zip(folders, trials, strict=True)))
    assert all(cost.step_ms > 0 and cost.train_memory_mb > 0 for cost in costs)


def test_one_thread_inside_and_as_many_as_before_after():
    torch.set_num_threads(2)
    try:
        with single_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
        with pytest.raises(KeyError), single_thread():
            raise KeyError
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)


def test_each_network_is_timed_once_and_its_estimate_follows_from_its_steps_and_rounds(trained, monkeypatch):
    timed = []
    monkeypatch.setattr(estimate, "_step_seconds", lambda trial: timed.append(trial.model.name) or 2.0)
    monkeypatch.setattr(estimate, "ROUND_SECONDS", 0.5)
    trials = [trial.model_copy(update={"seed": seed}) for _, trial in trained["digits"] for seed in range(3)]
    trials[0] = trials[0].model_copy(update={"condition": "another"})
    long = trials[1].model_copy(update={"steps": 30})
    early, limited = with_(long, "trainer", early_stopping=True), with_(long, "trainer", max_seconds=7.0)
    estimates = estimate_seconds([*trials, long, early, limited])
    assert timed == ["cnn2d", "cnn2d", "gru", "crnn"]
    once, thirty = 3 * 2.0 + 0.5, 30 * 2.0 + 0.5
    assert estimates[:12] == [Estimate(once, once)] * 9 + [BASELINE] * 3
    assert estimates[12:] == [Estimate(thirty, thirty), Estimate(thirty / 2, thirty), Estimate(7.0, 7.0)]


def test_a_trial_that_refits_takes_twice_as_long(trained, monkeypatch):
    monkeypatch.setattr(estimate, "_step_seconds", lambda trial: 2.0)
    _, twice = trained["japanese_vowels"][0]
    once = twice.over_steps(twice.steps)
    assert (twice.refits, once.refits) == (True, False)
    (of_two,), (of_one,) = estimate_seconds([twice]), estimate_seconds([once])
    assert of_two == Estimate(2 * of_one.expected, 2 * of_one.at_most)


def test_an_estimate_is_measured_and_a_network_that_cannot_train_does_not_prevent_it(trained, monkeypatch):
    trials = [trial for contenders in trained.values() for _, trial in contenders]
    assert all(0 < estimate.expected <= estimate.at_most < math.inf for estimate in estimate_seconds(trials))
    monkeypatch.setattr(estimate, "_step_seconds", lambda trial: 1 / 0)
    at_least = trials[0].rounds * estimate.ROUND_SECONDS
    assert estimate_seconds(trials[:1]) == [Estimate(at_least, at_least)]
