"""A budget of training seconds: training ends at the batch in which they run out."""

import pytest
from contest import ADDING, TWICE, compose, opened, planned

from cnn_vs_rnn.evaluation.evaluate import evaluate_trial
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.learner.schedule import rate_at


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    root = tmp_path_factory.mktemp("seconds")
    experiment = compose(
        {
            "tasks": "digits",
            "tasks.digits.limit": 200,
            "tasks.digits.refit": False,
            "models": "gru",
            "seeds": 1,
            "budget": "train_seconds",
            "budget.train_seconds": 1.5,
            "recipe.batch_size": 8,
            "trainer.steps": 50,
            "trainer.rounds": 50,  # one step each: short, also on a busy machine
        }
    )
    (trial,) = planned(experiment, root)
    folder = opened(trial, root / "trial")
    fit(folder)
    return folder, trial, root


def test_it_goes_on_until_the_seconds_run_out_however_many_steps_that_takes(trained):
    folder, _, _ = trained
    record, rows = folder.record(), folder.validated.rows()
    assert record.rounds == record.steps == len(rows)
    assert record.train_seconds >= 1.5
    seconds = [float(row["seconds"]) for row in rows]
    assert sum(seconds[:-1]) < 1.5
    assert record.train_seconds == pytest.approx(sum(seconds))


def test_the_learning_rate_follows_the_clock(trained):
    folder, trial, _ = trained
    over = 0.0
    for row in folder.validated.rows():
        rate, begin, over = float(row["learning_rate"]), over, over + float(row["seconds"]) / 1.5
        assert 0 <= rate <= trial.recipe.learning_rate  # 0: of a last step that begins when the time is up
        if begin > trial.recipe.warmup:  # the rate of a step is that of a moment within its round
            assert rate_at(trial.recipe, over) <= rate <= rate_at(trial.recipe, begin)


def test_the_last_round_is_cut_short_and_validated_all_the_same(tmp_path):
    seconds = {"budget": "train_seconds", "budget.train_seconds": 0.3}
    trial = planned(compose(ADDING | seconds | {"trainer.steps": 1_000_000, "trainer.rounds": 1}), tmp_path)[0]
    folder = opened(trial, tmp_path / "trial")
    fit(folder)
    record = folder.record()
    assert (record.rounds, record.kept_round) == (1, 0)
    assert 0 < record.steps < 1_000_000
    assert record.valid_score == float(folder.validated.rows()[0]["valid_score"])


def test_each_training_of_a_refit_gets_its_seconds(tmp_path):
    seconds = {"budget": "train_seconds", "budget.train_seconds": 0.3}
    trial = planned(compose(ADDING | TWICE | seconds), tmp_path)[0]
    folder = opened(trial, tmp_path / "trial")
    fit(folder)
    for files in (folder.fold, folder.refit):
        assert sum(float(row["seconds"]) for row in files.rows()) >= 0.3
    assert folder.record().steps == int(folder.refit.rows()[-1]["step"])


def test_running_out_of_time_is_no_flag(trained):
    folder, trial, root = trained
    assert "unfinished" not in evaluate_trial(folder, trial, folder.record(), root / "kept").flags
