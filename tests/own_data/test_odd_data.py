"""Odd data: one broken line, file or folder costs nothing but itself, and what is set aside must leave a rest."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import soundfile
from made import found, images, ingested, sounds, texts

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.inspect import inspect
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.own_data.tables import read_table


def in_parts(root, **folders):
    """<root>/<part>/<class>/, as many images as named, all different."""
    random = iter(range(256))
    whole = images(root / "whole", classes=1, each=80)
    for part, classes in folders.items():
        for label, count in classes.items():
            (root / "photos" / part / label).mkdir(parents=True)
            for at in range(count):
                shutil.copy(whole / f"class 0/{next(random)}.png", root / "photos" / part / label / f"{at}.png")
    return root / "photos"


def test_a_folder_beside_the_parts_is_no_class(tmp_path):
    root = in_parts(tmp_path, train={"a": 5, "b": 5}, test={"a": 3, "b": 3}, unlabelled={"x": 4})
    (root / "notes.txt").write_text("hello")
    task = ingested(root, tmp_path)
    assert task.classes == ("a", "b")
    reason = "it is none of train, valid and test"
    assert task.card().quarantined == (("notes.txt", reason), ("unlabelled", reason))


def test_what_the_folders_set_aside_is_said_and_the_rest_drawn(tmp_path):
    given = in_parts(tmp_path, train={"a": 5, "b": 5}, val={"a": 3, "b": 3})
    assert inspect(OwnData(path=str(given))).said[-1] == "valid as the folders say; a fifth is drawn as the test part"
    (given / "test").mkdir()  # empty
    assert found(given).test_fraction == 0.2


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"train": {"a": 5, "b": 5}, "test": {"a": 3, "c": 3}}, "class 'c' has 0 samples besides those that"),
        ({"valid": {"a": 5, "b": 5}, "test": {"a": 5, "b": 5}}, "leave some to train on"),
    ],
)
def test_every_class_must_leave_something_to_train_on(tmp_path, parts, message):
    with pytest.raises(UserError, match=message):
        found(in_parts(tmp_path, **parts))


def test_a_link_that_leads_nowhere_and_damaged_exif_data_cost_one_image(tmp_path):
    root = images(tmp_path / "photos")
    (root / "class 0/link.png").symlink_to("/nowhere.png")
    (root / "class 0/damaged.tif").write_bytes(b"II*\0" + b"\xff" * 40)
    assert dict(ingested(root, tmp_path).card().quarantined) == {
        "class 0/damaged.tif": "it is no image",
        "class 0/link.png": "it is no file that can be read",
    }


def test_a_copy_is_the_same_data_and_a_changed_file_is_not(tmp_path):
    root = images(tmp_path / "one/photos")
    copy = shutil.copytree(root, tmp_path / "two/photos", copy_function=shutil.copyfile)
    digest = found(root).options["digest"]
    assert found(copy).options["digest"] == digest
    shutil.copyfile(copy / "class 0/1.png", copy / "class 0/0.png")
    assert found(copy).options["digest"] != digest


def test_a_very_long_recording_is_cut_which_the_card_says(tmp_path):
    root = sounds(tmp_path / "tones")
    soundfile.write(root / "low/long.wav", np.random.default_rng(0).normal(size=8000 * 30) / 9, 8000)
    task = ingested(root, tmp_path)
    assert task.input.length == 10 * 19  # frames of a recording of 0.2 s
    assert "1 recordings were cut after 1.9 s" in task.card().notes


def written(path, content):
    path.write_bytes(content)
    return path


CSV = texts().to_csv(index=False).encode()
JSONL = texts().to_json(orient="records", lines=True).encode()


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("t.csv", b'"never closed,good', "a quote is opened and never closed"),
        ("t.csv", b"zero\0byte and so on,good", "it holds a zero byte"),
        ("t.csv", b"w " * 5_100_000 + b",good", "it is longer than 10,000,000 characters"),
        ("t.csv", b"some words,NaN", "its label is missing"),
        ("t.jsonl", b"[" * 100_000, "it is no JSON"),
        ("t.jsonl", b'{"review": "half \\ud800", "mood": "good"}', "it holds half a character, an escape such as"),
    ],
    ids=["quote", "zero", "long", "nan", "deep", "half"],
)
def test_one_broken_line_costs_nothing_but_itself(tmp_path, name, line, reason):
    lines = (CSV if name == "t.csv" else JSONL).splitlines()
    card = ingested(written(tmp_path / name, b"\n".join([*lines[:9], line, *lines[9:]])), tmp_path).card()
    ((item, why),) = card.quarantined
    assert (item, why[: len(reason)]) == (f"{name} line 10", reason)
    assert sum(card.samples.values()) == 24


def test_a_row_may_hold_several_lines_and_is_named_by_its_first(tmp_path):
    path = written(tmp_path / "t.csv", CSV + b'"one\n\ntwo ""three""",good\n"four\nfive",\n')
    table = read_table(path)
    assert table.cells["review"].iloc[24] == 'one\n\ntwo "three"'
    assert list(table.cells.index[-2:]) == ["line 26", "line 29"]


def test_a_line_separator_within_a_text_ends_no_row(tmp_path):
    line = json.dumps({"review": "one\u2028two", "mood": "good"}, ensure_ascii=False).encode()
    table = read_table(written(tmp_path / "t.jsonl", JSONL + line))
    assert table.cells["review"].iloc[-1] == "one\u2028two"
    assert not table.quarantined


@pytest.mark.parametrize(
    "content",
    ["größe,b\n1,2\n".encode("latin-1"), CSV.decode().encode("utf-16"), b"\x89PNG\r\n\x1a\n" + bytes(range(256))],
    ids=["latin-1", "utf-16", "png"],
)
def test_a_first_line_that_is_no_text_stops_the_run(tmp_path, content):
    with pytest.raises(UserError, match="the names of the columns, is not UTF-8 text: save it as CSV in UTF-8"):
        found(written(tmp_path / "t.csv", content))


def test_bytes_in_parquet_are_read_as_text(tmp_path):
    table = texts().assign(review=[*texts()["review"].str.encode("utf-8")[:-1], b"caf\xe9"])
    table.to_parquet(tmp_path / "t.parquet")
    read = read_table(tmp_path / "t.parquet")
    assert read.cells["review"].tolist() == texts()["review"].tolist()[:-1]
    assert read.quarantined == [("t.parquet row 24", "it holds bytes that are not UTF-8")]


def test_among_values_a_label_that_is_none_is_left_out(tmp_path):
    labels = [*(f"{at * 1.5}" for at in range(22)), "unknown", "inf"]
    texts().assign(mood=labels).to_csv(tmp_path / "t.csv", index=False)
    task = ingested(tmp_path / "t.csv", tmp_path, label_column="mood")
    assert task.classes == ()
    assert [item for item, _ in task.card().quarantined] == ["t.csv line 24", "t.csv line 25"]
    pd.testing.assert_index_equal(
        pd.Index(sorted([*task.pool().targets[:, 0], *task.test().targets[:, 0]])),
        pd.Index([at * 1.5 for at in range(22)]),
        exact=False,
    )
