"""Bad series: what is left out is named with its place and the reason, and what stops a run says so in one sentence."""

import numpy as np
import pytest
from made import found, ingested, long_table, series, tsv, wide_table

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.load import load_task

X, Y = series(count=24, steps=12)
TS = "@problemName w\n@timeStamps false\n@univariate true\n@classLabel true a b\n@data\n"
GOOD = [f"{n}.5,-2.25,3.5:{'ab'[n % 2]}" for n in range(12)]

BAD_TS = {
    "unparsable": ("1,x,3:a", "it cannot be read (could not convert string to float: 'x')"),
    "missing_value": ("1,?,3:a", "it holds NaN or infinite values"),
    "infinite": ("1,inf,3:a", "it holds NaN or infinite values"),
    "no_label": ("1,2,3:", "its label is missing"),
    "unknown_label": ("1,2,3:?", "its label is missing"),
    "one_step": ("1:a", "it has 1 time step"),
    "not_utf8": ("1,2,3:a\udcff", "it holds bytes that are not UTF-8"),
}


@pytest.mark.parametrize(("line", "reason"), BAD_TS.values(), ids=BAD_TS)
def test_a_bad_line_of_a_ts_file_costs_that_series_alone(tmp_path, line, reason):
    (tmp_path / "w.ts").write_bytes((TS + "\n".join([*GOOD, line])).encode("utf-8", "surrogateescape"))
    raw = load_task(found(tmp_path / "w.ts"))
    assert raw.quarantined == (("w.ts line 18", reason),)
    assert len(raw.pool) == 12


BAD_TSV = {
    "unparsable": ("0\t1\ttwo\t3", "it is no number: 'two'"),
    "gap": ("0\t1\t\t3", "it holds NaN or infinite values"),
    "infinite": ("0\t1\t-inf\t3", "it holds NaN or infinite values"),
    "no_label": ("\t1\t2\t3", "its label is missing"),
    "nan_label": ("NaN\t1\t2\t3", "its label is missing"),
    "one_step": ("0\t1", "it has 1 time step"),
    "no_step": ("0\t\t", "it has 0 time steps"),
}


@pytest.mark.parametrize(("line", "reason"), BAD_TSV.values(), ids=BAD_TSV)
def test_a_bad_line_of_a_tsv_costs_that_series_alone(tmp_path, line, reason):
    path = tsv(tmp_path / "w.tsv", X, Y)
    path.write_text(path.read_text() + line + "\n")
    raw = load_task(found(path))
    assert raw.quarantined == (("w.tsv line 25", reason),)
    assert len(raw.pool) == 24


def test_a_label_that_is_no_number_among_values_costs_that_series_alone(tmp_path):
    np.savez(tmp_path / "w.npz", X=X, y=[*(str(n / 7) for n in range(23)), "n/a"])
    raw = load_task(found(tmp_path / "w.npz"))
    assert raw.quarantined == (("w.npz series 23", "its label is no number, or infinite, and the others are numbers"),)
    assert raw.pool.targets.shape == (23, 1)


def of_s0(column, value, row=0):
    def change(table):
        table.loc[table.index[table["id"] == "s0"][row], column] = value
        return table

    return change


BAD_IDS = {
    "two_labels": (of_s0("label", "y"), "it has several labels: 'y', 'x'"),
    "no_label": (lambda t: t.assign(label=t["label"].where(t["id"] != "s0")), "its label is missing"),
    "no_time": (of_s0("time", None), "a time is missing or unreadable, line 2"),
    "bad_time": (of_s0("time", "noon"), "a time is missing or unreadable, line 2"),
    "time_twice": (of_s0("time", 0, row=1), "a time occurs twice, line 3"),
    "bad_number": (of_s0("a", "high"), "it holds NaN or infinite values"),
    "infinite": (of_s0("b", "inf"), "it holds NaN or infinite values"),
    "two_parts": (lambda t: of_s0("split", "test")(t.assign(split="train")), "its rows are of several parts (split)"),
    "no_part": (
        lambda t: t.assign(split=np.where(t["id"] == "s0", "trian", "train")),
        "its split is none of train, valid and test",
    ),
    "one_step": (lambda t: t[(t["id"] != "s0") | (t["time"] == 0)], "it has 1 time step"),
}


@pytest.mark.parametrize(("change", "reason"), BAD_IDS.values(), ids=BAD_IDS)
def test_an_id_with_a_bad_row_is_left_out_as_a_whole(tmp_path, change, reason):
    change(long_table().astype(object)).to_csv(tmp_path / "t.csv", index=False)
    raw = load_task(found(tmp_path / "t.csv"))
    assert raw.quarantined == (("t.csv id s0", reason),)
    assert len(raw.pool) == 15


def npz(**arrays):
    return lambda root: np.savez(root / "w.npz", **arrays) or root / "w.npz"


def text(name, content):
    return lambda root: (root / name).write_text(content) and root / name


def table(change, name="t.csv"):
    return lambda root: change().to_csv(root / name, index=False) or root / name


def two_sets(root):
    for name in "AB":
        tsv(root / f"{name}_TRAIN.tsv", X, Y)
    return root


def damaged_y(root):
    np.save(root / "X.npy", X)
    (root / "y.npy").write_bytes(b"nonsense")
    return root / "X.npy"


def named_npz(root):
    (root / "w.npz").write_bytes(b"nonsense")
    return root / "w.npz"


STOPS = {
    "one_hot": (npz(X=X, y=np.eye(2)[Y]), {}, r"y is of shape \(24, 2\): give one label a series \(of one-hot rows"),
    "scalar_y": (npz(X=X, y=np.array(3)), {}, r"y is of shape \(\): give one label a series"),
    "lengths": (npz(X=X, y=Y[:-1]), {}, r"24 series and 23 labels"),
    "complex": (npz(X=X.astype(complex), y=Y), {}, r"X is complex128 of shape \(24, 12\): it must be numbers"),
    "images": (npz(X=X.reshape(24, 3, 2, 2), y=Y), {}, r"X is float64 of shape \(24, 3, 2, 2\): it must be numbers"),
    "nothing": (npz(X=X[:0], y=Y[:0]), {}, r"w\.npz holds no series that can be read"),
    "objects": (npz(X=X, y=np.array(["a", 1] * 12, object)), {}, r"it holds Python objects, which are not read"),
    "part_without_labels": (npz(x_train=X, y_train=Y, x_test=X), {}, r"x_test that is no part with labels: add y_test"),
    "one_class": (npz(X=X, y=Y * 0), {}, r"every sample is of the class '0': a contest needs two classes"),
    "rare_class": (npz(X=X, y=[*[0] * 23, 1]), {}, r"class '1' has 1 sample, too few to split \(it takes 3\)"),
    "many_classes": (npz(X=X, y=[f"c{n // 2}" for n in range(24)]), {}, r"12 classes are more than 24 samples allow"),
    "damaged_npz": (named_npz, {}, r"w\.npz cannot be read \(it is damaged\)"),
    "damaged_y": (damaged_y, {}, r"y\.npy cannot be read \(it is damaged\)"),
    "two_sets": (two_sets, {}, r"holds several data sets \(A, B\): give the file of one"),
    "stamps": (
        text("w.ts", TS.replace("Stamps false", "Stamps true") + "(0,-1.5):a"),
        {},
        r"w\.ts has time stamps, which are not read: write its values alone",
    ),
    "no_ts_labels": (text("w.ts", TS.replace("true a b", "false") + "1,2"), {}, r"w\.ts has no labels \(@classLabel"),
    "empty_ts": (text("w.ts", TS), {}, r"w\.ts holds no series that can be read: check its format"),
    "channels": (text("w.ts", TS + "\n".join([*GOOD, "1,2:3,4:a"])), {}, r"series of 1 and of 2 channels: give all"),
    "all_bad": (text("w.tsv", "0\t1\t\t2\n" * 5), {}, r"holds no usable series \(w\.tsv line 1: it holds NaN"),
    "no_id_column": (table(long_table), {"id_column": "idd"}, r"has no column 'idd': did you mean id\?"),
    "no_label_column": (table(lambda: long_table().drop(columns="label")), {}, r"no column that looks like labels"),
    "no_channel": (table(lambda: long_table()[["id", "time", "label"]]), {}, r"no column of numbers besides id, time"),
    "panel": (table(long_table), {"horizon": 3}, r"holds many series, and horizon= forecasts one: leave it out"),
    "no_horizon": (table(wide_table), {}, r"is a table by 'date': say how many steps to forecast \(horizon=24\)"),
    "far_horizon": (table(wide_table), {"horizon": 90}, r"300 rows are too few to forecast 90 steps from 336"),
    "same_dates": (
        table(lambda: wide_table().assign(date="2026-01-01")),
        {"horizon": 3},
        r"1 rows are too few to forecast 3 steps",
    ),
}


@pytest.mark.parametrize(("write", "asked", "message"), STOPS.values(), ids=STOPS)
def test_what_stops_a_run_says_so_in_one_sentence(tmp_path, write, asked, message):
    path = write(tmp_path)
    with pytest.raises(UserError, match=message) as error:
        ingested(path, tmp_path / "in", **asked)
    assert "\n" not in str(error.value)
