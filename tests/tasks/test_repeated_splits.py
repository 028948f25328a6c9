"""Splits whose test part is another for every seed."""

from dataclasses import replace

import numpy as np
import pytest

from cnn_vs_rnn.augmentation.scaling import prepare, read_part, test_numbers
from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.repeated_splits import ORIGINS, repeated_split, rolling_split
from cnn_vs_rnn.tasks.store import ingest

test_numbers.__test__ = False  # a function of the library, no test

CLASSES = np.repeat(np.arange(4), [40, 20, 12, 8])
APART = np.arange(80)
GENERATOR = np.random.default_rng(0)
CONFIG = TaskConfig(
    name="toy",
    target="cnn_vs_rnn.tasks.digits:load",
    modality="series",
    description="toy",
    source="toy",
    loss="cross_entropy",
    score="accuracy",
    equivalence=0.01,
    test_fraction=0.2,
    repeated=True,
)


@pytest.fixture
def loaded(monkeypatch):
    """Makes `ingest` find this raw task, whatever the configuration names."""

    def load(raw):
        monkeypatch.setattr("cnn_vs_rnn.tasks.store.load_task", lambda config: raw)

    return load


def sequences(targets=CLASSES, **more):
    inputs = np.random.default_rng(1).normal(size=(len(targets), 5, 2)).astype(np.float32)
    spec = InputSpec(kind="sequence", channels=2, length=5)
    raw = RawTask(Samples(inputs, targets), None, spec, OutputSpec(size=4), classes=("a", "b", "c", "d"))
    return replace(raw, **more)


@pytest.mark.parametrize("groups", [None, np.arange(80) % 16], ids=["single", "grouped"])
@pytest.mark.parametrize("seed", range(3))
def test_every_sample_is_in_one_part_and_no_group_in_two(groups, seed):
    split = repeated_split(CLASSES, groups, None, APART, 0.2, 0.25, seed)
    assert sorted([*split.train, *split.valid, *split.test]) == list(range(80))
    assert len(split.test) == pytest.approx(16, abs=4)
    if groups is not None:
        parts = [set(groups[part]) for part in (split.train, split.valid, split.test)]
        assert len(set.union(*parts)) == sum(map(len, parts))
    else:
        assert np.bincount(CLASSES[split.test]).tolist() == [8, 4, 2, 2]


def test_each_seed_tests_others():
    tests = [set(repeated_split(CLASSES, None, None, APART, 0.2, 0.25, seed).test) for seed in range(5)]
    assert len(set.union(*tests)) > 45  # 80 * (1 - 0.8^5) = 54 expected
    assert tests[0] == set(repeated_split(CLASSES, None, None, APART, 0.2, 0.25, 0).test)


def test_a_copy_of_a_test_sample_is_trained_on_by_nobody():
    identical = APART // 2  # every sample twice
    split = repeated_split(CLASSES, None, None, identical, 0.2, 0.25, 0)
    parts = [set(identical[part]) for part in (split.train, split.valid, split.test)]
    assert len(set.union(*parts)) == sum(map(len, parts))
    with pytest.raises(UserError, match="training and test samples are the same"):
        repeated_split(CLASSES, None, None, np.zeros(80, int), 0.2, 0.25, 0)


def test_a_validation_part_of_the_data_stays_one():
    valid = APART % 4 == 0
    split = repeated_split(CLASSES, None, valid, APART, 0.2, 0.25, 1)
    assert valid[split.valid].all()
    assert not valid[split.train].any()


def test_time_goes_forward():
    ends = np.arange(10, 190)
    spans = np.stack([ends, ends + 10], axis=1)
    tested = []
    for seed in range(ORIGINS):
        split = rolling_split(spans, seed)
        latest, earliest = spans[:, 1], spans[:, 0]
        assert latest[split.train].max() <= earliest[split.valid].min()
        assert latest[split.valid].max() <= earliest[split.test].min()
        tested.append(set(split.test))
    assert not set.union(*tested[::2]) & set.union(*tested[1::2])
    assert min(earliest[list(set.union(*tested))]) == 10 + round(0.5 * 189)
    assert max(latest[list(tested[-1])]) == 199
    assert set(rolling_split(spans, ORIGINS).test) == tested[0]
    with pytest.raises(UserError, match="too short to be split by time"):
        rolling_split(spans[:20], 0)


def test_every_part_is_read_from_the_pool(tmp_path, loaded):
    loaded(sequences())
    task = ingest(CONFIG, tmp_path)
    assert (task.pool_samples, task.test_samples) == (80, 16)
    card = task.card()
    assert card.samples == {"train": 51, "valid": 13, "test": 16}
    assert "test part: 0.2 of the samples, drawn anew for every seed" in card.notes
    prepared = prepare(task, CONFIG.model_copy(update={"scale": False}), (0, 1), tmp_path / "prepared")
    pool = task.pool()
    for seed in (0, 1):
        numbers = test_numbers(prepared, seed)
        np.testing.assert_array_equal(read_part(prepared, seed, "test").inputs, pool.inputs[numbers])
        parts = [read_part(prepared, seed, part).inputs for part in ("train", "valid", "test")]
        assert len({row.tobytes() for part in parts for row in part}) == 80
    assert set(test_numbers(prepared, 0)) != set(test_numbers(prepared, 1))


def test_a_fixed_test_part_has_numbers_too(tmp_path, loaded):
    loaded(sequences())
    config = CONFIG.model_copy(update={"repeated": False})
    task = ingest(config, tmp_path)
    prepared = prepare(task, config, (0, 1), tmp_path / "prepared")
    assert list(test_numbers(prepared, 0)) == list(test_numbers(prepared, 1)) == list(range(16))


def test_a_token_that_a_seed_has_not_seen_is_unknown_to_it(tmp_path, loaded):
    tokens = np.full((80, 3), 2)
    tokens[:, 1] = np.arange(80) + 3  # a word of its own in every text
    tokens[:, 2] = 0
    spec = InputSpec(kind="tokens", channels=4, length=3, vocabulary=90)
    loaded(sequences(pool=Samples(tokens, CLASSES), input=spec))
    task = ingest(CONFIG, tmp_path)
    prepared = prepare(task, CONFIG, (0,), tmp_path / "prepared")
    assert read_part(prepared, 0, "test").inputs.tolist() == [[2, 1, 0]] * 16
    assert (read_part(prepared, 0, "valid").inputs[:, 1] > 2).all()


def test_samples_in_time_are_split_by_it(tmp_path, loaded):
    ends = np.arange(80)
    loaded(
        sequences(GENERATOR.normal(size=(80, 1)).astype(np.float32), classes=(), spans=np.stack([ends, ends + 1], 1))
    )
    config = CONFIG.model_copy(update={"loss": "mse", "score": "mse", "test_fraction": None})
    task = ingest(config, tmp_path)
    assert task.card().samples == {"train": 32, "valid": 8, "test": 8}
    assert list(task.split(config, 4).test) == list(range(72, 80))


@pytest.mark.parametrize(
    ("raw", "changes", "said"),
    [
        ({"test": sequences().pool}, {"test_fraction": None}, "has an official test part, the same for every seed"),
        ({}, {"test_fraction": None}, "repeated splits draw test parts: set test_fraction"),
    ],
)
def test_what_cannot_be_repeated_is_said(tmp_path, loaded, raw, changes, said):
    loaded(sequences(**raw))
    with pytest.raises(UserError, match=said):
        ingest(CONFIG.model_copy(update=changes), tmp_path)
