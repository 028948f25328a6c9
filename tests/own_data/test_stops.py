"""What stops a run says so in one sentence."""

import re

import numpy as np
import pandas as pd
import pytest
from made import cut, found, images, ingested, pair_files, series, texts, translations, wide_table
from test_bad_data import BAD_IMAGES, BAD_LINES, BAD_MOMENTS, BAD_ROWS, BAD_SERIES, BAD_SOUNDS

from cnn_vs_rnn.errors import UserError


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


def files_of_lines(change=None, **made):
    def write(root):
        folder = pair_files(root / "corpus", **made)
        if change is not None:
            change(folder)
        return folder

    return write


def pairs_of(change):
    def write(root):
        change(translations()).to_csv(root / "t.csv", index=False)
        return root / "t.csv"

    return write


def a_line_more(folder):
    with (folder / "train.de").open("a") as file:
        file.write("eine Zeile mehr\n")


def no_partner(folder):
    (folder / "train.de").rename(folder / "other.de")


def all_empty(folder):
    (folder / "train.de").write_text("\n" * 40)


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
    "unequal_lines": (
        files_of_lines(a_line_more),
        {"source_column": "en"},
        r"train\.en has 40 lines and train\.de 41: line by line, one must be the translation of the other",
    ),
    "no_partner": (files_of_lines(no_partner), {}, r"corpus holds only \.de, \.en: give a folder of images"),
    "no_partner_asked_for": (
        files_of_lines(no_partner),
        {"kind": "translation"},
        r"corpus holds no two files that differ in their language alone: name them like train\.en and train\.de",
    ),
    "no_such_ending": (
        files_of_lines(),
        {"source_column": "fr"},
        r"has no file that ends with 'fr': choose one of de, en",
    ),
    "one_language_twice": (
        files_of_lines(),
        {"source_column": "en", "target_column": "en"},
        r"corpus holds de, en: name the two to translate between \(source_column=, target_column=\)",
    ),
    "no_usable_line": (
        files_of_lines(all_empty),
        {},
        r"no usable pair of lines \(train\.de line 1: its text is empty\)",
    ),
    "few_pairs": (files_of_lines(rows=9), {}, r"corpus: 9 usable pairs are too few to learn from: bring more"),
    "tested_pairs_alone": (
        files_of_lines(stem="test"),
        {},
        r"corpus: every pair is meant to validate or to test: leave some to train on",
    ),
    "damaged_gz": (
        files_of_lines(lambda folder: (folder / "train.de").rename(folder / "train.de.gz")),
        {},
        r"train\.de\.gz cannot be read \(Not a gzipped file .*\): write it again",
    ),
    "all_too_long": (
        files_of_lines(),
        {"longest": 2},
        r"task corpus: no pair of a part has two sides of 1 to 2 subwords: raise longest",
    ),
    "no_source_column": (
        pairs_of(lambda t: t),
        {"source_column": "englsh"},
        r"no column 'englsh': did you mean english\?",
    ),
    "no_target_column": (
        pairs_of(lambda t: t),
        {"target_column": "french"},
        r"has no column 'french': choose one of english, german",
    ),
    "source_is_target": (
        pairs_of(lambda t: t),
        {"source_column": "german", "target_column": "german"},
        r"has 'english', 'german': name the column of the texts and that of their translations \(source_column=",
    ),
    "which_of_three": (
        pairs_of(lambda t: t.set_axis(["a", "b"], axis=1).assign(c=t["german"])),
        {"kind": "translation"},
        r"has 'a', 'b', 'c': name the column of the texts and that of their translations",
    ),
    "translation_of_images": (
        lambda root: images(root / "p"),
        {"kind": "translation"},
        r"p holds no two files that differ in their language alone",
    ),
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
