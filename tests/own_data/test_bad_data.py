"""Bad input of every kind: what is left out is named with the reason, and what stops a run says so in one sentence."""

import json
import re

import numpy as np
import pandas as pd
import pytest
import soundfile
from made import found, images, ingested, long_table, series, sounds, texts, tsv, wide_table
from PIL import Image

from cnn_vs_rnn.errors import UserError


def cut(path, share=0.5):
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def truncated_png(root):
    cut(root / "class 0/0.png")


def truncated_jpg(root):
    Image.effect_noise((60, 60), 50).convert("RGB").save(root / "class 0/x.jpg")
    cut(root / "class 0/x.jpg")


def bomb(root):
    Image.new("1", (14000, 14000)).save(root / "class 0/bomb.png")


BAD_IMAGES = {
    "truncated": (truncated_png, "class 0/0.png", "it is damaged"),
    "truncated_jpg": (truncated_jpg, "class 0/x.jpg", "it is damaged"),
    "text_named_png": (lambda root: (root / "class 0/x.png").write_text("hello"), "class 0/x.png", "it is no image"),
    "empty": (lambda root: (root / "class 1/x.png").write_bytes(b""), "class 1/x.png", "it is empty"),
    "bomb": (bomb, "class 0/bomb.png", "it unpacks to too many pixels"),
    "other_ending": (lambda root: (root / "class 0/x.gif").write_bytes(b"GIF"), "class 0/x.gif", "it is none of .png"),
    "stray": (lambda root: (root / "notes.txt").write_text("hi"), "notes.txt", "it lies in no class folder"),
}


@pytest.mark.parametrize(("spoil", "item", "reason"), BAD_IMAGES.values(), ids=BAD_IMAGES)
def test_a_bad_image_is_left_out_and_named(tmp_path, spoil, item, reason):
    root = images(tmp_path / "photos")
    spoil(root)
    card = ingested(root, tmp_path).card()
    ((named, why),) = card.quarantined
    assert (named, why[: len(reason)]) == (item, reason)
    assert sum(card.samples.values()) == (15 if "0.png" in item else 16)


def sound(path, samples, rate=8000, **how):
    soundfile.write(path, samples, rate, **how)


NAN = np.full(4000, np.nan, np.float32)
BAD_SOUNDS = {
    "text_named_wav": (lambda path: path.write_text("hello"), "it cannot be decoded as sound"),
    "no_byte": (lambda path: path.write_bytes(b""), "it is empty"),
    "no_sample": (lambda path: sound(path, np.zeros(0)), "it holds no sound"),
    "silent": (lambda path: sound(path, np.zeros(4000)), "it is silent"),
    "too_short": (lambda path: sound(path, np.ones(40) / 2), "it is only 40 samples long"),
    "nan": (lambda path: sound(path, NAN, subtype="FLOAT"), "it holds NaN or infinite values"),
}


@pytest.mark.parametrize(("write", "reason"), BAD_SOUNDS.values(), ids=BAD_SOUNDS)
def test_a_bad_recording_is_left_out_and_named(tmp_path, write, reason):
    root = sounds(tmp_path / "tones")
    write(root / "low/x.wav")
    card = ingested(root, tmp_path).card()
    assert card.quarantined == (("low/x.wav", reason),)
    assert sum(card.samples.values()) == 16


BAD_LINES = {
    "empty_text": (b" ,good", "its text is empty"),
    "missing_label": (b"some fine words,", "its label is missing"),
    "not_utf8": (b"caf\xe9 and more,good", "it holds bytes that are not UTF-8"),
    "too_many_cells": (b"one, two, three,good", "it has 4 cells instead of 2"),
    "too_few_cells": (b"some words without a label", "it has 1 cells instead of 2"),
}


@pytest.mark.parametrize(("line", "reason"), BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_line_of_a_table_is_left_out_and_named(tmp_path, line, reason):
    path = tmp_path / "reviews.csv"
    texts().to_csv(path, index=False)
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([*lines[:4], line, *lines[4:]]))
    card = ingested(path, tmp_path).card()
    assert card.quarantined == (("reviews.csv line 5", reason),)
    assert sum(card.samples.values()) == 24


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{broken", "it is no JSON"),
        ("[1, 2]", "it is no JSON object"),
        (json.dumps({"review": None, "mood": "good"}), "its text is empty"),
        (json.dumps({"review": "some words"}), "its label is missing"),
    ],
)
def test_a_bad_line_of_jsonl_is_left_out_and_named(tmp_path, line, reason):
    path = tmp_path / "reviews.jsonl"
    texts().to_json(path, orient="records", lines=True)
    path.write_text(path.read_text() + line + "\n")
    assert ingested(path, tmp_path).card().quarantined == (("reviews.jsonl line 25", reason),)


def test_a_row_of_an_unknown_part_and_a_missing_cell_of_parquet_are_left_out(tmp_path):
    table = texts()
    table["split"] = ["train"] * 14 + ["test"] * 8 + ["holdout"] * 2
    table.to_csv(tmp_path / "t.csv", index=False)
    reasons = dict(ingested(tmp_path / "t.csv", tmp_path).card().quarantined)
    assert reasons == {f"t.csv line {at}": "its split is none of train, valid and test" for at in (24, 25)}
    table = texts()
    table.loc[3, "review"] = None
    table.to_parquet(tmp_path / "p.parquet")
    assert ingested(tmp_path / "p.parquet", tmp_path).card().quarantined == (("p.parquet row 4", "its text is empty"),)


BAD_SERIES = {
    "nan": ("1\t0.5\tNaN\t0.7", "it holds NaN or infinite values"),
    "infinite": ("1\t0.5\tinf\t0.7", "it holds NaN or infinite values"),
    "one_step": ("1\t0.5\tNaN\tNaN", "it has 1 time step"),
    "no_step": ("1\tNaN\tNaN\tNaN", "it has 0 time steps"),
    "no_number": ("1\t0.5\tx\t0.7", "it is no number: 'x'"),
    "no_label": ("\t0.5\t0.6\t0.7", "its label is missing"),
}


@pytest.mark.parametrize(("line", "reason"), BAD_SERIES.values(), ids=BAD_SERIES)
def test_a_bad_series_is_left_out_and_named(tmp_path, line, reason):
    path = tsv(tmp_path / "waves.tsv", *series())
    path.write_text(path.read_text() + line + "\n")
    card = ingested(path, tmp_path).card()
    assert card.quarantined == (("waves.tsv line 25", reason),)
    assert sum(card.samples.values()) == 24


def test_a_bad_series_of_an_array_is_left_out_and_named(tmp_path):
    x, y = series()
    x[2, 3] = np.nan
    y = y.astype(float)
    y[5] = np.nan
    np.savez(tmp_path / "w.npz", X=x, y=y)
    assert ingested(tmp_path / "w.npz", tmp_path).card().quarantined == (
        ("w.npz series 2", "it holds NaN or infinite values"),
        ("w.npz series 5", "its label is missing"),
    )


BAD_ROWS = {
    "several_labels": ({"label": "x"}, "s3", "it has several labels: 'y', 'x'"),
    "time_twice": ({"time": 1}, "s3", "a time occurs twice, line "),
    "time_missing": ({"time": ""}, "s3", "a time is missing or unreadable, line "),
    "no_number": ({"a": "high"}, "s3", "it holds NaN or infinite values"),
    "no_id": ({"id": ""}, None, "its id is missing"),
}


@pytest.mark.parametrize(("change", "series_id", "reason"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_of_a_long_table_is_left_out_and_named(tmp_path, change, series_id, reason):
    table = long_table().astype(object)
    row = table.index[(table["id"] == "s3") & (table["time"] == 5)][0]
    for column, value in change.items():
        table.loc[row, column] = value
    table.to_csv(tmp_path / "long.csv", index=False)
    ((item, why),) = ingested(tmp_path / "long.csv", tmp_path).card().quarantined
    assert item == (f"long.csv id {series_id}" if series_id else f"long.csv line {row + 2}")
    assert why.startswith(reason)


BAD_MOMENTS = {
    "value_missing": ({"load": ""}, "a value is missing, infinite or no number"),
    "no_date": ({"date": "yesterday"}, "its date is missing or no date"),
    "date_twice": ({"date": "2026-01-01 00:00"}, "its date occurs twice"),
}


@pytest.mark.parametrize(("change", "reason"), BAD_MOMENTS.values(), ids=BAD_MOMENTS)
def test_a_bad_row_of_a_wide_table_is_left_out_and_named(tmp_path, change, reason):
    table = wide_table().astype(object)
    for column, value in change.items():
        table.loc[7, column] = value
    table.to_csv(tmp_path / "wide.csv", index=False)
    assert ingested(tmp_path / "wide.csv", tmp_path, horizon=3).card().quarantined == (("wide.csv line 9", reason),)


def empty_folder(root):
    (root / "photos").mkdir()
    return root / "photos"


def other_files(root):
    (root / "papers").mkdir()
    (root / "papers/a.docx").write_text("x")
    return root / "papers"


def written(name, content):
    def write(root):
        (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return root / name

    return write


def table_of(change):
    def write(root):
        change(texts()).to_csv(root / "t.csv", index=False)
        return root / "t.csv"

    return write


def arrays_of(name="w.npz", **arrays):
    def write(root):
        np.savez(root / name, **arrays)
        return root / name

    return write


def x_alone(root):
    np.save(root / "X.npy", series()[0])
    return root / "X.npy"


def damaged(root):
    np.savez(root / "w.npz", X=series()[0], y=series()[1])
    cut(root / "w.npz")
    return root / "w.npz"


def all_bad(root):
    images(root / "photos")
    for file in (root / "photos").rglob("*.png"):
        file.write_text("no image")
    return root / "photos"


def a_rare_class(root):
    images(root / "photos")
    for number in range(7):
        (root / f"photos/class 1/{number}.png").unlink()
    return root / "photos"


def wide(root):
    wide_table().to_csv(root / "wide.csv", index=False)
    return root / "wide.csv"


def unequal_channels(root):
    lines = ["1.0,2.0:3.0,4.0:a", "1.0,2.0:3.0,5.0:b"] * 6
    head = "@problemName w\n@timeStamps false\n@univariate false\n@classLabel true a b\n@data\n"
    (root / "w.ts").write_text(head + "\n".join([*lines, "1.0,2.0:a"]))
    return root / "w.ts"


X, Y = series()
STOPS = {
    "no_path": (lambda root: root / "nothing", {}, r"nothing: there is no such file or folder; check its spelling$"),
    "empty_folder": (empty_folder, {}, r"photos holds nothing: give a folder of images, recordings or series"),
    "other_files": (other_files, {}, r"papers holds only \.docx: give a folder of images"),
    "single_image": (lambda root: images(root / "p") / "class 0/0.png", {}, r"is a single image: give the folder"),
    "unknown_ending": (written("a.pdf", "x"), {}, r"a\.pdf is none of the files that can be read: \.png, "),
    "one_class": (
        lambda root: images(root / "p", classes=1),
        {},
        r"every sample is of the class 'class 0'.*two classes",
    ),
    "a_rare_class": (a_rare_class, {}, r"class 'class 1' has 1 sample, too few to split \(it takes 3\): add some"),
    "all_bad": (all_bad, {}, r"photos: no usable sample is left"),
    "image_of_a_table": (
        written("t.csv", "a,b\n"),
        {"kind": "image"},
        r"kind=image needs a folder .*t\.csv is a file",
    ),
    "text_of_a_folder": (lambda root: images(root / "p"), {"kind": "text"}, r"kind=text needs a table .* is a folder"),
    "sound_of_images": (lambda root: images(root / "p"), {"kind": "audio"}, r"p holds no recordings in class folders"),
    "empty_table": (written("t.csv", ""), {}, r"t\.csv is empty: there is nothing to read"),
    "header_alone": (written("t.csv", "text,label\n"), {}, r"t\.csv holds no usable row: check that it is a table"),
    "two_of_a_name": (written("t.csv", "a,a\nx,y\n"), {}, r"t\.csv has two columns named 'a': give each its own name"),
    "no_text_column": (
        table_of(lambda t: t),
        {"text_column": "reviw"},
        r"has no column 'reviw': did you mean review\?",
    ),
    "no_label_column": (table_of(lambda t: t), {"label_column": "moot"}, r"has no column 'moot': did you mean mood\?"),
    "no_split_column": (
        table_of(lambda t: t),
        {"split_column": "part"},
        r"has no column 'part': choose one of mood, rev",
    ),
    "text_is_label": (
        table_of(lambda t: t),
        {"text_column": "review", "label_column": "review"},
        r"text and label are both 'review'",
    ),
    "no_labels": (table_of(lambda t: t.assign(mood=range(24))), {}, r"has no column that looks like labels: name it"),
    "too_many_classes": (
        table_of(lambda t: t.assign(mood=[f"m{at // 2}" for at in range(24)])),
        {"label_column": "mood"},
        r"12 classes are more than 24 samples allow: name the right label",
    ),
    "neither": (
        written("t.csv", "a,b\nx,1\ny,2\n" * 5),
        {},
        r"t\.csv could be a table of texts or of series: say which \(kind=text",
    ),
    "damaged_parquet": (written("t.parquet", "PAR1nonsense"), {}, r"t\.parquet cannot be read as Parquet: write it ag"),
    "objects": (arrays_of(X=np.array([[1], [1, 2]], object), y=Y), {}, r"holds Python objects, which are not read"),
    "damaged_npz": (damaged, {}, r"w\.npz cannot be read \(it is damaged\): write it again"),
    "no_X": (arrays_of(a=X, b=Y), {}, r"w\.npz holds a, b: name its arrays X and y"),
    "no_y": (x_alone, {}, r"X\.npy needs its labels in y\.npy beside it"),
    "lengths": (arrays_of(X=X, y=Y[:-1]), {}, r"24 series and 23 labels: give one label a series"),
    "shape": (arrays_of(X=X[0], y=Y), {}, r"X is float64 of shape \(12,\): it must be numbers"),
    "words_in_X": (arrays_of(X=X.astype(str), y=Y), {}, r"X is <U\d+ of shape \(24, 12\): it must be numbers"),
    "all_nan": (arrays_of(X=X * np.nan, y=Y), {}, r"holds no usable series \(w\.npz series 0: it holds NaN"),
    "bad_ts": (written("w.ts", "hello\n"), {}, r"w\.ts holds no series that can be read: check its format"),
    "unequal_channels": (unequal_channels, {}, r"w\.ts"),
    "no_horizon": (wide, {}, r"wide\.csv is a table by 'date': say how many steps to forecast \(horizon=24\)"),
    "far_horizon": (wide, {"horizon": 200}, r"300 rows are too few to forecast 200 steps from 336: lower horizon="),
    "no_such_channel": (wide, {"horizon": 3, "label_column": "lod"}, r"has no column 'lod': did you mean load\?"),
    "series_without_names": (
        table_of(lambda t: t),
        {"kind": "series"},
        r"neither a long table .* nor one by date: name the columns",
    ),
}


@pytest.mark.parametrize(("write", "asked", "message"), STOPS.values(), ids=STOPS)
def test_what_stops_a_run_says_so_in_one_sentence(tmp_path, write, asked, message):
    path = write(tmp_path)
    with pytest.raises(UserError) as error:
        ingested(path, tmp_path / "in", **asked)
    said = str(error.value)
    assert re.search(message, said), said
    assert "\n" not in said
    assert len(said.replace(str(tmp_path), "")) < 260


def test_a_label_column_of_words_cannot_be_forecast(tmp_path):
    wide_table().assign(day="Monday").to_csv(tmp_path / "w.csv", index=False)
    with pytest.raises(UserError, match=r"column 'day' holds no numbers: forecast another"):
        found(tmp_path / "w.csv", horizon=3, label_column="day")


def test_a_table_with_no_column_of_numbers_cannot_be_forecast(tmp_path):
    pd.DataFrame({"date": wide_table()["date"], "day": "Monday"}).to_csv(tmp_path / "w.csv", index=False)
    with pytest.raises(UserError, match=r"has no column of numbers besides 'date': add one"):
        found(tmp_path / "w.csv", horizon=3)


def test_at_least_forty_kinds_are_tried():
    assert sum(map(len, (BAD_IMAGES, BAD_SOUNDS, BAD_LINES, BAD_SERIES, BAD_ROWS, BAD_MOMENTS, STOPS))) >= 40
