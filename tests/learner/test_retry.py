"""A training whose loss is not finite is begun once more, at a lower learning rate, where the recipe allows it."""

import itertools

import pytest
from contest import ADDING, assert_same_result, assert_same_weights, compose, history, opened, planned, with_
from disturbed import Poison, StopAfter, at_rate, killed_after
from pytorch_lightning.callbacks import Callback

from cnn_vs_rnn.evaluation.evaluate import evaluate_trial
from cnn_vs_rnn.learner.fit import fit
from pipelines.mlflow_terms import history as metrics

FAST = {"optimizer": "sgd", "learning_rate": 1e38, "gradient_clip": 0.0, "diverged_rate": 1e-39}


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return planned(compose(ADDING | {"trainer.steps": 9, "trainer.rounds": 3}), tmp_path_factory.mktemp("adding"))[0]


def at_first(number):
    """NaN weights in a round of the first attempt alone."""
    return Poison(number, where=at_rate(ADDING["recipe.learning_rate"]))


def test_the_second_training_is_that_of_the_lower_rate_bit_for_bit(trial, tmp_path):
    diverging = with_(trial, "recipe", **FAST)
    slower = with_(trial, "recipe", **{**FAST, "learning_rate": 1e38 * 1e-39, "diverged_rate": None})
    folder, other = opened(diverging, tmp_path / "diverging"), opened(slower, tmp_path / "slower")
    for one in (folder, other):
        fit(one)
    assert_same_weights(folder.weights, other.weights)
    assert history(folder) == history(other)
    mine, theirs = folder.record(), other.record()
    assert (mine.retried, theirs.retried, mine.diverged) == (True, False, False)
    assert mine.model_copy(update={"retried": False, "train_seconds": theirs.train_seconds}) == theirs
    assert {path.name for path in folder.path.iterdir()} - {path.name for path in other.path.iterdir()} == {
        "diverged.csv"
    }


def test_all_rounds_of_both_are_told_in_their_order(trial, tmp_path):
    folder = opened(trial, tmp_path)
    fit(folder, [at_first(1)])
    scores = folder.valid_scores()
    assert len(scores) == 2 + 3
    assert scores[2:] == [float(row["valid_score"]) for row in history(folder)]
    told = [metric for metric in metrics(folder, "mse", started=0) if metric.key == "train/learning_rate"]
    assert [metric.step for metric in told] == [3, 6, 9, 12, 15]
    first, second = [metric.value for metric in told[:2]], [metric.value for metric in told[2:]]
    assert first == pytest.approx([10 * rate for rate in second[:2]])
    assert [metric.timestamp for metric in told] == sorted(metric.timestamp for metric in told)
    folder.validated.diverged.write_text(folder.validated.diverged.read_text().replace("0", "1", 1))
    assert folder.record() is None  # it vouches for the first history too
    assert not folder.validated.diverged.exists()


def test_it_is_no_flag_and_the_reader_is_told(trial, tmp_path):
    folder = opened(trial, tmp_path / "trial")
    fit(folder, [at_first(1)])
    result = evaluate_trial(folder, trial, folder.record(), tmp_path / "kept")
    assert result.retried
    assert "diverged" not in result.flags
    assert result.marks == (*result.flags, "retried")


def test_a_second_divergence_counts_and_there_is_no_third(trial, tmp_path):
    class Starts(Callback):
        rates = []

        def on_train_start(self, trainer, pl_module):
            self.rates.append(pl_module.recipe.learning_rate)

    folder = opened(trial, tmp_path)
    fit(folder, [Starts(), Poison(1)])
    assert Starts.rates == [0.1, 0.1 * 0.1]
    record = folder.record()
    assert (record.rounds, record.kept_round, record.diverged, record.retried) == (2, 0, True, True)


def test_it_gets_its_seconds_in_full(trial, tmp_path):
    folder = opened(with_(trial, "trainer", max_seconds=0.4), tmp_path)
    fit(folder, [at_first(2)])
    record = folder.record()
    assert record.retried
    assert record.train_seconds >= 0.4
    assert record.train_seconds == sum(float(row["seconds"]) for row in folder.validated.rows()[3:])


def test_stopped_from_outside_it_has_no_result(trial, tmp_path):
    folder, undisturbed = opened(trial, tmp_path / "stopped"), opened(trial, tmp_path / "undisturbed")
    fit(undisturbed, [at_first(1)])
    fit(folder, [at_first(1), StopAfter(folder, 1)])
    assert folder.record() is None
    assert len(folder.valid_scores()) == 2
    folder.open(trial)
    fit(folder, [at_first(1)])
    assert_same_result(folder, undisturbed)


def test_killed_after_any_of_its_writes(trial, tmp_path):
    undisturbed = opened(trial, tmp_path / "undisturbed")
    fit(undisturbed, [at_first(1)])
    for changes in itertools.count(1):
        folder = opened(trial, tmp_path / str(changes))
        if not killed_after(changes, folder, [at_first(1)]):
            break
        folder.open(trial)
        if folder.record() is None:
            fit(folder, [at_first(1)])
        assert_same_result(folder, undisturbed)
        assert folder.valid_scores()[2:] == undisturbed.valid_scores()[2:]
    assert changes > 3 * (2 + 3)
