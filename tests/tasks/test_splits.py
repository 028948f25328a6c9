import numpy as np
import pytest

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.splits import split_notes, split_pool

CLASSES = np.repeat(np.arange(4), [40, 20, 12, 8])
GENERATOR = np.random.default_rng(0)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("targets", "groups"),
    [
        pytest.param(CLASSES, None, id="classes"),
        pytest.param(CLASSES, np.arange(80) % 16, id="grouped classes"),
        pytest.param(GENERATOR.random((80, 1)), None, id="values"),
        pytest.param(GENERATOR.random((80, 1)), np.arange(80) // 8, id="grouped values"),
        pytest.param(GENERATOR.integers(0, 3, (80, 7)), None, id="classes a step"),
    ],
)
def test_a_split_takes_every_sample_once_and_no_group_twice(targets, groups, seed):
    train, valid = split_pool(targets, groups, 0.2, seed)
    assert sorted([*train, *valid]) == list(range(80))
    assert len(valid) == pytest.approx(16, abs=4)
    if groups is not None:
        assert not set(groups[train]) & set(groups[valid])


@pytest.mark.parametrize("groups", [None, np.arange(80) % 16], ids=["single", "grouped"])
def test_the_seed_decides(groups):
    first, again, other = (split_pool(CLASSES, groups, 0.2, seed)[1] for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_classes_keep_their_shares():
    _, valid = split_pool(CLASSES, None, 0.25, seed=1)
    assert np.bincount(CLASSES[valid]).tolist() == [10, 5, 3, 2]


def test_seeds_differ_even_where_group_sizes_leave_one_way_to_deal_them_out():
    targets = np.repeat([0, 1], 55)
    groups = np.concatenate([np.repeat(np.arange(10), np.arange(1, 11))] * 2)
    held_out = {tuple(np.unique(groups[split_pool(targets, groups, 0.2, seed)[1]])) for seed in range(5)}
    assert len(held_out) == 5


def test_a_class_with_one_sample_stays_in_training_and_is_named():
    targets = np.array([0] * 10 + [1] * 10 + [2])
    for seed in range(10):
        train, _ = split_pool(targets, None, 0.2, seed)
        assert 20 in train
    (note,) = split_notes(targets, None, 0.2, ("cat", "dog", "emu"))
    assert "emu" in note
    assert "cat" not in note


def test_a_class_in_one_group_stays_in_training_with_its_whole_group():
    targets = np.array([0, 0, 0, 0, 0, 1])
    groups = np.array([0, 0, 1, 1, 2, 2])
    for seed in range(6):
        train, valid = split_pool(targets, groups, 0.3, seed)
        assert {4, 5} <= set(train)
        assert len(valid) == 2


def test_too_few_samples_to_stratify_are_split_all_the_same_and_that_is_said():
    targets = np.repeat(np.arange(6), 2)
    train, valid = split_pool(targets, None, 0.2, seed=0)
    assert (len(train), len(valid)) == (10, 2)
    assert "without regard to class" in split_notes(targets, None, 0.2, tuple("abcdef"))[0]


def test_usual_data_needs_no_note():
    assert split_notes(CLASSES, None, 0.2, tuple("abcd")) == ()
    assert split_notes(GENERATOR.random((80, 1)), None, 0.2, ()) == ()


@pytest.mark.parametrize(
    ("targets", "groups"),
    [
        (np.array([0]), None),
        (np.array([0, 1, 2]), None),
        (np.zeros((1, 1)), None),
        (np.array([0, 0, 1, 1]), np.array([0, 0, 0, 0])),
        (np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])),
    ],
    ids=["one sample", "one of each", "one value", "one group", "every class in one group"],
)
def test_what_cannot_be_split_is_refused(targets, groups):
    with pytest.raises(UserError, match="cannot be split"):
        split_pool(targets, groups, 0.2, seed=0)
