"""A search on few samples: each of its trials trains once per fold, and is judged by the mean. Nothing is trained."""

from statistics import fmean

import pytest
from contest import ADDING, compose, prepared

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.learner.checkpoints import COLUMNS
from cnn_vs_rnn.trials.folder import FitRecord, TrialFolder
from cnn_vs_rnn.tuning.tuner import Tuner, tuned_values

SETTINGS = ADDING | {
    "tasks.adding.refit": True,
    "recipe.learning_rate": 0.01,
    "seeds": 3,
    "tuning.trials": 4,
    "tuning.startup": 1,
}
EXPERIMENT = compose(SETTINGS)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return prepared(EXPERIMENT, tmp_path_factory.mktemp("data"))


def leave_result(folder: TrialFolder, score: float, steps: int = 60) -> None:
    """What a training with this validation score leaves."""
    folder.weights.write_bytes(b"weights")
    folder.history.write_text(",".join(COLUMNS) + f"\n0,{steps},1.0,1.0,{score},0.1,1.0\n")
    folder.finish(FitRecord(steps=steps, rounds=1, kept_round=0, valid_score=score, train_seconds=1.0, diverged=False))


def run(tuner, score_of, at_most=100) -> list[tuple[int, int]]:
    """Give each training the score of its trial's number and its seed; tells which were asked for, in their order."""
    asked = []
    waiting = tuner.start()
    while waiting and len(asked) < at_most:
        folder = waiting.pop(0)
        entry, trial = tuner.running[folder]
        number = len(entry.trials)
        asked.append((number, trial.seed))
        leave_result(TrialFolder(folder), score_of(number, trial.seed))
        _, following = tuner.ended(folder, None)
        waiting += following
    return asked


def rising(number, seed):
    """An error: each trial is worse than those before it, and the folds differ."""
    return 0.1 + 0.2 * number + 0.01 * seed


def falling(number, seed):
    return rising(-number, seed) + 1


def test_each_trial_of_the_search_trains_once_per_fold_and_is_judged_by_the_mean(data, tmp_path):
    tuner = Tuner(EXPERIMENT, data, tmp_path)
    assert run(tuner, falling) == [(number, seed) for number in range(4) for seed in range(3)]
    assert [one.score for one in tuner.trials] == [
        pytest.approx(fmean(falling(number, seed) for seed in range(3))) for number in range(4)
    ]
    assert all(one.state == "finished" and one.steps == 3 * 60 for one in tuner.trials)
    assert all(len(set(one.fingerprints)) == 3 for one in tuner.trials)
    assert tuned_values(tuner.trials, EXPERIMENT) == {("default", "adding", "lstm"): tuner.trials[3].values}


def test_the_folds_of_a_trial_share_all_but_the_samples_and_are_trained_on_once(data, tmp_path):
    tuner = Tuner(EXPERIMENT, data, tmp_path)
    run(tuner, falling, at_most=2)
    [entry] = tuner.entries
    [(_, third)] = tuner.running.values()
    folds = [TrialFolder(tmp_path / "quickstart/adding/lstm" / name).trial() for name in _names(tmp_path)]
    assert len(folds) == 3
    assert not any(trial.refits for trial in folds)
    assert {(trial.steps, trial.batch_size, trial.recipe, trial.width) for trial in folds} == {
        (third.steps, third.batch_size, third.recipe, third.width)
    }
    valid = [read_part(trial.data, trial.seed, "valid").inputs.tobytes() for trial in folds]
    assert len(set(valid)) == 3
    assert entry.folds_done == 2


def _names(root):
    return [path.name for path in (root / "quickstart/adding/lstm").iterdir()]


def test_what_is_worse_is_stopped_after_a_fold_and_costs_no_more_of_them(data, tmp_path):
    tuner = Tuner(EXPERIMENT, data, tmp_path)
    asked = run(tuner, rising)
    assert asked == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1)]
    assert [one.state for one in tuner.trials] == ["finished", "stopped", "stopped", "stopped"]
    stopped = tuner.trials[1]
    assert stopped.score == pytest.approx(fmean(rising(1, seed) for seed in (0, 1)))
    assert (stopped.steps, len(stopped.fingerprints)) == (2 * 60, 2)
    assert tuned_values(tuner.trials, EXPERIMENT) == {("default", "adding", "lstm"): tuner.trials[0].values}


@pytest.mark.parametrize("at_most", [1, 2, 4, 5])
@pytest.mark.parametrize("score_of", [rising, falling])
def test_a_search_killed_between_folds_goes_on_as_if_nothing_had_happened(data, tmp_path, score_of, at_most):
    whole = Tuner(EXPERIMENT, data, tmp_path / "whole")
    asked = run(whole, score_of)
    assert run(Tuner(EXPERIMENT, data, tmp_path / "parts"), score_of, at_most) == asked[:at_most]
    again = Tuner(EXPERIMENT, data, tmp_path / "parts")
    assert run(again, score_of) == asked[at_most:]
    assert again.trials == whole.trials
    assert run(Tuner(EXPERIMENT, data, tmp_path / "parts"), score_of) == []


def test_a_fold_that_fails_ends_its_trial_which_counts_what_was_trained(data, tmp_path):
    tuner = Tuner(EXPERIMENT, data, tmp_path)
    [first] = tuner.start()
    leave_result(TrialFolder(first), 0.1, steps=40)
    state, [second] = tuner.ended(first, None)
    assert (state, tuner.trials) == ("finished", [])  # a fold, and not the trial
    state, [third] = tuner.ended(second, "out of memory")
    [told] = tuner.trials
    assert (state, told.state, told.score, told.steps) == ("failed", "failed", None, 40)
    assert told.fingerprints == (first.name, second.name)
    assert tuner.running[third][1].seed == 0  # of the next trial of the search


def test_a_score_that_is_not_finite_fails_no_search(data, tmp_path):
    tuner = Tuner(EXPERIMENT, data, tmp_path)
    run(tuner, lambda number, seed: float("inf") if (number, seed) == (1, 1) else falling(number, seed))
    assert len(tuner.trials) == 4
    assert tuned_values(tuner.trials, EXPERIMENT) == {("default", "adding", "lstm"): tuner.trials[3].values}


def test_no_more_than_five_folds_are_trained_whatever_the_seeds(tmp_path):
    experiment = compose(SETTINGS | {"seeds": 7})
    tuner = Tuner(experiment, prepared(experiment, tmp_path / "data"), tmp_path)
    assert list(tuner.entries[0].seeds) == [0, 1, 2, 3, 4]


def test_a_task_that_does_not_refit_is_trained_on_once_a_trial(tmp_path):
    experiment = compose(SETTINGS | {"tasks.adding.refit": False})
    tuner = Tuner(experiment, prepared(experiment, tmp_path / "data"), tmp_path)
    assert run(tuner, falling) == [(0, 0), (1, 0), (2, 0), (3, 0)]
    assert all(len(one.fingerprints) == 1 for one in tuner.trials)
