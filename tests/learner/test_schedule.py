"""How long trainings are, and how the learning rate goes."""

import math

import pytest
from contest import ADDING, compose, history, opened, planned

from cnn_vs_rnn.config import RecipeConfig
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.learner.schedule import batch_size_for, rate_at, steps_for

SMALL = {"tasks": "digits", "tasks.digits.limit": 30, "models": "cnn2d+gru+majority", "seeds": 2}


def test_thirty_samples_get_hundreds_of_steps(tmp_path):
    for trial in planned(compose(SMALL), tmp_path):
        if trial.model.family == "baseline":
            assert trial.steps == trial.rounds == 0
        else:
            assert trial.steps >= 500
            assert trial.batch_size == 16
            assert trial.refits
            assert trial.epochs == pytest.approx(trial.steps * 16 / 30)


def test_steps_and_batches_grow_with_the_samples_and_more_slowly():
    samples = [10, 100, 1_000, 10_000, 100_000]
    for rule in (steps_for, batch_size_for):
        values = [rule(count) for count in samples]
        assert values == sorted(values)
        assert values[-1] / values[0] < samples[-1] / samples[0] / 100
    assert all(batch_size_for(count) <= count for count in range(1, 50))


def test_what_is_asked_for_is_done(tmp_path):
    asked = {"trainer.steps": 7, "trainer.rounds": 3, "recipe.batch_size": 11}
    trial = planned(compose(SMALL | asked), tmp_path)[0]
    assert (trial.steps, trial.steps_per_round, trial.batch_size, trial.rounds) == (7, 3, 11, 6)
    folder = opened(trial, tmp_path / "trial")
    fit(folder)
    assert [int(row["step"]) for row in folder.validated.rows()] == [3, 6, 7]
    assert [int(row["step"]) for row in folder.refit.rows()] == [3, 6, 7]
    assert folder.record().steps == 7


@pytest.mark.parametrize("schedule", ["cosine", "constant"])
def test_the_rate_rises_and_falls_and_is_never_zero(tmp_path, schedule):
    recipe = {"recipe.schedule": schedule, "recipe.warmup": 0.25}
    trial = planned(compose(ADDING | recipe | {"trainer.steps": 12, "trainer.rounds": 12}), tmp_path)[0]
    folder = opened(trial, tmp_path / "trial")
    fit(folder)
    rates = [float(row["learning_rate"]) for row in history(folder)]
    middles = [(step + 0.5) / 12 for step in range(12)]
    assert rates == pytest.approx([rate_at(trial.recipe, middle) for middle in middles])
    assert min(rates) > 0
    assert max(rates) == pytest.approx(0.1, rel=0.02)
    assert rates[2] < rates[3]
    falling = (1 + math.cos(math.pi * (middles[-1] - 0.25) / 0.75)) / 2
    assert rates[-1] == pytest.approx(0.1 * (falling if schedule == "cosine" else 1))


def test_without_a_warm_up_it_begins_at_its_highest():
    assert rate_at(RecipeConfig(name="", learning_rate=0.1, warmup=0), 0.0) == 0.1
