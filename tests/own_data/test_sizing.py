"""What follows from the size of own data: which of it is tested, and how many networks are trained how long."""

import numpy as np
import pandas as pd
import pytest
from contest import compose
from own_data.made import images, pair_files, texts, translations

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.learner.schedule import LEAST_STEPS, steps_for
from cnn_vs_rnn.own_data.found import Found
from cnn_vs_rnn.own_data.inspect import inspect
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.own_data.sizing import MOST_SAMPLES, TRAINING_SECONDS, TRAINING_SECONDS_OF_FEW, said, settings_for
from cnn_vs_rnn.tasks.store import ingest

SMALL = "few samples: each seed "


def task_of(path, **more):
    """The task of `experiment=my_data`, and the sentences about how it is split."""
    experiment = compose({"experiment": "my_data", "path": str(path), **more})
    [task] = experiment.tasks.values()
    return task, [said for said in experiment.found if "seed " in said or "order of time" in said]


def hours(path, rows):
    when = pd.date_range("2026-01-01", periods=rows, freq="h")
    load = np.sin(np.arange(rows) / 4).round(3)
    pd.DataFrame({"date": when, "load": load}).to_csv(path, index=False)
    return path


def test_few_samples_are_tested_anew_with_every_seed(tmp_path):
    task, said = task_of(images(tmp_path / "photos", each=10))
    assert task.repeated
    assert said == [f"{SMALL}draws a test part of its own (tasks.photos.repeated=false: one for all)"]
    ingested_task = ingest(task, tmp_path / "data")
    tests = [set(ingested_task.split(task, seed).test) for seed in range(5)]
    assert [len(test) for test in tests] == [4] * 5
    assert len(set.union(*tests)) > 4


def test_it_is_a_setting_as_any_other(tmp_path):
    task, _ = task_of(images(tmp_path / "photos", each=10), **{"tasks.photos.repeated": False})
    assert not task.repeated
    assert ingest(task, tmp_path / "data").split(task, 0).test is None


def test_more_samples_and_parts_that_the_data_names_are_left_as_they_are(tmp_path):
    texts(600).to_csv(tmp_path / "many.csv", index=False)
    assert task_of(tmp_path / "many.csv") == (task_of(tmp_path / "many.csv")[0], [])
    assert not task_of(tmp_path / "many.csv")[0].repeated
    own = texts(60)
    own["split"] = ["test" if row < 20 else "train" for row in range(60)]
    own.to_csv(tmp_path / "own.csv", index=False)
    assert not task_of(tmp_path / "own.csv")[0].repeated


def test_a_short_table_is_forecast_from_several_origins(tmp_path):
    task, said = task_of(hours(tmp_path / "load.csv", 400), horizon=3, window=16)
    assert task.repeated
    assert said == [
        f"{SMALL}tests another tenth of the time, later than all it trains on (tasks.load.repeated=false: one for all)"
    ]
    ingested_task = ingest(task, tmp_path / "data")
    first, last = (ingested_task.split(task, seed) for seed in (0, 4))
    assert first.test.max() < last.test.min()
    assert max(first.train) < min(first.valid) < max(first.valid) < min(first.test)


def translated(path, **more):
    return compose({"experiment": "my_data", "path": str(path), "models": "conv_seq2seq+rnn_seq2seq", **more})


def test_translations_get_networks_that_are_large_enough_and_one_test_part(tmp_path):
    few = translated(pair_files(tmp_path / "corpus", 60))
    assert (few.budget.parameters, few.recipe.dropout) == (200_000, 0.2)
    assert few.seeds == 3  # such networks take long: there is no time for more
    assert not few.tasks["corpus"].repeated
    assert translated(tmp_path / "corpus", **{"budget.parameters": 5000}).budget.parameters == 5000
    asked = translated(tmp_path / "corpus", **{"tasks.corpus.repeated": True, "tasks.corpus.options.longest": 80})
    task = asked.tasks["corpus"]
    splits = [ingest(task, tmp_path / "data").split(task, seed) for seed in range(3)]
    assert len({tuple(split.test) for split in splits}) == 3


def test_many_pairs_are_limited_which_is_said(tmp_path):
    translations(70_000).to_csv(tmp_path / "pairs.csv", index=False)
    experiment = translated(tmp_path / "pairs.csv")
    task = experiment.tasks["pairs"]
    assert LEAST_STEPS <= experiment.trainer.steps < steps_for(MOST_SAMPLES)
    assert task.limit == MOST_SAMPLES
    assert task.test_limit == 1000
    assert any(f"trained on {task.limit:,} samples" in said for said in experiment.found)


@pytest.mark.parametrize(("rows", "horizon"), [(900, 3), (300, 24)])
def test_a_longer_table_or_horizon_is_forecast_from_one(tmp_path, rows, horizon):
    task, said = task_of(hours(tmp_path / "load.csv", rows), horizon=horizon, window=24)
    assert not task.repeated
    assert said == ["in the order of time: 60% to train on, the next 20% validate, the last 20% test"]


SERIES = ("fcn", "lstm", "resnet1d", "crnn", "gru")


def found(samples, steps, modality="series", channels=1, **more) -> Found:
    task = TaskConfig(
        name="own",
        target="nowhere:load",
        modality=modality,
        description="made up",
        source="made up",
        loss="cross_entropy",
        score="accuracy",
        equivalence=0.01,
        output=more.pop("output", "one"),
        test_fraction=0.2,
    )
    return Found(task, (), samples, steps, channels, outputs=2, **more)


def networks_of(settings) -> list[str]:
    return [model for model in settings.models if model in SERIES]


class TestTheTimeThereIs:
    def test_the_longer_the_series_the_fewer_networks_down_to_one_of_each_family(self):
        counts = []
        for steps in (20, 150, 400, 1000, 3000):
            networks = networks_of(settings_for(found(2000, steps)))
            assert networks == list(SERIES[: len(networks)])
            counts.append(len(networks))
        assert counts == sorted(counts, reverse=True)
        assert (counts[0], counts[-1]) == (5, 2)

    def test_steps_are_cut_only_where_two_networks_take_too_long_and_never_below_the_least(self):
        for steps in (20, 400, 1000):
            settings = settings_for(found(2000, steps))
            assert settings.steps is None
            assert 60 * settings.minutes <= TRAINING_SECONDS
        cut = settings_for(found(20_000, 427))
        assert len(networks_of(cut)) == 2
        assert LEAST_STEPS < cut.steps < steps_for(16_000)
        assert 60 * cut.minutes == pytest.approx(TRAINING_SECONDS, rel=0.01)
        longest = settings_for(found(20_000, 20_000))
        assert longest.steps == LEAST_STEPS
        assert 60 * longest.minutes > TRAINING_SECONDS  # which is said

    def test_what_is_open_gets_more_seeds_where_there_is_time(self):
        assert settings_for(found(499, 20)).seeds == "auto"
        assert settings_for(found(500, 20)).seeds == "auto"
        assert (
            settings_for(found(499, 20)).usual["decide.minutes"] < settings_for(found(500, 20)).usual["decide.minutes"]
        )
        long = settings_for(found(100, 3000))
        assert "decide.minutes" not in long.usual
        assert (long.seeds, long.steps, len(networks_of(long))) == (3, None, 2)
        assert 60 * settings_for(found(400, 100)).minutes <= TRAINING_SECONDS_OF_FEW

    def test_no_more_samples_are_used_than_the_steps_can_see(self):
        assert settings_for(found(62_500, 20)).limit is None  # 50,000 of them are not tested
        assert settings_for(found(62_510, 20)).limit == MOST_SAMPLES


class TestWhatIsSaid:
    def test_seeds_and_time(self):
        assert said(settings_for(found(100, 20))) == (
            "settings: 5 seeds, more of what stays open, decide.minutes=0.5: roughly 2 min of training on 2 cores "
            "(seeds=, models= and trainer.steps= change that)"
        )

    def test_steps_that_are_cut_and_samples_that_are_left_out(self):
        settings = settings_for(found(80_000, 1000, channels=3))
        text = said(settings)
        assert text.startswith(f"settings: 3 seeds, no more than {settings.steps:,} gradient steps, trained on 50,000 ")
        assert "roughly 7 min" in text

    def test_what_such_data_wants_otherwise(self):
        text = said(settings_for(found(60, 20, "text", output="sequence")))
        assert ", budget.parameters=200000, recipe.dropout=0.2: roughly " in text


class TestNamedTestParts:
    def test_they_are_what_is_not_trained_on(self):
        assert found(1000, 20).untested == 800
        assert found(1000, 20, named_test=600).untested == 400

    def test_they_count_in_the_time_a_training_takes(self):
        assert settings_for(found(2000, 20, named_test=1500)).minutes != settings_for(found(2000, 20)).minutes
        assert settings_for(found(90_000, 20, named_test=41_000)).limit is None

    def test_a_column_says_how_many(self, tmp_path):
        own = texts(600)
        own["split"] = ["test" if row < 150 else "train" for row in range(600)]
        own.to_csv(tmp_path / "own.csv", index=False)
        found_in = inspect(OwnData(path=str(tmp_path / "own.csv")))
        assert (found_in.samples, found_in.named_test, found_in.untested) == (600, 150, 450)
