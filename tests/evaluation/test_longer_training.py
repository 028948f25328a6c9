"""Whether a network would gain by a longer training: the rule, when it is asked, and trainings of either kind."""

from types import SimpleNamespace

import numpy as np
import pytest
from contest import ADDING, compose, opened, planned

from cnn_vs_rnn.evaluation import longer
from cnn_vs_rnn.evaluation.longer import LongerTraining, compare, could_gain, gains, longer_trial, times_taken
from cnn_vs_rnn.learner.checkpoints import COLUMNS
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.trials.folder import FitRecord, TrialFolder
from pipelines.evaluation import nodes
from pipelines.records import FittedTrial
from pipelines.rooms import Rooms

DIGITS = {
    "tasks": "digits",
    "models": "cnn2d+majority",
    "seeds": 1,
    "budget.parameters": 1500,
    "tasks.digits.limit": 200,
    "tasks.digits.test_limit": 20,
    "trainer.rounds": 2,
}
WELL = FitRecord(steps=600, rounds=2, kept_round=1, valid_score=0.6, train_seconds=1.5, diverged=False)
LUCK = np.random.default_rng(0).normal(0, 0.1, 400)


@pytest.mark.parametrize(
    ("differences", "found"),
    [
        (0.05 + LUCK, True),
        (0.015 + LUCK - LUCK.mean(), False),  # by more than chance, and yet less than matters
        (np.eye(1, 20)[0], False),  # one sample of twenty: by more than the margin, and yet chance
        (np.concatenate([np.ones(6), np.zeros(14)]), True),
        (-0.05 + LUCK, False),
        (np.full(30, 0.5), True),  # without any spread
        (np.full(30, 0.01), False),
        (np.zeros(30), False),
        (np.array([0.5]), False),
        (np.empty(0), False),
        (np.array([0.5, 0.4, np.inf, 0.5]), False),
        (np.array([0.5, 0.4, np.nan, 0.5]), False),
    ],
    ids=[
        "clear",
        "below the margin",
        "one of twenty",
        "six of twenty",
        "worse",
        "constant",
        "constant below the margin",
        "none",
        "one sample",
        "no sample",
        "infinite",
        "undefined",
    ],
)
def test_a_gain_is_above_the_margin_and_above_chance(differences, found):
    assert gains(differences, 0.02) is found


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    root = tmp_path_factory.mktemp("trials")
    found = [*planned(compose(DIGITS), root), *planned(compose(ADDING | {"seeds": 1}), root)]
    return {trial.model.name: trial for trial in found}


def trained(trial, path, losses=(2.0, 0.8), **diverged):
    """A folder whose training had these losses; diverged: those of a first attempt."""
    folder = opened(trial, path)
    for file, own in ((folder.history, losses), (folder.validated.diverged, diverged.get("first", ()))):
        rows = [f"{at},{100 * (at + 1)},{loss},1.0,0.6,0.01,1.0" for at, loss in enumerate(own)]
        if rows:
            file.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
    return folder


def with_trainer(trial, **changes):
    return trial.model_copy(update={"trainer": trial.trainer.model_copy(update=changes)})


class TestWhetherItIsAsked:
    def test_of_a_network_that_is_neither_perfect_nor_has_learnt_all(self, trials, tmp_path):
        trial = trials["cnn2d"]
        assert could_gain(trial, trained(trial, tmp_path), WELL)

    def test_not_of_a_baseline(self, trials, tmp_path):
        trial = trials["majority"]
        assert not could_gain(trial, trained(trial, tmp_path), WELL)

    @pytest.mark.parametrize(
        "change", [{"check_longer": False}, {"max_seconds": 5.0}, {"early_stopping": True}], ids=str
    )
    def test_not_where_it_is_switched_off_or_training_ends_otherwise(self, trials, tmp_path, change):
        trial = with_trainer(trials["cnn2d"], **change)
        assert not could_gain(trial, trained(trial, tmp_path), WELL)

    def test_not_after_a_divergence(self, trials, tmp_path):
        trial = trials["cnn2d"]
        assert not could_gain(trial, trained(trial, tmp_path), WELL.model_copy(update={"diverged": True}))

    @pytest.mark.parametrize(("model", "score"), [("cnn2d", 0.995), ("cnn2d", 1.0), ("lstm", 0.004)])
    def test_not_within_the_margin_of_the_best_score_there_is(self, trials, tmp_path, model, score):
        trial = trials[model]
        assert not could_gain(trial, trained(trial, tmp_path), WELL.model_copy(update={"valid_score": score}))

    def test_not_of_a_classifier_that_has_learnt_its_samples(self, trials, tmp_path):
        trial = trials["cnn2d"]
        assert not could_gain(trial, trained(trial, tmp_path / "learnt", losses=(2.0, 0.02)), WELL)
        assert could_gain(trial, trained(trial, tmp_path / "nearly", losses=(2.0, 0.021)), WELL)

    def test_but_of_values_a_small_loss_may_become_smaller(self, trials, tmp_path):
        trial = trials["lstm"]
        assert could_gain(trial, trained(trial, tmp_path, losses=(2.0, 0.001)), WELL)

    @pytest.mark.parametrize("first", [(50.0, "nan"), ("inf",)], ids=str)
    def test_a_first_attempt_that_diverged_does_not_count(self, trials, tmp_path, first):
        trial = trials["cnn2d"]
        assert could_gain(trial, trained(trial, tmp_path, first=first), WELL.model_copy(update={"retried": True}))


def test_the_longer_training_is_of_twice_the_steps_and_is_only_validated(trials):
    trial = trials["cnn2d"]
    again = longer_trial(trial)
    assert trial.refits
    assert (again.steps, again.refits) == (2 * trial.steps, False)
    assert again.model_copy(update={"steps": trial.steps, "data": trial.data}) == trial
    assert again.fingerprint() != trial.fingerprint()


def both(trial, path):
    folders = [opened(one, path / name) for name, one in (("usual", trial), ("longer", longer_trial(trial)))]
    for folder in folders:
        fit(folder)
    return compare(trial, folders[0], longer_trial(trial), folders[1])


def test_a_network_trained_for_far_too_few_steps_is_found_unfinished(trials, tmp_path):
    trial = trials["cnn2d"].model_copy(update={"steps": 20})
    told = both(trial, tmp_path)
    assert (told.seed, told.steps, told.unfinished) == (0, 40, True)
    assert told.score > told.before + trial.task.equivalence


def test_one_trained_to_its_end_is_not(trials, tmp_path):
    told = both(trials["cnn2d"].model_copy(update={"steps": 300}), tmp_path)
    assert not told.unfinished
    assert told.before > 0.8


def test_scores_are_those_on_validation_that_the_trainings_ended_with(trials, tmp_path):
    trial = trials["cnn2d"].model_copy(update={"steps": 10})
    told = both(trial, tmp_path)
    for name, score in (("usual", told.before), ("longer", told.score)):
        record = TrialFolder(tmp_path / name).record()
        assert score == pytest.approx(record.valid_score, abs=1e-6)


@pytest.mark.parametrize(("model", "unfinished"), [("lstm", True), ("cnn2d", False)])
def test_of_an_error_less_is_better_and_of_an_accuracy_more(trials, tmp_path, monkeypatch, model, unfinished):
    trial, folder = trials[model], opened(trials[model], tmp_path)
    scores = iter([np.full(12, 0.5), np.full(12, 0.1)])  # before, and over twice the steps
    monkeypatch.setattr(longer, "_scores", lambda *_: next(scores))
    assert compare(trial, folder, longer_trial(trial), folder).unfinished is unfinished


def test_the_flag_reaches_every_seed_of_the_network_and_no_other_network(tmp_path, monkeypatch):
    experiment = compose(ADDING | {"models": "lstm+gru", "trainer.steps": 3, "trainer.rounds": 1})
    trials = planned(experiment, tmp_path)
    models = tmp_path / "models"
    for trial in trials:
        fit(opened(trial, trial.folder(models)))
    told = [
        LongerTraining(
            task="adding",
            condition="default",
            model=model,
            seed=0,
            steps=6,
            times=2,
            before=0.9,
            score=0.1,
            gains=gained,
        )
        for model, gained in (("lstm", True), ("gru", False))
    ]
    fitted = [FittedTrial(fingerprint=trial.fingerprint(), failure=None) for trial in trials]
    session = SimpleNamespace(missing=[], tracker=SimpleNamespace(trial_tested=lambda *_: ""))
    monkeypatch.setattr(nodes, "current", lambda: session)
    rooms = Rooms.of("quickstart").model_copy(update={"models": models, "model_output": tmp_path / "output"})
    results, failed = nodes.test_trials(experiment, "rnn", trials, fitted, [], told, rooms)
    assert failed == []
    assert {(one.model, one.seed): "unfinished" in one.flags for one in results} == {
        ("lstm", 0): True,
        ("lstm", 1): True,
        ("gru", 0): False,
        ("gru", 1): False,
    }


def test_a_network_that_gets_the_steps_that_help_it_is_not_unfinished():
    told = LongerTraining(
        task="adding", condition="default", model="gru", seed=0, steps=1200, times=2, before=0.9, score=0.1, gains=True
    )
    taken = told.model_copy(update={"taken": True})
    again = told.model_copy(update={"times": 4, "steps": 2400})
    assert (told.unfinished, taken.unfinished) == (True, False)
    assert times_taken([told]) == {}
    assert times_taken([taken, again]) == {"adding": 2}
    assert times_taken([again.model_copy(update={"taken": True}), taken]) == {"adding": 4}
