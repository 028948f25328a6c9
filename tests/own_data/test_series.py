"""Series in every format: recognised, with the right labels, shapes, order and parts."""

import os
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hydra import compose, initialize_config_dir
from made import found, ingested, long_table, series, tsv, wide_table
from mirror import needs_mirror
from omegaconf import OmegaConf

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.own_data.inspect import inspect
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.tasks.fetch import MIRROR
from cnn_vs_rnn.tasks.load import load_task
from cnn_vs_rnn.tasks.ucr import load

X, Y = series(count=24, steps=12)


def said(path, **asked):
    return " | ".join(inspect(OwnData(path=str(path), **asked)).said)


def ts(path, lines, classes="true a b", head=()):
    names = ["@problemName w", "@timeStamps false", "@univariate true", f"@classLabel {classes}", *head, "@data"]
    path.write_text("\n".join([*names, *lines]) + "\n")
    return path


def test_ts_series_may_differ_in_length_have_channels_and_keep_the_case_of_their_labels(tmp_path):
    lines = [
        f"{n}.5,-2.25,3{',4' * (n % 2)}:1,2,-3e1{',4' * (n % 2)}:{'Banana' if n % 2 else 'kiwi'}" for n in range(12)
    ]
    path = ts(tmp_path / "w.ts", lines, "true Banana kiwi", ["@equalLength false", "@dimensions 2"])
    raw = load_task(found(path))
    assert raw.classes == ("Banana", "kiwi")
    assert (raw.input.channels, raw.input.length, raw.input.variable) == (2, 4, True)
    np.testing.assert_array_equal(raw.pool.inputs[1], [[1.5, 1], [-2.25, 2], [3, -30], [4, 4]])
    np.testing.assert_array_equal(raw.pool.lengths, [3, 4] * 6)
    np.testing.assert_array_equal(raw.pool.targets, [1, 0] * 6)


def test_ts_with_a_target_is_regression(tmp_path):
    lines = [f"1.0,{n}.5,2.0:{1000000 + n / 4}" for n in range(12)]
    config = found(ts(tmp_path / "w.ts", lines, "false", ["@targetLabel true"]))
    assert (config.loss, config.scale_targets) == ("mse", True)
    np.testing.assert_array_equal(load_task(config).pool.targets[:, 0], 1000000 + np.arange(12) / 4)


def test_large_labels_stay_apart(tmp_path):
    np.savez(tmp_path / "w.npz", X=X, y=np.where(Y == 0, 1234567.0, 1234568.0))
    assert load_task(found(tmp_path / "w.npz")).classes == ("1234567", "1234568")


def test_labels_may_be_bytes_or_a_column(tmp_path):
    np.savez(tmp_path / "b.npz", X=X, y=np.array([b"low", b"high"])[Y])
    np.savez(tmp_path / "c.npz", X=X, y=Y[:, None])
    assert load_task(found(tmp_path / "b.npz")).classes == ("high", "low")
    np.testing.assert_array_equal(load_task(found(tmp_path / "c.npz")).pool.targets, Y)


@pytest.mark.parametrize("channels_first", [False, True])
def test_the_longer_side_is_time_which_is_said(tmp_path, channels_first):
    both = np.stack([X, -X], axis=2)
    np.savez(tmp_path / "m.npz", X=both.transpose(0, 2, 1) if channels_first else both, y=Y)
    order = "channel, time" if channels_first else "time, channel"
    assert f"X taken for (sample, {order})" in said(tmp_path / "m.npz")
    np.testing.assert_allclose(load_task(found(tmp_path / "m.npz")).pool.inputs, both, rtol=1e-6)


def test_all_parts_of_an_npz_are_honoured(tmp_path):
    cut = {"train": slice(0, 14), "val": slice(14, 18), "test": slice(18, 24)}
    arrays = {f"{letter}_{part}": own[at] for part, at in cut.items() for letter, own in (("X", X), ("y", Y))}
    np.savez(tmp_path / "p.npz", **arrays)
    config = found(tmp_path / "p.npz")
    task = ingested(tmp_path / "p.npz", tmp_path)
    assert (task.pool_samples, task.test_samples, config.test_fraction) == (18, 6, None)
    np.testing.assert_allclose(np.sort(task.test().inputs[..., 0], axis=0), np.sort(X[18:], axis=0), rtol=1e-6)
    split = task.split(config, seed=5)
    assert (list(split.train), list(split.valid)) == (list(range(14)), list(range(14, 18)))


@pytest.mark.parametrize("given", ["", "X_train.npy", "y_test.npy"])
def test_a_folder_of_npy_is_one_set_with_its_parts(tmp_path, given):
    root = tmp_path / "waves"
    root.mkdir()
    for part, at in (("train", slice(0, 16)), ("test", slice(16, 24))):
        np.save(root / f"X_{part}.npy", X[at])
        np.save(root / f"y_{part}.npy", Y[at])
    task = ingested(root / given, tmp_path)
    assert (task.pool_samples, task.test_samples) == (16, 8)
    np.testing.assert_array_equal(task.test().targets, Y[16:])


def test_changed_labels_are_another_task(tmp_path):
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", Y)
    before = found(tmp_path / "X.npy")
    np.save(tmp_path / "y.npy", 1 - Y.astype(np.int32))
    assert found(tmp_path / "X.npy").options["digest"] != before.options["digest"]


def test_a_set_in_two_formats_is_one_set_and_a_lone_train_file_has_its_test_part_drawn(tmp_path):
    root = tmp_path / "w"
    root.mkdir()
    for part, at in (("TRAIN", slice(0, 16)), ("TEST", slice(16, 24))):
        tsv(root / f"W_{part}.tsv", X[at], Y[at])
        ts(
            root / f"W_{part}.ts",
            [f"{','.join(map(str, row))}:{label}" for row, label in zip(X[at], Y[at], strict=True)],
        )
    assert "read W_TRAIN.ts and W_TEST.ts" in said(root)
    assert "test as the files say" in said(root)
    alone = tsv(tmp_path / "W_TRAIN.tsv", X, Y)
    assert "a fifth is drawn as the test part" in said(alone)


def test_a_tsv_may_end_in_nan_where_a_series_is_shorter(tmp_path):
    short = X.copy()
    short[::2, 9:] = np.nan
    raw = load_task(found(tsv(tmp_path / "w.tsv", short, Y)))
    np.testing.assert_array_equal(raw.pool.lengths, [9, 12] * 12)
    assert not raw.quarantined


@needs_mirror
def test_an_unpacked_set_of_the_archive_is_the_task_ucr(tmp_path):
    mirror = Path(os.environ[MIRROR])
    with zipfile.ZipFile(mirror / "ucr/Chinatown.zip") as archive:
        archive.extractall(tmp_path / "Chinatown")
    with initialize_config_dir(str(Path(__file__).parents[2] / "conf"), version_base="1.3"):
        composed = compose("task/ucr")
    standard = TaskConfig.model_validate(OmegaConf.to_container(composed.tasks.ucr))
    standard = standard.model_copy(update={"options": {"name": "Chinatown"}})
    held = next(path.parent for path in (tmp_path / "Chinatown").rglob("*_TRAIN.tsv"))
    ours, theirs = load_task(found(held)), load(standard)
    assert ours.classes == theirs.classes
    assert theirs.test is not None
    for own, other in ((ours.pool, theirs.pool), (ours.test, theirs.test)):
        np.testing.assert_array_equal(own.inputs, other.inputs)
        np.testing.assert_array_equal(own.targets, other.targets)


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_a_long_table_in_every_format_honours_split_and_group(tmp_path, ending):
    table = long_table(series_count=20)
    number = table["id"].str[1:].astype(int)
    table = table.assign(split=np.where(number < 4, "test", "train"), group="g" + (number // 3).astype(str))
    path = tmp_path / f"t.{ending}"
    if ending == "parquet":
        table.to_parquet(path)
    elif ending == "jsonl":
        table.to_json(path, orient="records", lines=True)
    else:
        table.to_csv(path, index=False, sep="\t" if ending == "tsv" else ",")
    task = ingested(path, tmp_path)
    assert (task.pool_samples, task.test_samples, len(set(task.groups()))) == (16, 4, 6)
    assert "honoured: split column 'split' and group column 'group'" in said(path)


def test_a_label_that_is_the_same_throughout_each_series_is_guessed(tmp_path):
    table = long_table().rename(columns={"label": "activity", "id": "who", "time": "tick"})
    table.to_csv(tmp_path / "t.csv", index=False)
    assert "label 'activity'" in said(tmp_path / "t.csv", id_column="who", time_column="tick")


def test_time_of_a_long_table_may_be_dates(tmp_path):
    table = long_table().assign(time=lambda t: pd.Timestamp("2026-12-30") + pd.to_timedelta(t["time"], "D"))
    table["time"] = table["time"].dt.strftime("%d.%m.%Y")
    table.sample(frac=1, random_state=1).to_csv(tmp_path / "t.csv", index=False)
    raw = load_task(found(tmp_path / "t.csv"))
    for one, target in zip(raw.pool.inputs, raw.pool.targets, strict=True):
        np.testing.assert_allclose(one[:9, 0], np.sin(np.arange(9) * (target + 1)), atol=1e-6)


def test_a_table_of_texts_with_an_id_and_a_date_is_one_of_texts(tmp_path):
    table = pd.DataFrame({"id": range(24), "date": "2026-01-01", "text": [f"some words {n // 2}" for n in range(24)]})
    table.assign(label=["a", "b"] * 12).to_csv(tmp_path / "t.csv", index=False)
    assert "24 texts in column 'text'" in said(tmp_path / "t.csv")


def wide(path, change=None, **columns):
    table = wide_table().assign(load=np.arange(300.0), **columns)
    (table if change is None else change(table)).to_csv(path, index=False)
    return path


def steps(config):
    """Every window and what follows it, in one row: of a count it is a count where nothing is skipped."""
    raw = load_task(config)
    whole = [np.concatenate([part.inputs[..., 0], part.targets], axis=1) for part in (raw.pool, raw.test)]
    return np.concatenate(whole)


FORMATS = {
    "day_first": pd.date_range("2026-01-01", periods=300, freq="D").strftime("%d/%m/%Y"),
    "month_first": pd.date_range("2026-01-01", periods=300, freq="D").strftime("%m/%d/%Y"),
    "summer_time": [at.isoformat() for at in pd.date_range("2026-03-25", periods=300, freq="h", tz="Europe/Paris")],
}


@pytest.mark.parametrize("dates", FORMATS.values(), ids=FORMATS)
def test_dates_of_any_notation_keep_their_order(tmp_path, dates):
    config = found(wide(tmp_path / "w.csv", date=dates), horizon=4, label_column="load")
    assert (np.diff(steps(config), axis=1) == 1).all()


@pytest.mark.parametrize(
    ("frequency", "period"), [("s", 60), ("min", 60), ("h", 24), ("D", 7), ("W", 52), ("MS", 12), ("QS", 4)]
)
def test_the_season_follows_from_the_sampling_interval(tmp_path, frequency, period):
    dates = pd.date_range("1920-01-01", periods=900, freq=frequency).astype(str)
    pd.DataFrame({"date": dates, "load": np.arange(900.0)}).to_csv(tmp_path / "w.csv", index=False)
    config = found(tmp_path / "w.csv", horizon=2)
    assert (config.options["period"], config.options["window"]) == (period, max(2 * period, 16))


def test_no_window_spans_a_gap(tmp_path):
    path = wide(tmp_path / "w.csv", lambda table: table.drop(index=range(100, 110)))
    assert "1 gap in time: no window spans one" in said(path, horizon=4)
    assert (np.diff(steps(found(path, horizon=4, label_column="load")), axis=1) == 1).all()


def test_weekends_are_no_gaps(tmp_path):
    path = wide(tmp_path / "w.csv", date=pd.bdate_range("2026-01-01", periods=300).astype(str))
    assert "60 gaps in time, too many to leave out: the rows are taken one after another" in said(path, horizon=4)
    assert (np.diff(steps(found(path, horizon=4, label_column="load")), axis=1) == 1).all()


def test_time_may_be_counted_and_what_is_left_out_is_said(tmp_path):
    path = wide(tmp_path / "w.csv", date=range(300), id=range(300), site="north")
    told = said(path, horizon=4, time_column="date")
    assert "left out: id, site" in told
    assert "2 columns of numbers" in told
    assert "no season is known" in told


def test_the_parts_of_a_forecast_follow_each_other_and_never_meet(tmp_path):
    config = found(wide(tmp_path / "w.csv"), horizon=4, label_column="load", window=20)
    raw = load_task(config)
    train, valid = raw.pool.targets[~raw.valid], raw.pool.targets[raw.valid]
    assert (train.min(), train.max()) == (20, 179)
    assert (valid.min(), valid.max()) == (180, 239)
    assert raw.test is not None
    assert (raw.test.targets.min(), raw.test.targets.max()) == (240, 299)


def test_all_columns_are_forecast_unless_one_is_named(tmp_path):
    path = wide(tmp_path / "w.csv")
    assert load_task(found(path, horizon=4)).output.size == 8
    assert load_task(found(path, horizon=4, label_column="heat")).output.forecast.channels == (1,)


def test_many_windows_are_thinned_out_to_fit_into_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("cnn_vs_rnn.own_data.wide_table._MOST_NUMBERS", 300 * 20 * 2 / 2)
    path = wide(tmp_path / "w.csv")
    assert "a window every 2 steps" in said(path, horizon=4, window=20)
    assert len(load_task(found(path, horizon=4, window=20)).test) == 29
