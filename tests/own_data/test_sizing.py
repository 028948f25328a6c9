"""What follows from the size of own data: which of it is tested."""

import numpy as np
import pandas as pd
import pytest
from contest import compose
from own_data.made import images, texts

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


@pytest.mark.parametrize(("rows", "horizon"), [(900, 3), (300, 24)])
def test_a_longer_table_or_horizon_is_forecast_from_one(tmp_path, rows, horizon):
    task, said = task_of(hours(tmp_path / "load.csv", rows), horizon=horizon, window=24)
    assert not task.repeated
    assert said == ["in the order of time: 60% to train on, the next 20% validate, the last 20% test"]
