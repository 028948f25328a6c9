"""What is learnt of pairs of texts, and left out of them, whatever files they come from."""

import numpy as np
from made import found, ingested, pair_files, said, spelt, spoilt, translations

from cnn_vs_rnn.tasks.sequence_pairs import PairOptions, TextPairs, translation_task
from cnn_vs_rnn.tasks.subwords import Subwords


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
