"""All searches side by side, with real trainings of a few steps."""

import pytest
from contest import compose, prepared
from pytorch_lightning.callbacks import Callback

from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.planning.plan import check_plan, plan_trials
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.tuning.tuner import Tuner, tuned_values

EXPERIMENT = compose(
    {
        "tasks": "digits",
        "models": "gru+cnn2d+majority",
        "seeds": 1,
        "budget.parameters": 1500,
        "tasks.digits.limit": 150,
        "tasks.digits.test_limit": 20,
        "tasks.digits.refit": False,
        "trainer.steps": 8,
        "trainer.rounds": 4,
        "tuning.trials": 4,
        "tuning.startup": 1,
        "tuning.warmup": 1,
    }
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return prepared(EXPERIMENT, tmp_path_factory.mktemp("data"))


def run(tuner, at_most=100):
    """Train what the tuner hands out, one after the other; stopped as the executor would stop it."""
    waiting = tuner.start()
    trained = 0
    while waiting and trained < at_most:
        folder = waiting.pop(0)
        fit(TrialFolder(folder))
        trained += 1
        _, following = tuner.ended(folder, None)
        waiting += following
    return trained


def test_every_network_gets_the_same_number_of_trials(data, tmp_path):
    tuner = Tuner(EXPERIMENT, data, tmp_path)
    assert run(tuner) == 8
    assert {model: [one.number for one in tuner.trials if one.model == model] for model in ("gru", "cnn2d")} == {
        "gru": [0, 1, 2, 3],
        "cnn2d": [0, 1, 2, 3],
    }
    assert all(len(one.fingerprints) == 1 and one.steps in (4, 6, 8) for one in tuner.trials)
    values = tuned_values(tuner.trials, EXPERIMENT)
    assert set(values) == {("default", "digits", "gru"), ("default", "digits", "cnn2d")}
    trials = plan_trials(EXPERIMENT, data, values)
    (gru,) = (trial for trial in trials if trial.model.name == "gru")
    assert gru.recipe.learning_rate == values["default", "digits", "gru"]["recipe.learning_rate"]
    assert 0.95 * 1500 <= gru.parameters <= 1.05 * 1500
    check_plan(EXPERIMENT, "rnn", [gru], values)


def test_a_search_that_was_stopped_goes_on_as_if_nothing_had_happened(data, tmp_path):
    whole = Tuner(EXPERIMENT, data, tmp_path / "whole")
    run(whole)
    assert run(Tuner(EXPERIMENT, data, tmp_path / "parts"), at_most=3) == 3
    again = Tuner(EXPERIMENT, data, tmp_path / "parts")
    assert run(again) == 5
    assert again.trials == whole.trials
    assert run(Tuner(EXPERIMENT, data, tmp_path / "parts")) == 0


def test_a_trial_that_is_worse_is_stopped_and_stays_so(data, tmp_path):
    tuner = Tuner(EXPERIMENT, data, tmp_path)
    (folder, _) = tuner.start()
    fit(TrialFolder(folder))
    _, (second,) = tuner.ended(folder, None)
    history = TrialFolder(second).history
    history.write_text("round,valid_score\n0,0.0\n1,0.0\n")  # as it stands in the middle of a training
    tuner.tick([second])
    assert TrialFolder(second).stop.exists()
    state, _ = tuner.ended(second, None)
    told = tuner.trials[-1]
    assert (state, told.state, told.score, told.steps) == ("stopped", "stopped", 0.0, 4)
    assert told.fingerprints == (second.name,)
    assert TrialFolder(second).record() is None


class _StopAfter(Callback):
    """Stops a training from outside after some rounds."""

    def __init__(self, folder, rounds):
        self.folder, self.rounds = folder, rounds

    def on_train_epoch_start(self, trainer, pl_module):
        if trainer.current_epoch + 1 == self.rounds:
            self.folder.stop.touch()


def test_a_stop_ends_the_training_without_a_result(data, tmp_path):
    tuner = Tuner(EXPERIMENT, data, tmp_path)
    folder = TrialFolder(tuner.start()[0])
    fit(folder, [_StopAfter(folder, 2)])
    assert folder.rounds_trained() == 2
    assert folder.record() is None
    fit(folder)  # handed out again by mistake
    assert folder.rounds_trained() == 2


def test_a_failed_trial_is_told_and_the_search_goes_on(data, tmp_path):
    tuner = Tuner(EXPERIMENT, data, tmp_path)
    (folder, _) = tuner.start()
    state, following = tuner.ended(folder, "out of memory")
    told = tuner.trials[-1]
    assert (state, told.state, told.score, told.steps) == ("failed", "failed", None, 0)
    assert len(following) == 1
