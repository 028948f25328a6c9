"""A budget of training seconds: training ends at the batch in which they run out."""

import csv

import pytest
from contest import compose, opened, planned

from cnn_vs_rnn.evaluation.evaluate import evaluate_trial
from cnn_vs_rnn.learner.fit import fit


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    root = tmp_path_factory.mktemp("seconds")
    experiment = compose(
        {
            "tasks": "digits",
            "tasks.digits.limit": 200,  # so that an epoch is short, also on a busy machine
            "models": "gru",
            "seeds": 1,
            "budget": "train_seconds",
            "budget.train_seconds": 1.5,
            "recipe.batch_size": 8,
            "trainer.max_epochs": 1,
        }
    )
    (trial,) = planned(experiment, root)
    folder = opened(trial, root / "trial")
    fit(folder)
    return folder, trial, root


def test_it_goes_on_beyond_max_epochs_until_the_seconds_run_out(trained):
    folder, _, _ = trained
    record = folder.record()
    assert record.epochs > 1
    assert record.train_seconds >= 1.5
    with folder.history.open(newline="") as file:
        seconds = [float(row["seconds"]) for row in csv.DictReader(file)]
    assert sum(seconds[:-1]) < 1.5
    assert record.train_seconds == pytest.approx(sum(seconds))


def test_running_out_of_time_is_no_excuse(trained):
    folder, trial, root = trained
    assert not folder.record().converged
    assert "not_converged" not in evaluate_trial(folder, trial, folder.record(), root / "kept").flags
