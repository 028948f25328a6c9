"""What follows from the size of own data: which of it is tested."""

import numpy as np
import pandas as pd
import pytest
from contest import compose
from own_data.made import images, pair_files, texts, translations

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
    assert few.seeds == 5
    assert not few.tasks["corpus"].repeated
    assert translated(tmp_path / "corpus", **{"budget.parameters": 5000}).budget.parameters == 5000
    asked = translated(tmp_path / "corpus", **{"tasks.corpus.repeated": True, "tasks.corpus.options.longest": 80})
    task = asked.tasks["corpus"]
    splits = [ingest(task, tmp_path / "data").split(task, seed) for seed in range(3)]
    assert len({tuple(split.test) for split in splits}) == 3


def test_many_pairs_are_limited_which_is_said(tmp_path):
    translations(60_000).to_csv(tmp_path / "pairs.csv", index=False)
    experiment = translated(tmp_path / "pairs.csv")
    task = experiment.tasks["pairs"]
    assert experiment.trainer.max_epochs == 8
    assert 1000 <= task.limit < 60_000
    assert task.test_limit == 1000
    assert any(f"trained on {task.limit:,} samples" in said for said in experiment.found)


@pytest.mark.parametrize(("rows", "horizon"), [(900, 3), (300, 24)])
def test_a_longer_table_or_horizon_is_forecast_from_one(tmp_path, rows, horizon):
    task, said = task_of(hours(tmp_path / "load.csv", rows), horizon=horizon, window=24)
    assert not task.repeated
    assert said == ["in the order of time: 60% to train on, the next 20% validate, the last 20% test"]
