"""Symbols to repeat, forwards and backwards."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.data import END
from cnn_vs_rnn.tasks.load import load_task

NAMES = ("copy_symbols", "reverse_symbols")


def config(name, seed=0, **options):
    path = Path(__file__).parents[2] / "conf" / "task" / f"{name}.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return TaskConfig(**{**content, "split_seed": seed, "options": {**content["options"], **options}})


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_the_source_or_the_source_backwards(name):
    raw = load_task(config(name, samples=2000, test_samples=500))
    assert (len(raw.pool), len(raw.test)) == (2000, 500)
    for part in (raw.pool, raw.test):
        lengths = part.lengths
        assert (lengths.min(), lengths.max()) == (2, 16)
        counts = np.bincount(lengths)[2:]
        assert counts.min() > 0.5 * counts.mean()  # all lengths are as frequent
        for source, target, length in zip(part.inputs, part.targets, lengths, strict=True):
            expected = source[:length] if name == "copy_symbols" else source[:length][::-1]
            assert target[: length + 1].tolist() == [*expected.tolist(), END]
    symbols = np.unique(raw.pool.inputs[raw.pool.inputs > 0])
    assert [raw.vocabulary[symbol] for symbol in symbols] == list("abcdefghijkl")
    assert raw.input.words == raw.input.vocabulary == raw.output.size == 16


@pytest.mark.parametrize("name", NAMES)
def test_sequences_follow_the_seed_and_test_is_not_train(name):
    first, again, other = (load_task(config(name, seed, samples=50, test_samples=50)) for seed in (0, 0, 1))
    assert np.array_equal(first.pool.inputs, again.pool.inputs)
    assert np.array_equal(first.test.inputs, again.test.inputs)
    assert not np.array_equal(first.pool.inputs, other.pool.inputs)
    assert not np.array_equal(first.pool.inputs, first.test.inputs)


def test_one_length_and_few_symbols_may_be_asked_for():
    raw = load_task(config("copy_symbols", symbols=2, shortest=5, longest=5, samples=20, test_samples=10))
    assert set(raw.pool.lengths.tolist()) == {5}
    assert raw.vocabulary[-2:] == ("a", "b")
    assert raw.output.sequence == 6


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"symbols": 27}, "option symbols=27 is refused: .*less than or equal to 26"),
        ({"shortest": 0}, "option shortest=0 is refused: .*greater than or equal to 1"),
        (
            {"shortest": 9, "longest": 8},
            "the task's option shortest=9 is more than longest=8",
        ),
        ({"length": 9}, "task copy_symbols has no option 'length'"),
    ],
)
def test_options_of_symbols_that_cannot_be_are_refused(options, said):
    with pytest.raises(UserError, match=said):
        load_task(config("copy_symbols", **options))
