"""Pairs of texts are told from texts with labels, and read as they are meant, from tables and from files of lines."""

import gzip

import numpy as np
import pytest
from made import found, ingested, pair_files, texts, translations, wide_table

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.inspect import inspect
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.tasks.sequence_pairs import PairOptions, TextPairs, translation_task
from cnn_vs_rnn.tasks.subwords import Subwords, text_of


def said(path, **asked):
    return inspect(OwnData(path=str(path), **asked)).said


def spelt(task, samples):
    """(text, translation) of each sample."""
    answers = np.where(samples.targets < 0, 0, samples.targets)
    return {
        (text_of(ours, task.vocabulary), text_of(theirs, task.vocabulary))
        for ours, theirs in zip(samples.inputs.tolist(), answers.tolist(), strict=True)
    }


def everything(task):
    return spelt(task, task.pool()) | spelt(task, task.test())


def rows_of(table, source="english", target="german"):
    return set(zip(table[source], table[target], strict=True))


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_a_table_of_texts_and_translations(tmp_path, ending):
    path, table = tmp_path / f"pairs.{ending}", translations()
    if ending == "parquet":
        table.to_parquet(path)
    elif ending == "jsonl":
        table.to_json(path, orient="records", lines=True, force_ascii=False)
    else:
        table.to_csv(path, index=False, sep="\t" if ending == "tsv" else ",")
    config, task = found(path), ingested(path, tmp_path / "in")
    assert (config.name, config.modality, config.output) == ("pairs", "text", "sequence")
    assert (config.score, config.loss, config.beam, config.equivalence) == ("chrf", "cross_entropy", 5, 1.0)
    assert config.also == ("bleu", "chrf_beam", "bleu_beam", "accuracy", "perplexity")
    assert everything(task) == rows_of(table)
    assert task.card().samples == {"train": 26, "valid": 6, "test": 8}
    assert said(path)[:2] == (
        "a translation: 40 pairs of texts, 'english' to become 'german' (source_column= and target_column= change "
        "that, kind= what it is taken for)",
        "a fifth is drawn as the test part",
    )


@pytest.mark.parametrize(
    ("columns", "source"),
    [
        (("source", "target"), "source"),
        (("tgt", "src"), "src"),
        (("text", "translation"), "text"),
        (("de", "en"), "de"),
        (("pt-BR", "en_GB"), "pt-BR"),
        (("question", "answer"), "question"),  # two columns of different texts, whatever they are called
    ],
)
def test_names_of_columns_that_tell_a_translation(tmp_path, columns, source):
    translations().set_axis(list(columns), axis=1).assign(number=range(40)).drop(
        columns="number" if columns[0] == "question" else []
    ).to_csv(tmp_path / "t.csv", index=False)
    other = next(column for column in columns if column != source)
    assert f"{source!r} to become {other!r}" in said(tmp_path / "t.csv")[0]


def test_single_words_are_translated_where_the_columns_are_named_so(tmp_path):
    table = translations().apply(lambda column: [f"{word[:3]}{at}" for at, word in enumerate(column)])
    table.to_csv(tmp_path / "words.csv", index=False)
    assert found(tmp_path / "words.csv").output == "sequence"


@pytest.mark.parametrize(
    ("table", "asked"),
    [
        (texts(40), {}),
        (texts(40).set_axis(["source", "target"], axis=1), {}),  # few values: classes, whatever they are called
        (texts(40).set_axis(["text", "language"], axis=1), {}),
        (texts(40).assign(mood=np.arange(40) * 1.5).set_axis(["source", "target"], axis=1), {"label_column": "target"}),
        (translations().assign(mood=["good", "bad"] * 20), {"label_column": "mood"}),
        (texts(40).assign(title=translations()["english"]), {}),
        (translations().assign(mood=["good", "bad"] * 20), {"text_column": "german"}),
        (translations().assign(mood=["good", "bad"] * 20), {"kind": "text"}),
    ],
    ids=["mood", "named_as_a_pair", "language", "numbers", "label_asked_for", "two_texts", "text_asked_for", "kind"],
)
def test_texts_with_labels_stay_what_they_are(tmp_path, table, asked):
    table.to_csv(tmp_path / "t.csv", index=False)
    config = found(tmp_path / "t.csv", **asked)
    assert config.target == "cnn_vs_rnn.own_data.texts:load"
    assert config.output == "one"


def test_a_table_by_date_stays_what_it_is(tmp_path):
    table = wide_table(60)
    table.assign(load=[f"a load of {load}" for load in table["load"]], heat=range(60)).to_csv(
        tmp_path / "t.csv", index=False
    )
    with pytest.raises(UserError, match=r"has no column that looks like labels: name it"):
        found(tmp_path / "t.csv")


def test_the_columns_may_be_named_and_turned(tmp_path):
    table = translations().assign(french=[f"numéro {at} ou plus" for at in range(40)])
    table.to_csv(tmp_path / "t.csv", index=False)
    assert everything(ingested(tmp_path / "t.csv", tmp_path / "in")) == rows_of(table)
    turned = {"source_column": "german", "target_column": "english"}
    assert everything(ingested(tmp_path / "t.csv", tmp_path / "in", **turned)) == rows_of(table, "german", "english")
    table[["english", "german"]].to_csv(tmp_path / "two.csv", index=False)
    assert "'german' to become 'english'" in said(tmp_path / "two.csv", source_column="german")[0]
    assert "'german' to become 'english'" in said(tmp_path / "two.csv", target_column="english")[0]


def test_a_kind_that_is_asked_for_makes_pairs_of_the_two_columns_of_texts(tmp_path):
    table = translations().set_axis(["a", "label"], axis=1).assign(number=range(40))
    table.to_csv(tmp_path / "t.csv", index=False)
    assert "'a' to become 'label'" in said(tmp_path / "t.csv", kind="translation")[0]


def test_parts_and_groups_of_a_table_are_honoured(tmp_path):
    table = translations(60)
    table["split"] = ["train"] * 40 + ["dev"] * 10 + ["test"] * 10
    table.to_csv(tmp_path / "parts.csv", index=False)
    config, task = found(tmp_path / "parts.csv"), ingested(tmp_path / "parts.csv", tmp_path / "in")
    assert config.test_fraction is None
    assert spelt(task, task.test()) == rows_of(table[50:])
    assert spelt(task, task.pool().take(task.split(config, 1).valid)) == rows_of(table[40:50])
    assert "honoured: split column 'split'" in said(tmp_path / "parts.csv")
    assert "valid and test as the rows say" in said(tmp_path / "parts.csv")[2]
    grouped = table.drop(columns="split").assign(group=np.arange(60) // 6)
    grouped.to_csv(tmp_path / "grouped.csv", index=False)
    task = ingested(tmp_path / "grouped.csv", tmp_path / "in")
    of = dict(zip(grouped["english"], grouped["group"], strict=True))
    tested = {of[text] for text, _ in spelt(task, task.test())}
    assert tested
    assert tested.isdisjoint(of[text] for text, _ in spelt(task, task.pool()))
    assert task.card().groups == 10 - len(tested)


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


def spoilt(file, number, line):
    lines = file.read_bytes().split(b"\n")
    lines[number - 1] = line
    file.write_bytes(b"\n".join(lines))


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


def test_rows_that_cannot_be_used_are_named_by_line(tmp_path):
    table = translations()
    table.loc[3, "german"] = " "
    table["split"] = ["train"] * 30 + ["test"] * 9 + ["holdout"]
    table.to_csv(tmp_path / "t.csv", index=False)
    with (tmp_path / "t.csv").open("ab") as file:
        file.write(b"caf\xe9,Kaffee,train\n")
    assert dict(ingested(tmp_path / "t.csv", tmp_path / "in").card().quarantined) == {
        "t.csv line 5": "its translation is empty",
        "t.csv line 41": "its split is none of train, valid and test",
        "t.csv line 42": "it holds bytes that are not UTF-8",
    }


def test_the_vocabulary_and_the_longest_side_follow_from_the_data_or_the_user(tmp_path):
    root = pair_files(tmp_path / "corpus", 400)
    few, asked = found(root), found(root, vocabulary=300, longest=70)
    assert few.options["vocabulary"] == 500  # no fewer unasked
    assert 8 <= few.options["longest"] < 70
    assert (asked.options["vocabulary"], asked.options["longest"]) == (300, 70)
    assert len(ingested(root, tmp_path / "in", vocabulary=300).vocabulary) <= 300
    many = pair_files(tmp_path / "many", 3000)
    characters = sum(len(line) for file in many.iterdir() for line in file.read_text("utf-8").splitlines())
    assert found(many).options["vocabulary"] == round(characters / 15000) * 100


def test_a_large_test_part_is_limited_which_is_said(tmp_path):
    root = pair_files(tmp_path / "corpus", 6000)
    config = found(root)
    assert config.test_limit == 1000
    assert "tested on 1,000 of 1,200 pairs" in said(root)


def test_a_changed_file_is_other_data(tmp_path):
    root = pair_files(tmp_path / "corpus")
    digest = found(root).options["digest"]
    spoilt(root / "train.de", 2, b"ganz anders")
    assert found(root).options["digest"] != digest


def test_subwords_are_learnt_from_no_pair_that_is_tested_even_where_pairs_are_left_out(tmp_path):
    root = pair_files(tmp_path / "corpus")
    for number in (4, 9, 21):
        spoilt(root / "train.en", number, b"far too many words " * 30)
    config = found(root, source_column="en", longest=60)
    task = ingested(root, tmp_path / "in", source_column="en", longest=60)
    trained = sorted(spelt(task, task.pool()))
    assert len(trained) == 30
    again = Subwords([text for pair in trained for text in pair], config.options["vocabulary"])
    assert set(again.vocabulary) == set(task.vocabulary)


def test_subwords_are_made_again_from_what_they_learnt():
    table = translations(200)
    learnt = Subwords([*table["english"], *table["german"]], 400)
    again = Subwords.of(learnt.vocabulary, learnt.merges)
    unheard = ["Größe and 12 others", "naïve  spaces", "日本"]
    assert again([*table["german"], *unheard]) == learnt([*table["german"], *unheard])
    assert (again.words, again.vocabulary) == (learnt.words, learnt.vocabulary)


def test_groups_of_pairs_that_are_left_out_go_with_them(tmp_path):
    config = found(pair_files(tmp_path / "corpus"))
    table = translations()
    sources = ["much too long " * 50, *table["english"][1:]]
    pairs = TextPairs(sources, list(table["german"]), [f"line {at}" for at in range(40)])
    groups = np.array([f"g{at // 4}" for at in range(40)])
    raw = translation_task(config, PairOptions(vocabulary=400, longest=60), pairs, None, groups=groups)
    assert raw.groups.tolist() == groups[1:].tolist()
    assert [place for place, _ in raw.quarantined] == ["line 0"]
