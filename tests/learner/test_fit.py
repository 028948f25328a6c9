"""Same seed, same result; when training ends and which weights it keeps; what is said of one that diverged."""

import math

import pytest
import torch
from contest import ADDING, assert_same_result, assert_same_weights, compose, history, opened, planned, with_
from disturbed import Poison, StopAfter
from pytorch_lightning.callbacks import Callback

from cnn_vs_rnn.config import RecipeConfig
from cnn_vs_rnn.learner.fit import DivergedError, fit, initial_model
from cnn_vs_rnn.learner.module import OPTIMIZERS

DIGITS = {
    "tasks": "digits",
    "tasks.digits.limit": 600,
    "tasks.digits.refit": False,
    "models": "cnn2d+linear",
    "budget.parameters": 1000,
    "recipe.dropout": 0.3,
    "seeds": 2,
    "trainer.steps": 40,
    "trainer.rounds": 2,
}


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    """model -> two seeds of it: one with augmentation and dropout, one on sequences, two baselines."""
    root = tmp_path_factory.mktemp("trials")
    trials = planned(compose(DIGITS), root)
    trials += planned(compose(ADDING | {"models": "lstm+majority"}), root)
    return {name: [trial for trial in trials if trial.model.name == name] for name in ("cnn2d", "lstm", "linear")}


def fitted(trial, path, callbacks=()):
    folder = opened(trial, path)
    fit(folder, callbacks)
    return folder


@pytest.mark.parametrize("name", ["cnn2d", "lstm", "linear"])
def test_the_same_seed_gives_the_same_result_bit_for_bit_and_another_seed_another(trials, tmp_path, name):
    first = fitted(trials[name][0], tmp_path / "first")
    torch.manual_seed(99)  # whatever the process has drawn before
    torch.rand(7)
    other = fitted(trials[name][1], tmp_path / "other")
    again = fitted(trials[name][0], tmp_path / "again")
    assert_same_result(first, again)
    with pytest.raises(AssertionError):
        assert_same_result(first, other)
    mine, theirs = (torch.load(folder.weights)["state_dict"] for folder in (first, other))
    assert any(not torch.equal(mine[key], theirs[key]) for key in mine)


@pytest.mark.parametrize(
    "change", [{"dropout": 0.0}, {"schedule": "constant"}, {"warmup": 0.5}, {"gradient_clip": 0.01}], ids=str
)
def test_the_recipe_is_followed(trials, tmp_path, change):
    # Were one of these ignored, the second training would be the first once more.
    trial = trials["cnn2d" if "dropout" in change else "lstm"][1]
    one, other = fitted(trial, tmp_path / "one"), fitted(with_(trial, "recipe", **change), tmp_path / "other")
    assert history(one) != history(other)


def test_augmentation_is_part_of_training(trials, tmp_path):
    trial = trials["cnn2d"][0]
    plain = with_(trial, "augment", image=None)
    losses = [history(fitted(t, tmp_path / str(i)))[0] for i, t in enumerate((trial, plain))]
    assert float(losses[0]["train_loss"]) > float(losses[1]["train_loss"])


def test_every_round_has_its_own_order_and_its_own_randomness(trials, tmp_path):
    class Rounds(Callback):
        orders, drawn = [], []

        def on_train_batch_start(self, trainer, pl_module, batch, batch_idx):
            if batch_idx == 0:
                self.orders.append(batch.inputs.clone())
                self.drawn.append(torch.get_rng_state())

    fitted(trials["lstm"][0], tmp_path, [Rounds()])
    for seen in (Rounds.orders, Rounds.drawn):
        assert len({str(one.tolist()) for one in seen}) == len(seen) == 20


def test_every_optimiser_of_a_recipe_is_there():
    assert set(RecipeConfig.model_fields["optimizer"].annotation.__args__) == set(OPTIMIZERS)


def test_it_starts_from_weights_that_its_seed_alone_decides(trials):
    states = [initial_model(trial).state_dict() for trial in (*trials["lstm"], trials["lstm"][0])]
    assert all(torch.equal(states[0][key], states[2][key]) for key in states[0])
    assert not torch.equal(states[0]["head.weight"], states[1]["head.weight"])


def test_a_training_runs_through_its_schedule_and_the_last_weights_are_kept(trials, tmp_path):
    class Weights(Callback):
        def on_train_end(self, trainer, pl_module):
            self.last = {name: tensor.clone() for name, tensor in pl_module.network.state_dict().items()}

    weights = Weights()
    folder = fitted(trials["lstm"][1], tmp_path, [weights])
    record, rows = folder.record(), history(folder)
    losses = [float(row["valid_loss"]) for row in rows]
    assert losses[-1] > min(losses)  # it is not the best one that is kept
    assert (record.steps, record.rounds, record.kept_round, record.diverged) == (60, 20, 19, False)
    assert record.valid_score == float(rows[-1]["valid_score"])
    assert [int(row["round"]) for row in rows] == list(range(20))
    kept = torch.load(folder.weights)["state_dict"]
    assert all(torch.equal(kept[name], weights.last[name]) for name in weights.last)


@pytest.mark.parametrize("patience", [1, 3, 5])
def test_with_early_stopping_it_ends_once_patience_runs_out_and_the_best_weights_are_kept(trials, tmp_path, patience):
    whole = fitted(trials["lstm"][1], tmp_path / "whole")
    early = with_(trials["lstm"][1], "trainer", early_stopping=True, patience=patience)
    folder = fitted(early, tmp_path / "early")
    record, rows = folder.record(), history(folder)
    losses = [float(row["valid_loss"]) for row in rows]
    assert record.kept_round == losses.index(min(losses))
    assert record.rounds == len(rows) == record.kept_round + 1 + patience < 20
    assert record.steps == 3 * record.rounds
    assert record.valid_score == float(rows[record.kept_round]["valid_score"])
    assert rows == history(whole)[: len(rows)]  # what it does before it ends is the same
    until_best = with_(early, "trainer", patience=20)
    stopped = opened(until_best, tmp_path / "until_best")
    fit(stopped, [StopAfter(stopped, record.kept_round)])
    assert_same_weights(folder.weights, stopped.weights)


def test_early_stopping_that_never_sees_its_patience_run_out_keeps_the_best_weights_all_the_same(trials, tmp_path):
    record = fitted(with_(trials["lstm"][1], "trainer", early_stopping=True, patience=19), tmp_path).record()
    assert record.rounds == 20
    assert record.kept_round < 19


def test_stopped_from_outside_it_has_no_result_and_goes_on_later(trials, tmp_path):
    undisturbed = fitted(trials["lstm"][0], tmp_path / "undisturbed")
    folder = opened(trials["lstm"][0], tmp_path / "stopped")
    fit(folder, [StopAfter(folder, 4)])
    assert folder.record() is None
    assert len(history(folder)) == 5
    fit(folder)  # still asked to stop
    assert len(history(folder)) == 5
    folder.open(trials["lstm"][0])
    fit(folder)
    assert_same_result(folder, undisturbed)


@pytest.mark.parametrize("hook", ["on_train_epoch_start", "on_validation_start"])
def test_a_loss_that_is_not_finite_ends_it_and_the_rounds_before_count(trials, tmp_path, hook):
    folder = fitted(with_(trials["lstm"][0], "recipe", diverged_rate=None), tmp_path, [Poison(2, hook)])
    record = folder.record()
    assert (record.rounds, record.kept_round, record.diverged) == (3, 1, True)
    assert record.valid_score == float(history(folder)[1]["valid_score"])
    assert all(tensor.isfinite().all() for tensor in torch.load(folder.weights)["state_dict"].values())
    assert math.isnan(float(history(folder)[2]["valid_loss"]))


@pytest.mark.parametrize("hook", ["on_train_epoch_start", "on_validation_start"])
def test_a_training_without_one_finite_round_fails_in_one_line_and_again(trials, tmp_path, hook):
    folder = opened(trials["lstm"][0], tmp_path)
    for _ in range(2):
        with pytest.raises(
            DivergedError, match=r"^the loss was not finite in round 1: lower recipe\.learning_rate=0\.1, as at 0\.01$"
        ):
            fit(folder, [Poison(0, hook)])
        assert not folder.result.exists()


@pytest.mark.parametrize(
    ("model", "recipe"),
    [("cnn2d", {"learning_rate": 1e6}), ("lstm", {"learning_rate": 1e38, "optimizer": "sgd", "gradient_clip": 0.0})],
)
def test_a_learning_rate_far_too_high_fails_in_one_line(trials, tmp_path, model, recipe):
    with pytest.raises(DivergedError) as error:
        fit(opened(with_(trials[model][0], "recipe", diverged_rate=None, **recipe), tmp_path))
    rate = recipe["learning_rate"]
    assert str(error.value) == f"the loss was not finite in round 1: lower recipe.learning_rate={rate:g}"
