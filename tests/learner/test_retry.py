"""A training whose loss is not finite is begun once more, at a lower learning rate, where the recipe allows it."""

import itertools
from pathlib import Path

import pytest
import torch
from contest import ADDING, Killed, assert_same_result, assert_same_weights, compose, history, opened, planned
from pytorch_lightning.callbacks import Callback

from cnn_vs_rnn.evaluation.evaluate import evaluate_trial
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.trials.folder import TrialFolder
from pipelines.mlflow_terms import history as metrics

FAST = {"optimizer": "sgd", "learning_rate": 1e38, "gradient_clip": 0.0, "diverged_rate": 1e-39}


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return planned(compose(ADDING | {"trainer.max_epochs": 3}), tmp_path_factory.mktemp("adding"))[0]


def with_recipe(trial, **changes):
    return trial.model_copy(update={"recipe": trial.recipe.model_copy(update=changes)})


class PoisonAtFirst(Callback):
    """Makes the weights NaN at the start of an epoch, of the first training alone."""

    def __init__(self, trial, epoch):
        self.rate, self.epoch = trial.recipe.learning_rate, epoch

    def on_train_epoch_start(self, trainer, pl_module):
        if trainer.current_epoch == self.epoch and pl_module.recipe.learning_rate == self.rate:
            with torch.no_grad():
                next(pl_module.network.parameters()).fill_(torch.nan)


def test_the_second_training_is_that_of_the_lower_rate_bit_for_bit(trial, tmp_path):
    diverging = with_recipe(trial, **FAST)
    slower = with_recipe(trial, **{**FAST, "learning_rate": 1e38 * 1e-39, "diverged_rate": None})
    folder, other = opened(diverging, tmp_path / "diverging"), opened(slower, tmp_path / "slower")
    for one in (folder, other):
        fit(one)
    assert_same_weights(folder.best, other.best)
    assert history(folder) == history(other)
    mine, theirs = folder.record(), other.record()
    assert (mine.retried, theirs.retried, mine.diverged) == (True, False, False)
    assert mine.model_copy(update={"retried": False, "train_seconds": theirs.train_seconds}) == theirs
    assert {path.name for path in folder.path.iterdir()} - {path.name for path in other.path.iterdir()} == {
        "diverged.csv"
    }


def test_all_epochs_of_both_are_told_in_their_order(trial, tmp_path):
    folder = opened(trial, tmp_path)
    fit(folder, [PoisonAtFirst(trial, 1)])
    scores = folder.valid_scores()
    assert len(scores) == 2 + 3
    assert scores[2:] == [float(row["valid_score"]) for row in history(folder)]
    told = [metric for metric in metrics(folder, "mse", started=0) if metric.key == "train/learning_rate"]
    assert [(metric.step, metric.value) for metric in told] == [
        (0, 0.1),
        (1, 0.1),
        *((i, 0.1 * 0.1) for i in (2, 3, 4)),
    ]
    assert [metric.timestamp for metric in told] == sorted(metric.timestamp for metric in told)
    folder.diverged.write_text(folder.diverged.read_text().replace("0", "1", 1))
    assert folder.record() is None  # it vouches for the first history too
    assert not folder.diverged.exists()


def test_it_is_no_flag_and_the_reader_is_told(trial, tmp_path):
    folder = opened(trial, tmp_path / "trial")
    fit(folder, [PoisonAtFirst(trial, 1)])
    result = evaluate_trial(folder, trial, folder.record(), tmp_path / "kept")
    assert result.retried
    assert "diverged" not in result.flags
    assert result.marks == (*result.flags, "retried")


def test_a_second_divergence_counts_and_there_is_no_third(trial, tmp_path):
    starts = []

    class Poison(PoisonAtFirst):
        def on_train_start(self, trainer, pl_module):
            starts.append(pl_module.recipe.learning_rate)

        def on_train_epoch_start(self, trainer, pl_module):
            self.rate = pl_module.recipe.learning_rate
            super().on_train_epoch_start(trainer, pl_module)

    folder = opened(trial, tmp_path)
    fit(folder, [Poison(trial, 1)])
    assert starts == [0.1, 0.1 * 0.1]
    record = folder.record()
    assert (record.epochs, record.best_epoch, record.diverged, record.retried) == (2, 0, True, True)


def test_it_gets_its_seconds_in_full(trial, tmp_path):
    seconds = {"max_seconds": 0.4, "max_epochs": 1, "patience": 10_000}
    limited = trial.model_copy(update={"trainer": trial.trainer.model_copy(update=seconds)})
    folder = opened(limited, tmp_path)
    fit(folder, [PoisonAtFirst(trial, 2)])
    record = folder.record()
    assert record.retried
    assert record.train_seconds >= 0.4
    assert record.train_seconds == sum(float(row["seconds"]) for row in folder.epochs()[3:])


def test_stopped_from_outside_it_has_no_result(trial, tmp_path):
    class Stop(PoisonAtFirst):
        def on_train_epoch_start(self, trainer, pl_module):
            super().on_train_epoch_start(trainer, pl_module)
            if trainer.current_epoch == self.epoch:
                folder.stop.touch()

    folder = opened(trial, tmp_path)
    fit(folder, [Stop(trial, 1)])
    assert folder.record() is None
    assert len(folder.valid_scores()) == 2


@pytest.fixture
def killed_after(monkeypatch):
    """killed_after(folder, n, callbacks): a training that dies once it has renamed or removed its n-th file."""
    originals = {"replace": Path.replace, "unlink": Path.unlink}

    def train(folder, changes, callbacks):
        count = itertools.count(1)

        def dying(name):
            def call(self, *args, **options):
                existed = self.exists()
                result = originals[name](self, *args, **options)
                if existed and next(count) == changes:
                    raise Killed
                return result

            return call

        with monkeypatch.context() as patched:
            for name in originals:
                patched.setattr(Path, name, dying(name))
            try:
                fit(folder, callbacks)
            except Killed:
                return True
        return False

    return train


def test_killed_after_any_of_its_writes(trial, killed_after, tmp_path):
    poison = [PoisonAtFirst(trial, 1)]
    undisturbed = opened(trial, tmp_path / "undisturbed")
    fit(undisturbed, poison)
    for changes in itertools.count(1):
        folder = opened(trial, tmp_path / str(changes))
        if not killed_after(folder, changes, poison):
            break
        TrialFolder(folder.path).open(trial)
        fit(folder, poison)
        assert_same_result(folder, undisturbed)
        assert folder.valid_scores()[2:] == undisturbed.valid_scores()[2:]
    assert changes > 3 * (2 + 3)
