"""How long the trials of a plan are trained, on what, and what the plan says of it."""

import pytest
from contest import ADDING, TWICE, compose, planned

from cnn_vs_rnn.planning.plan import training_lengths

DIGITS = {"tasks": "digits", "models": "cnn2d+gru+majority", "seeds": 2, "budget.parameters": 1500}
FEW = {"tasks.digits.limit": 300, "tasks.digits.test_limit": 20}
UNSAID = {key: value for key, value in ADDING.items() if key not in {"trainer.steps", "recipe.batch_size"}}


def lengths_of(trials):
    return {(trial.steps, trial.batch_size) for trial in trials if trial.model.family != "baseline"}


class TestStepsAndBatches:
    def test_they_follow_from_the_samples_and_are_the_same_for_every_network_and_seed(self, tmp_path):
        trials = planned(compose(DIGITS), tmp_path)  # 1,078 samples to train on, of 1,348 that are not tested
        assert lengths_of(trials) == {(1137, 32)}
        assert {trial.data.split(trial.seed).train for trial in trials} == {1078}
        assert {(trial.steps, trial.epochs) for trial in trials if trial.model.family == "baseline"} == {(0, 0)}
        assert all(trial.epochs == pytest.approx(1137 * 32 / 1078) for trial in trials if trial.steps)

    def test_where_all_samples_are_trained_on_they_follow_from_all_of_them(self, tmp_path):
        trials = planned(compose(DIGITS | FEW | {"tasks.digits.limit": 500}), tmp_path)
        assert lengths_of(trials) == {(775, 16)}  # 600 * sqrt(500 / 300)
        assert all(trial.epochs == pytest.approx(775 * 16 / 500) for trial in trials if trial.steps)

    def test_what_is_configured_is_done(self, tmp_path):
        trials = planned(compose(DIGITS | FEW | {"trainer.steps": 70, "recipe.batch_size": 24}), tmp_path)
        assert lengths_of(trials) == {(70, 24)}

    def test_no_batch_is_larger_than_the_samples(self, tmp_path):
        few = {"tasks.adding.options.samples": 12, "recipe.batch_size": 100}
        assert lengths_of(planned(compose(ADDING | TWICE | few), tmp_path)) == {(60, 12)}


class TestTheSecondTraining:
    @pytest.mark.parametrize(
        ("changes", "refits"),
        [
            ({"tasks.digits.limit": 999}, True),
            ({"tasks.digits.limit": 1000}, False),
            ({"tasks.digits.limit": 1000, "tasks.digits.refit": True}, True),
            ({"tasks.digits.limit": 300, "tasks.digits.refit": False}, False),
            ({"tasks.digits.limit": 300, "trainer.early_stopping": True}, False),
        ],
        ids=str,
    )
    def test_it_is_made_where_few_samples_are_not_tested_unless_the_task_or_the_trainer_says_otherwise(
        self, tmp_path, changes, refits
    ):
        trials = planned(compose(DIGITS | {"models": "gru+majority"} | changes), tmp_path)
        assert {trial.refits for trial in trials} == {refits}

    def test_not_where_the_data_names_what_validates(self, tmp_path):
        rows = [f"number {at} is {at % 2},{at % 2},{('train', 'valid', 'test')[at % 3]}" for at in range(60)]
        path = tmp_path / "own.csv"
        path.write_text("\n".join(["text,label,split", *rows]))
        own = {"experiment": "my_data", "path": str(path), "models": "gru+majority"}
        assert {trial.refits for trial in planned(compose(own), tmp_path)} == {False}

    def test_a_training_that_may_stop_early_has_the_samples_it_trains_on_to_follow_from(self, tmp_path):
        trials = planned(compose(DIGITS | {"tasks.digits.limit": 500, "trainer.early_stopping": True}), tmp_path)
        assert lengths_of(trials) == {(693, 16)}  # 600 * sqrt(400 / 300)


class TestEarlyStopping:
    FORECAST = {"experiment": "my_data", "models": "tcn+gru+naive", "horizon": "3", "window": "12"}

    @pytest.mark.parametrize(("asked", "stops"), [({}, True), ({"trainer.early_stopping": False}, False)], ids=str)
    def test_forecasts_keep_the_weights_with_the_lowest_validation_loss(self, tmp_path, asked, stops):
        path = tmp_path / "load.csv"
        rows = [f"2026-01-{1 + at // 24:02d} {at % 24:02d}:00,{at % 24}" for at in range(400)]
        path.write_text("\n".join(["hour,load", *rows]))
        trials = planned(compose(self.FORECAST | {"path": str(path)} | asked), tmp_path)
        assert {trial.trainer.early_stopping for trial in trials} == {stops}

    def test_everything_else_runs_through_its_schedule(self, tmp_path):
        trials = planned(compose(DIGITS | {"models": "gru+majority"}), tmp_path)
        assert {trial.trainer.early_stopping for trial in trials} == {False}


class TestWhatThePlanSays:
    def test_steps_batches_and_epochs_of_each_task(self, tmp_path):
        trials = planned(compose(UNSAID | {"tasks": "adding+digits", "models": "gru+majority"}), tmp_path)
        assert training_lengths(trials) == [
            "1,137 steps of 32 samples: digits (33.8 epochs)",
            "600 steps of 16 samples: adding (200 epochs)",
        ]

    def test_that_it_trains_twice(self, tmp_path):
        trials = planned(compose(UNSAID | TWICE), tmp_path)
        assert training_lengths(trials) == [
            "600 steps of 16 samples, first without a fold of the samples and then on all: adding (160 epochs)"
        ]

    def test_a_range_of_epochs_where_seeds_train_on_more_or_fewer_samples(self, tmp_path):
        counts = {"a": 9, "b": 20, "c": 31}
        rows = [f"{name},{at % 2},{name} has number {at}" for name, count in counts.items() for at in range(count)]
        path = tmp_path / "own.csv"
        path.write_text("\n".join(["group,label,text", *rows]))
        own = {"experiment": "my_data", "path": str(path), "models": "gru+majority", "seeds": 3}
        [line] = training_lengths(planned(compose(own), tmp_path))
        assert line.startswith("600 steps of 16 samples")
        assert " to " in line.rpartition(": ")[2]

    def test_a_task_is_named_once_where_all_its_conditions_are_as_long(self, tmp_path):
        conditions = "{default: {}, wet: {recipe.dropout: 0.2}, long: {task.options.length: 6}}"
        trials = planned(compose(UNSAID | {"conditions": conditions}), tmp_path)
        assert training_lengths(trials) == ["600 steps of 16 samples: adding (200 epochs)"]

    def test_conditions_of_other_lengths_are_named_and_some_are_only_counted(self, tmp_path):
        others = ", ".join(f"n{samples}: {{task.options.samples: {samples}}}" for samples in range(70, 140, 10))
        trials = planned(compose(UNSAID | {"conditions": f"{{default: {{}}, {others}}}"}), tmp_path)
        [line] = training_lengths(trials)
        assert line.startswith("600 steps of 16 samples: adding (200 epochs), adding n70 (171 epochs), ")
        assert line.endswith(", adding n110 (109 epochs), and 2 more")

    def test_seconds_where_they_end_a_training(self, tmp_path):
        params = UNSAID | {"tasks": "adding+digits", "models": "gru", "trainer.max_seconds": 2.5}
        trials = planned(compose(params | {"recipe.batch_size": 16}), tmp_path)
        assert training_lengths(trials) == ["2.5 s of 16 samples: adding, digits"]

    def test_nothing_of_baselines(self, tmp_path):
        assert training_lengths(planned(compose(UNSAID | {"models": "majority"}), tmp_path)) == []
