"""Pairs of texts from files of lines, told by the names of the files."""

import gzip

import pytest
from made import everything, found, ingested, pair_files, rows_of, said, spoilt, translations

from cnn_vs_rnn.errors import UserError


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("endings", [("en", "de"), ("source.txt", "target.txt"), ("english", "german")])
def test_files_of_lines(tmp_path, endings, zipped):
    root = pair_files(tmp_path / "corpus", endings=endings)
    if zipped:
        for file in list(root.iterdir()):
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
            file.unlink()
    source = endings[0].removesuffix(".txt")
    config, task = found(root, source_column=source), ingested(root, tmp_path / "in", source_column=source)
    assert (config.name, config.output) == ("corpus", "sequence")
    assert everything(task) == rows_of(translations())


@pytest.mark.parametrize("separator", [".", "_", "-"])
def test_the_names_of_files_say_the_parts(tmp_path, separator):
    root = tmp_path / "corpus"
    for part, rows in (("my_train", 30), ("dev", 20), ("test_2016", 15)):
        pair_files(root, rows)
        for language in ("en", "de"):
            (root / f"train.{language}").rename(root / f"{part}{separator}{language}.txt")
    task, config = ingested(root, tmp_path / "in", source_column="en"), found(root, source_column="en")
    assert config.test_fraction is None
    assert task.test_samples == 15
    assert "valid and test as the files say" in said(root)
    # what is tested is taken out of training, as everywhere, and so are the lines that validate
    assert task.card().samples == {"train": 10, "valid": 5, "test": 15}


def test_which_file_is_the_source_is_said_and_may_be_changed(tmp_path):
    root = pair_files(tmp_path / "corpus")
    assert "de to become en" in said(root)[0]  # in the order of their names
    assert "en to become de" in said(root, source_column="en")[0]
    assert "en to become de" in said(root, target_column="de")[0]
    assert "en to become de" in said(root / "train.en")[0]  # a file that is named is the source
    assert "de to become en" in said(root / "train.de")[0]
    assert "de to become en" in said(root / "train.en", target_column="en")[0]
    assert "src to become trg" in said(pair_files(tmp_path / "named", stem="x", endings=("trg", "src")))[0]
    assert found(root / "train.en").name == "corpus"


def test_of_several_languages_two_must_be_chosen(tmp_path):
    root = pair_files(tmp_path / "corpus")
    (root / "train.fr").write_text((root / "train.en").read_text())
    (root / "README.md").write_text("hello")
    with pytest.raises(UserError, match=r"corpus holds de, en, fr: name the two to translate between \(source_col"):
        found(root)
    task = ingested(root, tmp_path / "in", source_column="en", target_column="de")
    assert everything(task) == rows_of(translations())
    assert dict(task.card().quarantined) == {
        "train.fr": "it is neither of en nor of de",
        "README.md": "it has no partner of the other language",
    }


def test_lines_that_cannot_be_used_are_named_by_file_and_line(tmp_path):
    root = pair_files(tmp_path / "corpus")
    spoilt(root / "train.en", 3, b"  ")
    spoilt(root / "train.de", 5, b"")
    spoilt(root / "train.de", 7, b"caf\xe9")
    spoilt(root / "train.en", 9, b"zero \0 byte")
    spoilt(root / "train.en", 11, b"far too many words " * 30)
    spoilt(root / "train.en", 12, "one\u2028two".encode())  # no end of a line
    task = ingested(root, tmp_path / "in", source_column="en", longest=60)
    reasons = dict(task.card().quarantined)
    assert reasons.pop("train.en line 11").startswith("its text has ")
    assert reasons == {
        "train.en line 3": "its text is empty",
        "train.en line 5": "its translation is empty",
        "train.de line 7": "it holds bytes that are not UTF-8",
        "train.en line 9": "it holds a zero byte",
    }
    assert sum(task.card().samples.values()) == 35
