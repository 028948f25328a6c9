"""Texts and translations are told from texts with labels, and read as they are meant, from a table."""

import numpy as np
import pytest
from made import everything, found, ingested, rows_of, said, spelt, texts, translations, wide_table

from cnn_vs_rnn.errors import UserError


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
    assert task.card().samples == {"train": 25, "valid": 7, "test": 8}
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
