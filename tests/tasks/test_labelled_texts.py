"""The vocabulary of a text task is learnt without its test part, whether the data brings one or it is drawn."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.check import check
from cnn_vs_rnn.tasks.data import UNKNOWN
from cnn_vs_rnn.tasks.labelled_texts import Texts, text_task
from cnn_vs_rnn.tasks.tokens import TokenOptions

TREC = yaml.safe_load((Path(__file__).parents[2] / "conf" / "task" / "trec.yaml").read_text(encoding="utf-8"))
# Each text has a word of its own, twice, so that it is not rare
TEXTS = [f"word{number} word{number}" for number in range(40)]
LABELS = np.arange(40) % 2
OPTIONS = TokenOptions(longest=4, embedding=2)


def assert_only_the_test_part_is_unknown(raw, config):
    checked = check(config, raw)
    assert len(checked.pool) + len(checked.test) == len(TEXTS)
    assert set(checked.test.inputs[:, :2].flat) == {UNKNOWN}
    assert UNKNOWN not in checked.pool.inputs
    assert len(raw.vocabulary) == 2 + len(checked.pool)


@pytest.mark.parametrize("groups", [None, np.arange(40) // 4], ids=["single", "groups"])
@pytest.mark.parametrize("split_seed", [0, 1, 2])
def test_words_of_a_drawn_test_part_are_unknown(groups, split_seed):
    config = TaskConfig(**TREC | {"test_fraction": 0.25, "split_seed": split_seed})
    raw = text_task(config, OPTIONS, Texts(TEXTS, LABELS), None, classes=("no", "yes"), groups=groups)
    assert_only_the_test_part_is_unknown(raw, config)


def test_words_of_a_test_part_that_the_data_brings_are_unknown():
    config = TaskConfig(**TREC)
    pool, test = Texts(TEXTS[:30], LABELS[:30]), Texts(TEXTS[30:], LABELS[30:])
    raw = text_task(config, OPTIONS, pool, test, classes=("no", "yes"))
    assert_only_the_test_part_is_unknown(raw, config)
