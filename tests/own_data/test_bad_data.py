"""Bad input of every kind is left out and named with the reason."""

import json

import numpy as np
import pytest
import soundfile
from made import cut, images, ingested, long_table, series, sounds, texts, tsv, wide_table
from PIL import Image


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
