import itertools

import numpy as np
import pytest

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.splits import fold_of, split_notes, split_pool, train_and_valid

CLASSES = np.repeat(np.arange(4), [40, 20, 12, 8])
GENERATOR = np.random.default_rng(0)


POOLS = pytest.mark.parametrize(
    ("targets", "groups"),
    [
        pytest.param(CLASSES, None, id="classes"),
        pytest.param(CLASSES, np.arange(80) % 16, id="grouped classes"),
        pytest.param(GENERATOR.random((80, 1)), None, id="values"),
        pytest.param(GENERATOR.random((80, 1)), np.arange(80) // 8, id="grouped values"),
        pytest.param(GENERATOR.integers(0, 3, (80, 7)), None, id="classes a step"),
    ],
)


@pytest.mark.parametrize("divided", [split_pool, fold_of])
@pytest.mark.parametrize("seed", range(5))
@POOLS
def test_a_split_takes_every_sample_once_and_no_group_twice(targets, groups, seed, divided):
    train, valid = divided(targets, groups, 0.2, seed)
    assert sorted([*train, *valid]) == list(range(80))
    assert len(valid) == pytest.approx(16, abs=4)
    if groups is not None:
        assert not set(groups[train]) & set(groups[valid])


@pytest.mark.parametrize("divided", [split_pool, fold_of])
@pytest.mark.parametrize("groups", [None, np.arange(80) % 16], ids=["single", "grouped"])
def test_the_seed_decides(groups, divided):
    first, again, other = (divided(CLASSES, groups, 0.2, seed)[1] for seed in (3, 3, 4))
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


def folds(targets, groups, fraction, seeds):
    return [fold_of(targets, groups, fraction, seed)[1].tolist() for seed in seeds]


def together(held_out):
    return sorted(itertools.chain.from_iterable(held_out))


@POOLS
@pytest.mark.parametrize("division", range(3))
def test_successive_seeds_take_the_folds_of_one_division_in_turn(targets, groups, division):
    held_out = folds(targets, groups, 0.2, range(5 * division, 5 * division + 5))
    assert together(held_out) == list(range(80))


@POOLS
def test_the_next_seeds_take_those_of_another_division(targets, groups):
    first, second = (folds(targets, groups, 0.2, range(begin, begin + 5)) for begin in (0, 5))
    assert not {tuple(fold) for fold in first} & {tuple(fold) for fold in second}


@pytest.mark.parametrize(("fraction", "count"), [(0.1, 10), (0.25, 4), (0.3, 3), (0.5, 2)])
def test_the_fraction_decides_how_many_folds_there_are(fraction, count):
    held_out = folds(CLASSES, None, fraction, range(count))
    assert together(held_out) == list(range(80))
    assert all(len(fold) == pytest.approx(80 / count, abs=1) for fold in held_out)


def test_classes_keep_their_shares_in_every_fold():
    for fold in folds(CLASSES, None, 0.25, range(4)):
        assert np.bincount(CLASSES[fold]).tolist() == [10, 5, 3, 2]


def test_a_sample_that_training_cannot_do_without_is_in_no_fold():
    targets = np.array([0] * 10 + [1] * 10 + [2])
    assert together(folds(targets, None, 0.2, range(5))) == list(range(20))
    in_groups = np.array([0, 0, 0, 0, 0, 1])
    groups = np.array([0, 0, 1, 1, 2, 2])
    assert together(folds(in_groups, groups, 0.3, range(2))) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "targets",
    [np.array([0] * 9 + [1] * 2), np.repeat(np.arange(6), 2), np.array([0, 0, 1]), np.array([0, 0]), np.zeros((3, 1))],
    ids=["one of two", "all of two", "two and one", "a pair", "three values"],
)
def test_tiny_classes_are_divided_all_the_same(targets):
    fixed = {2} if len(targets) == 3 and targets.ndim == 1 else set()
    free = sorted(set(range(len(targets))) - fixed)
    for seed in range(10):
        train, valid = fold_of(targets, None, 0.2, seed)
        assert sorted([*train, *valid]) == list(range(len(targets)))
        assert len(valid) > 0
        assert fixed <= set(train)
    assert together(folds(targets, None, 0.2, range(min(5, len(free))))) == free


def test_a_class_of_two_samples_is_never_held_out_whole_where_others_are_large():
    targets = np.array([0] * 20 + [1] * 20 + [2] * 2)
    for seed in range(20):
        train, _ = fold_of(targets, None, 0.2, seed)
        assert set(targets[train]) == {0, 1, 2}


def test_with_fewer_groups_than_folds_each_group_is_a_fold():
    groups = np.repeat([3, 5, 8], [20, 30, 30])
    for targets in (GENERATOR.random((80, 1)), np.arange(80) % 2):
        held_out = folds(targets, groups, 0.2, range(3))
        assert sorted(np.unique(groups[fold]).tolist() for fold in held_out) == [[3], [5], [8]]


def test_what_cannot_be_split_has_no_folds():
    for targets, groups in ((np.array([0, 1, 2]), None), (np.array([0, 0, 1, 1]), np.zeros(4, int))):
        with pytest.raises(UserError, match="cannot be split"):
            fold_of(targets, groups, 0.2, 0)


def test_a_duplicate_of_a_validation_sample_is_not_trained_on_in_turn_either():
    identical = np.arange(80) // 2
    for seed in range(5):
        split = train_and_valid(CLASSES, None, None, identical, 0.2, seed, in_turn=True)
        assert np.array_equal(split.valid, fold_of(CLASSES, None, 0.2, seed)[1])
        assert not set(identical[split.train]) & set(identical[split.valid])
