"""Same seed, same result; when training stops; what is said of a training that diverged."""

import math

import pytest
import torch
from contest import ADDING, assert_same_result, compose, history, opened, planned
from pytorch_lightning.callbacks import Callback

from cnn_vs_rnn.config import RecipeConfig
from cnn_vs_rnn.learner.fit import DivergedError, fit, initial_model
from cnn_vs_rnn.learner.module import OPTIMIZERS

DIGITS = {"tasks": "digits", "models": "cnn2d", "budget.parameters": 1000, "recipe.dropout": 0.3, "seeds": 2}


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    """model -> two seeds of it: one with augmentation and dropout, one on sequences, two baselines."""
    root = tmp_path_factory.mktemp("trials")
    trials = planned(compose(DIGITS | {"trainer.max_epochs": 2, "models": "cnn2d+linear"}), root)
    trials += planned(compose(ADDING | {"models": "lstm+majority"}), root)
    return {name: [trial for trial in trials if trial.model.name == name] for name in ("cnn2d", "lstm", "linear")}


def with_(trial, part, **changes):
    return trial.model_copy(update={part: getattr(trial, part).model_copy(update=changes)})


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
    mine, theirs = (torch.load(folder.best)["state_dict"] for folder in (first, other))
    assert any(not torch.equal(mine[key], theirs[key]) for key in mine)


@pytest.mark.parametrize("change", [{"dropout": 0.0}, {"schedule": "constant"}, {"gradient_clip": 0.01}], ids=str)
def test_the_recipe_is_followed(trials, tmp_path, change):
    # Were one of these ignored, the second training would be the first once more.
    trial = with_(trials["cnn2d"][0], "trainer", max_epochs=1) if "dropout" in change else trials["lstm"][1]
    one, other = fitted(trial, tmp_path / "one"), fitted(with_(trial, "recipe", **change), tmp_path / "other")
    assert history(one) != history(other)


def test_augmentation_is_part_of_training(trials, tmp_path):
    trial = with_(trials["cnn2d"][0], "trainer", max_epochs=1)
    plain = with_(trial, "augment", image=None)
    losses = [history(fitted(t, tmp_path / str(i)))[0] for i, t in enumerate((trial, plain))]
    assert float(losses[0]["train_loss"]) > float(losses[1]["train_loss"])


def test_every_epoch_has_its_own_order_and_its_own_randomness(trials, tmp_path):
    class Epochs(Callback):
        orders, drawn = [], []

        def on_train_batch_start(self, trainer, pl_module, batch, batch_idx):
            if batch_idx == 0:
                self.orders.append(batch.inputs.clone())
                self.drawn.append(torch.get_rng_state())

    fitted(with_(trials["lstm"][0], "trainer", max_epochs=3), tmp_path, [Epochs()])
    for seen in (Epochs.orders, Epochs.drawn):
        assert not any(torch.equal(seen[one], seen[other]) for one, other in ((0, 1), (0, 2), (1, 2)))


def test_every_optimiser_of_a_recipe_is_there():
    assert set(RecipeConfig.model_fields["optimizer"].annotation.__args__) == set(OPTIMIZERS)


def test_it_starts_from_weights_that_its_seed_alone_decides(trials):
    states = [initial_model(trial).state_dict() for trial in (*trials["lstm"], trials["lstm"][0])]
    assert all(torch.equal(states[0][key], states[2][key]) for key in states[0])
    assert not torch.equal(states[0]["head.weight"], states[1]["head.weight"])


def test_it_stops_when_the_validation_loss_has_not_improved_for_patience_epochs(trials, tmp_path):
    folder = fitted(trials["lstm"][1], tmp_path)
    record, rows = folder.record(), history(folder)
    losses = [float(row["valid_loss"]) for row in rows]
    assert record.converged
    assert not record.diverged
    assert record.best_epoch == losses.index(min(losses))
    assert record.epochs == len(rows) == record.best_epoch + 1 + trials["lstm"][1].trainer.patience
    assert record.valid_score == float(rows[record.best_epoch]["valid_score"])
    assert [int(row["epoch"]) for row in rows] == list(range(len(rows)))


def test_one_that_runs_out_of_epochs_has_not_converged(trials, tmp_path):
    folder = fitted(with_(trials["lstm"][1], "trainer", max_epochs=3), tmp_path)
    record = folder.record()
    assert (record.epochs, record.converged, record.diverged) == (3, False, False)


def test_the_best_checkpoint_is_that_of_the_best_epoch(trials, tmp_path):
    whole = fitted(trials["lstm"][1], tmp_path / "whole")
    best = whole.record().best_epoch
    until_best = fitted(with_(trials["lstm"][1], "trainer", max_epochs=best + 1), tmp_path / "until_best")
    mine, theirs = (torch.load(folder.best)["state_dict"] for folder in (whole, until_best))
    assert all(torch.equal(mine[key], theirs[key]) for key in mine)


def test_the_cosine_schedule_ends_near_zero(trials, tmp_path):
    trial = with_(with_(trials["lstm"][0], "recipe", schedule="cosine"), "trainer", max_epochs=4, patience=4)
    rates = [float(row["learning_rate"]) for row in history(fitted(trial, tmp_path))]
    assert rates == pytest.approx([0.1 * (1 + math.cos(math.pi * epoch / 4)) / 2 for epoch in range(4)])


class Poison(Callback):
    """Makes the weights NaN: at the start of an epoch, or only while it is validated. As often as it is trained."""

    def __init__(self, epoch, hook="on_train_epoch_start"):
        self.epoch = epoch
        setattr(self, hook, self.spoil)

    def spoil(self, trainer, pl_module):
        if trainer.current_epoch == self.epoch:
            with torch.no_grad():
                next(pl_module.network.parameters()).fill_(torch.nan)


@pytest.mark.parametrize("hook", ["on_train_epoch_start", "on_validation_start"])
def test_a_loss_that_is_not_finite_ends_it_and_the_epochs_before_count(trials, tmp_path, hook):
    folder = fitted(with_(trials["lstm"][0], "recipe", diverged_rate=None), tmp_path, [Poison(2, hook)])
    record = folder.record()
    assert (record.epochs, record.best_epoch, record.diverged, record.converged) == (3, 1, True, False)
    assert all(tensor.isfinite().all() for tensor in torch.load(folder.best)["state_dict"].values())
    assert math.isnan(float(history(folder)[2]["valid_loss"]))


@pytest.mark.parametrize("hook", ["on_train_epoch_start", "on_validation_start"])
def test_a_training_without_one_finite_epoch_fails_in_one_line_and_again(trials, tmp_path, hook):
    folder = opened(trials["lstm"][0], tmp_path)
    for _ in range(2):
        with pytest.raises(
            DivergedError, match=r"^the loss was not finite in epoch 1: lower recipe\.learning_rate=0\.1, as at 0\.01$"
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
    assert str(error.value) == f"the loss was not finite in epoch 1: lower recipe.learning_rate={rate:g}"


def test_without_early_stopping_the_last_epoch_is_kept(trials, tmp_path):
    early = fitted(trials["lstm"][1], tmp_path / "early")
    late = fitted(with_(trials["lstm"][1], "trainer", early_stopping=False), tmp_path / "late")
    stopped = early.record()
    assert stopped.best_epoch < stopped.epochs - 1 < trials["lstm"][1].trainer.max_epochs - 1
    assert late.record().epochs == trials["lstm"][1].trainer.max_epochs
    assert late.record().best_epoch == late.record().epochs - 1
    rows = history(late)
    assert late.record().valid_score == float(rows[-1]["valid_score"])
    assert rows[: stopped.epochs] == history(early)  # what it would have done, it does, and then goes on
