"""On little data a trial trains twice: without its validation fold, and then on all samples that are not tested."""

import itertools
import math

import numpy as np
import pytest
import torch
from contest import ADDING, TWICE, assert_same_result, assert_same_weights, compose, opened, planned, with_
from disturbed import Poison, StopAfter, at_rate, is_refit, killed_after
from pytorch_lightning.callbacks import Callback

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.evaluation.evaluate import evaluate_trial, model_from
from cnn_vs_rnn.learner.batches import Batches
from cnn_vs_rnn.learner.fit import DivergedError, fit, initial_model
from cnn_vs_rnn.learner.predict import predict

STEPS = {"trainer.steps": 15, "trainer.rounds": 5}


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return planned(compose(ADDING | TWICE | STEPS), tmp_path_factory.mktemp("adding"))[0]


@pytest.fixture(scope="module")
def trained(trial, tmp_path_factory):
    folder = opened(trial, tmp_path_factory.mktemp("trained"))
    fit(folder)
    return folder


def contents(samples):
    return {sample.tobytes() for sample in samples.inputs}


def score(trial, weights, part):
    model = model_from(weights, trial)
    return predict(model, trial.task, Batches(read_part(trial.data, trial.seed, part), 256))[0].per_sample.mean()


class Seen(Callback):
    """The samples of each training: of the one on all, at True."""

    def __init__(self):
        self.samples = {False: set(), True: set()}

    def on_train_batch_start(self, trainer, pl_module, batch, batch_idx):
        self.samples[is_refit(trainer, pl_module)] |= {sample.numpy().tobytes() for sample in batch.inputs}


def test_the_first_training_sees_none_of_its_fold_and_the_second_every_sample_that_is_not_tested(trial, tmp_path):
    seen = Seen()
    fit(opened(trial, tmp_path), [seen])
    train, valid, every, test = (contents(read_part(trial.data, 0, part)) for part in ("train", "valid", "fit", "test"))
    assert seen.samples == {False: train, True: every}
    assert train | valid == every
    assert (len(train), len(valid), len(every)) == (48, 12, 60)
    assert not train & valid
    assert not every & test


def test_five_seeds_validate_on_every_sample_once(tmp_path):
    trials = planned(compose(ADDING | TWICE | {"seeds": 5}), tmp_path)
    folds = [contents(read_part(trial.data, trial.seed, "valid")) for trial in trials]
    assert sum(map(len, folds)) == len(set.union(*folds)) == 60
    assert set.union(*folds) == contents(read_part(trials[0].data, 0, "fit"))


def test_the_first_training_is_what_it_would_be_alone(trial, trained, tmp_path):
    alone = opened(trial.over_steps(trial.steps), tmp_path)
    fit(alone)
    assert_same_weights(trained.fold.weights, alone.weights)
    mine, theirs = trained.record(), alone.record()
    assert (mine.valid_score, mine.kept_round, mine.rounds) == (theirs.valid_score, theirs.kept_round, theirs.rounds)
    assert (mine.refitted, theirs.refitted) == (True, False)
    assert not alone.refit.history.exists()


def test_the_validation_score_is_of_the_first_training_and_the_tested_weights_are_of_the_second(
    trial, trained, tmp_path
):
    record = trained.record()
    assert trained.validated_weights == trained.fold.weights
    assert record.valid_score == pytest.approx(score(trial, trained.fold.weights, "valid"))
    result = evaluate_trial(trained, trial, record, tmp_path)
    assert result.test_score == pytest.approx(score(trial, trained.weights, "test"))
    assert result.test_score != pytest.approx(score(trial, trained.fold.weights, "test"))
    assert result.epochs == pytest.approx(15 * 16 / 60)
    assert record.train_seconds == pytest.approx(sum(float(row["seconds"]) for row in trained.refit.rows()))


def test_the_second_training_starts_anew_on_the_same_schedule(trial, trained):
    first, second = trained.fold.rows(), trained.refit.rows()
    for column in ("round", "step", "learning_rate"):
        assert [row[column] for row in first] == [row[column] for row in second]
    assert first[0]["train_loss"] != second[0]["train_loss"]


def test_with_early_stopping_there_is_no_second_training(tmp_path):
    early = {"trainer.early_stopping": True, "trainer.patience": 2}
    trial = planned(compose(ADDING | TWICE | early), tmp_path)[0]
    assert not trial.refits
    folder = opened(trial, tmp_path / "trial")
    seen = Seen()
    fit(folder, [seen])
    assert not folder.record().refitted
    assert seen.samples == {False: contents(read_part(trial.data, 0, "train")), True: set()}
    assert not any(path.exists() for path in (folder.fold.weights, folder.refit.history))
    result = evaluate_trial(folder, trial, folder.record(), tmp_path / "kept")
    assert result.test_score == pytest.approx(score(trial, folder.weights, "test"))


def test_a_baseline_refits_too(tmp_path):
    params = {"experiment": "ucr", "tasks": "arrow_head", "models": "linear+majority+minirocket+one_nn", "seeds": 1}
    for trial in planned(compose(params), tmp_path):
        folder = opened(trial, tmp_path / trial.model.name)
        fit(folder)
        record = folder.record()
        assert (record.refitted, record.steps) == (True, 0)
        for part, weights in (("train", folder.fold.weights), ("fit", folder.weights)):
            fresh = initial_model(trial)
            fresh.fit(read_part(trial.data, trial.seed, part), trial.seed)
            kept = torch.load(weights, weights_only=True)["state_dict"]
            assert kept.keys() == fresh.state_dict().keys()
            assert all(torch.equal(kept[name], tensor) for name, tensor in fresh.state_dict().items())
        assert record.valid_score == pytest.approx(score(trial, folder.fold.weights, "valid"))


def first_refit(number):
    """NaN weights in a round of the first attempt at the second training."""
    first = at_rate(ADDING["recipe.learning_rate"])
    return Poison(number, where=lambda trainer, learner: is_refit(trainer, learner) and first(trainer, learner))


def test_a_second_training_that_diverges_is_begun_again_by_itself(trial, trained, tmp_path):
    folder = opened(trial, tmp_path)
    fit(folder, [first_refit(2)])
    record = folder.record()
    assert (record.retried, record.diverged, record.steps) == (True, False, 15)
    assert_same_weights(folder.fold.weights, trained.fold.weights)
    assert record.valid_score == trained.record().valid_score
    assert not folder.validated.diverged.exists()
    rates = [float(row["learning_rate"]) for row in folder.refit.rows()]
    assert len(rates) == 3 + 5
    assert rates[:3] == pytest.approx([10 * rate for rate in rates[3:6]])
    folder.refit.diverged.write_text("edited")
    assert folder.record() is None  # it vouches for the first attempt too
    assert not folder.refit.diverged.exists()


def test_a_second_training_is_at_full_rate_where_only_the_first_diverged(trial, trained, tmp_path):
    folder = opened(trial, tmp_path)
    first = at_rate(ADDING["recipe.learning_rate"])
    fit(folder, [Poison(0, where=lambda trainer, learner: not is_refit(trainer, learner) and first(trainer, learner))])
    assert folder.record().retried
    assert not folder.refit.diverged.exists()
    assert_same_weights(folder.weights, trained.weights)


def test_a_second_training_without_one_finite_round_fails_in_one_line(trial, tmp_path):
    folder = opened(trial, tmp_path)
    with pytest.raises(DivergedError, match=r"lower recipe\.learning_rate=0\.1, as at 0\.01$"):
        fit(folder, [Poison(0, where=is_refit)])
    assert folder.record() is None
    assert not folder.weights.exists()


@pytest.mark.parametrize("number", [2, 4])
def test_weights_that_the_last_step_of_a_round_spoils_are_not_kept(trial, tmp_path, number):
    last = 3 * (number + 1)
    spoiled = Poison(
        number,
        "on_train_batch_end",
        where=lambda trainer, learner: is_refit(trainer, learner) and trainer.global_step == last,
    )
    folder = opened(with_(trial, "recipe", diverged_rate=None), tmp_path)
    fit(folder, [spoiled])
    rows = folder.refit.rows()
    assert len(rows) == number + 1
    assert all(math.isfinite(float(row["train_loss"])) for row in rows)  # it is that of the steps before
    assert folder.record().diverged
    assert np.isfinite(score(trial, folder.weights, "test"))


@pytest.mark.parametrize("in_refit", [False, True])
def test_asked_to_stop_it_ends_in_either_training_and_goes_on_later(trial, trained, tmp_path, in_refit):
    folder = opened(trial, tmp_path)
    stop = StopAfter(folder, 2, where=lambda trainer, learner: is_refit(trainer, learner) is in_refit)
    fit(folder, [stop])
    assert folder.record() is None
    assert folder.rounds_trained() == (5 + 3 if in_refit else 3)
    assert folder.refit.last.exists() is in_refit
    folder.open(trial)
    fit(folder)
    assert_same_result(folder, trained)


def test_killed_after_any_of_its_writes_while_the_second_training_diverges(tmp_path):
    short = {"trainer.steps": 4, "trainer.rounds": 2}
    trial = planned(compose(ADDING | TWICE | short), tmp_path / "data")[0]
    undisturbed = opened(trial, tmp_path / "undisturbed")
    fit(undisturbed, [first_refit(1)])
    for changes in itertools.count(1):
        folder = opened(trial, tmp_path / str(changes))
        if not killed_after(changes, folder, [first_refit(1)]):
            break
        if folder.record() is None:
            fit(folder, [first_refit(1)])
        assert_same_result(folder, undisturbed)
    assert changes > 3 * (2 + 2 + 2)
