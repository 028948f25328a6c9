"""A trained trial on the test part: scores, kept predictions, and flags on what cannot be trusted."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from contest import ADDING, compose, opened, planned

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.evaluation import evaluate
from cnn_vs_rnn.evaluation.evaluate import evaluate_trial, model_from
from cnn_vs_rnn.evaluation.results import Cost, TrialResult
from cnn_vs_rnn.learner.checkpoints import write_checkpoint
from cnn_vs_rnn.learner.fit import fit, initial_model
from cnn_vs_rnn.learner.predict import Predictions
from cnn_vs_rnn.trials.folder import FitRecord

WELL = FitRecord(steps=600, rounds=25, kept_round=24, valid_score=0.5, train_seconds=1.5, diverged=False)
COPYING = {
    "tasks": "copy_memory",
    "tasks.copy_memory.options.delay": 3,
    "tasks.copy_memory.options.samples": 60,
    "tasks.copy_memory.options.test_samples": 20,
    "seeds": 1,
}


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    root = tmp_path_factory.mktemp("trials")
    few = {"seeds": 1, "budget.parameters": 2000}
    planned_trials = [
        *planned(compose(few | {"tasks": "digits", "models": "cnn2d+majority"}), root),
        *planned(compose(few | {"tasks": "japanese_vowels", "models": "gru"}), root),
        *planned(compose(ADDING | {"models": "lstm"}), root),
        *planned(compose(COPYING | few | {"models": "gru"}), root),
    ]
    return {(trial.task.name, trial.model.name): trial for trial in planned_trials if trial.seed == 0}


@pytest.fixture
def evaluated(trials, tmp_path):
    """evaluated(task, model, change): the result of untrained weights, changed, as if they had been trained."""

    def run(task, model, change=None, record=WELL, unfinished=False):
        trial = trials[task, model]
        folder = opened(trial, tmp_path / "trial")
        network = initial_model(trial)
        if change is not None:
            with torch.no_grad():
                change(network)
        write_checkpoint(folder.weights, {"state_dict": network.state_dict()})
        return evaluate_trial(folder, trial, record, tmp_path / "kept", unfinished)

    return run


def spoil_one(monkeypatch, value):
    """The first sample of the test part holds a value that no network survives."""

    def spoilt(*arguments):
        samples = read_part(*arguments)
        inputs = samples.inputs.copy()
        inputs[0] = value
        return dataclasses.replace(samples, inputs=inputs)

    monkeypatch.setattr(evaluate, "read_part", spoilt)


@pytest.mark.parametrize("model", ["cnn2d", "majority"])
def test_scores_are_means_over_the_predictions_that_are_kept(trials, tmp_path, model):
    trial = trials["digits", model]
    trial = trial.model_copy(update={"steps": min(trial.steps, 90)})
    folder = opened(trial, tmp_path / "trial")
    fit(folder)
    result = evaluate_trial(folder, trial, folder.record(), tmp_path / "kept")
    predictions = Predictions.read(result.predictions)
    test = read_part(trial.data, 0, "test")
    assert result.test_score == pytest.approx(predictions.per_sample.mean())
    np.testing.assert_array_equal(predictions.target, test.targets)
    np.testing.assert_array_equal(predictions.per_sample, predictions.predicted == predictions.target)
    with torch.inference_mode():
        outputs = model_from(folder.weights, trial)(torch.from_numpy(test.inputs))
    np.testing.assert_array_equal(predictions.predicted, outputs.argmax(1))
    record = folder.record()
    assert (result.steps, result.kept_round, result.valid_score) == (trial.steps, record.kept_round, record.valid_score)
    assert result.epochs == pytest.approx(trial.steps * trial.batch_size / trial.data.split(0).train)
    assert (result.parameters, result.width) == (trial.parameters, trial.width)
    assert result.fingerprint == trial.fingerprint()
    assert result.flags == ()


def test_values_and_steps_are_scored_too(evaluated):
    values = evaluated("adding", "lstm")
    predictions = Predictions.read(values.predictions)
    error = (predictions.predicted - predictions.target) ** 2
    np.testing.assert_allclose(predictions.per_sample, error, rtol=1e-5)
    steps = evaluated("copy_memory", "gru")
    predictions = Predictions.read(steps.predictions)
    assert len(predictions.per_sample) == 20
    assert len(predictions.predicted) == len(predictions.target) == 0
    assert steps.test_score == pytest.approx(math.log(10), abs=0.5)  # ten symbols, nothing learnt


def constant(network):
    network.head.weight.zero_()


def never_finite(network):
    next(network.parameters()).fill_(torch.nan)


@pytest.mark.parametrize(("task", "model"), [("digits", "cnn2d"), ("japanese_vowels", "gru"), ("adding", "lstm")])
def test_one_answer_to_everything_is_collapsed(evaluated, task, model):
    assert "collapsed" in evaluated(task, model, constant).flags
    assert "collapsed" not in evaluated(task, model, lambda network: network.head.weight.mul_(50)).flags


@pytest.mark.parametrize(("found", "collapsed"), [(4, False), (1, False), (0, True)])
def test_an_answer_that_is_rare_in_truth_may_be_given_rarely(found, collapsed):
    truth = np.zeros(1000, np.int64)
    truth[:5] = 1  # half a percent
    answers = np.zeros(1000, np.int64)
    answers[:found] = 1
    assert evaluate._collapsed(Predictions((answers == truth).astype(float), answers, truth)) == collapsed


@pytest.mark.parametrize(
    ("task", "model"), [("digits", "cnn2d"), ("japanese_vowels", "gru"), ("adding", "lstm"), ("copy_memory", "gru")]
)
@pytest.mark.parametrize("unfinished", [False, True])
def test_outputs_that_are_not_finite_are_diverged_and_no_other_flag_hides_it(evaluated, task, model, unfinished):
    flags = evaluated(task, model, never_finite, unfinished=unfinished).flags
    assert flags == (("diverged", "unfinished") if unfinished else ("diverged",))


@pytest.mark.parametrize(
    ("task", "model", "value"),
    [
        ("digits", "cnn2d", math.nan),
        ("digits", "cnn2d", math.inf),
        ("adding", "lstm", math.nan),
        ("copy_memory", "gru", math.nan),
    ],
)
def test_a_single_sample_without_a_finite_answer_is_noticed(evaluated, monkeypatch, task, model, value):
    spoil_one(monkeypatch, value)
    result = evaluated(task, model, lambda network: network.head.weight.mul_(50))
    assert "diverged" in result.flags
    if task == "digits":
        assert math.isfinite(result.test_score)  # an arg max, and so the accuracy, hides it


def test_an_error_beyond_all_numbers_is_diverged_though_every_output_is_finite(evaluated):
    result = evaluated("adding", "lstm", lambda network: network.head.bias.fill_(1e30))
    assert result.flags == ("diverged",)
    assert result.test_score == math.inf


def test_one_that_a_longer_training_helps_and_one_that_diverged_are_flagged(evaluated):
    spread = lambda network: network.head.weight.mul_(50)  # noqa: E731
    assert evaluated("digits", "cnn2d", spread).flags == ()
    assert evaluated("digits", "cnn2d", spread, unfinished=True).flags == ("unfinished",)
    diverged = WELL.model_copy(update={"diverged": True})
    assert evaluated("digits", "cnn2d", spread, diverged).flags == ("diverged",)


def test_baselines_carry_no_flags(trials, tmp_path):
    trial = trials["digits", "majority"]  # one class for all, by design
    folder = opened(trial, tmp_path / "trial")
    fit(folder)
    result = evaluate_trial(folder, trial, folder.record(), tmp_path / "kept", unfinished=True)
    assert len(set(Predictions.read(result.predictions).predicted)) == 1
    assert result.flags == ()


def test_infinite_scores_survive_json(evaluated):
    result = evaluated("adding", "lstm", never_finite)
    assert result.test_score == math.inf
    assert TrialResult.model_validate_json(result.model_dump_json()) == result
    cost = Cost(
        task="",
        condition="",
        model="",
        step_ms=None,
        latency_ms=math.inf,
        batch_latency_ms=math.inf,
        flops_per_sample=1.0,
        train_memory_mb=None,
        model_size_mb=0.04,
        streams=True,
    )
    assert Cost.model_validate_json(cost.model_dump_json()) == cost


def test_the_epochs_of_a_training_that_ended_early_are_those_it_had(evaluated, trials):
    trial = trials["digits", "cnn2d"]
    half = WELL.model_copy(update={"steps": trial.steps // 2})
    result = evaluated("digits", "cnn2d", record=half)
    assert result.steps == trial.steps // 2
    assert result.epochs == pytest.approx(result.steps * trial.batch_size / trial.data.split(0).train)


def test_a_task_kept_twice_is_the_same_file(evaluated):
    first, again = evaluated("digits", "cnn2d"), evaluated("digits", "cnn2d")
    assert first == again
    assert first.predictions.endswith(f"digits/cnn2d/{first.fingerprint}.npz")
