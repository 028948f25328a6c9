"""The two synthetic tasks hold what their papers say."""

import numpy as np
import pytest

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.load import load_task


def config(name, seed=0, **options):
    return TaskConfig(
        name=name,
        target=f"cnn_vs_rnn.tasks.{name}:load",
        modality="synthetic",
        description="",
        source="",
        loss="mse",
        score="mse",
        equivalence=0.01,
        split_seed=seed,
        options=options,
    )


@pytest.mark.parametrize("length", [2, 3, 17, 50])
def test_adding_marks_one_number_in_each_half(length):
    pool = load_task(config("adding", length=length, samples=500, test_samples=10)).pool
    values, markers = pool.inputs[..., 0], pool.inputs[..., 1]
    assert pool.inputs.shape == (500, length, 2)
    assert np.isin(markers, [0, 1]).all()
    assert (markers[:, : length // 2].sum(1) == 1).all()
    assert (markers[:, length // 2 :].sum(1) == 1).all()
    np.testing.assert_allclose(pool.targets[:, 0], (values * markers).sum(1), rtol=1e-6)
    assert values.min() >= 0
    assert values.max() <= 1


def test_adding_has_its_known_chance_level():
    targets = load_task(config("adding", samples=20_000, length=4)).pool.targets
    assert ((targets - 1) ** 2).mean() == pytest.approx(1 / 6, rel=0.03)


@pytest.mark.parametrize("delay", [1, 2, 30])
def test_copy_memory_asks_for_what_it_showed(delay):
    pool = load_task(config("copy_memory", delay=delay, samples=200, test_samples=10)).pool
    shown = pool.inputs.argmax(2)
    assert pool.inputs.shape == (200, delay + 20, 10)
    assert (pool.inputs.sum(2) == 1).all()
    assert set(np.unique(shown[:, :10])) == set(range(1, 9))
    assert (shown[:, 10:-11] == 0).all()
    assert (shown[:, -11:] == 9).all()
    assert (pool.targets[:, :-10] == 0).all()
    assert np.array_equal(pool.targets[:, -10:], shown[:, :10])


@pytest.mark.parametrize("name", ["adding", "copy_memory"])
def test_data_follow_the_seed_and_test_is_not_train(name):
    first, again, other = (load_task(config(name, seed, samples=20, test_samples=20)) for seed in (0, 0, 1))
    assert np.array_equal(first.pool.inputs, again.pool.inputs)
    assert np.array_equal(first.test.inputs, again.test.inputs)
    assert not np.array_equal(first.pool.inputs, other.pool.inputs)
    assert not np.array_equal(first.pool.inputs, first.test.inputs)


@pytest.mark.parametrize(
    ("name", "option", "value", "allowed"),
    [
        ("adding", "length", 1, "greater than or equal to 2"),
        ("adding", "length", "long", "valid integer"),
        ("adding", "length", 2.5, "valid integer"),
        ("adding", "samples", 9, "greater than or equal to 10"),
        ("adding", "test_samples", -1, "greater than or equal to 10"),
        ("copy_memory", "delay", 0, "greater than or equal to 1"),
        ("copy_memory", "samples", 0, "greater than or equal to 10"),
    ],
)
def test_a_bad_option_is_named_with_what_is_allowed(name, option, value, allowed):
    with pytest.raises(UserError, match=f"task {name}: option {option}={value!r} is refused: .*{allowed}"):
        load_task(config(name, **{option: value}))


def test_an_unknown_option_is_named_with_the_nearest():
    with pytest.raises(UserError, match=r"task adding has no option 'lenght': did you mean length\?"):
        load_task(config("adding", lenght=3))
    with pytest.raises(UserError, match="task digits has no option 'size'"):
        load_task(config("digits", size=3))


@pytest.mark.parametrize(
    "target", ["cnn_vs_rnn.tasks.nowhere:load", "cnn_vs_rnn.tasks.digits:nothing", "not a target", "nowhere:load"]
)
def test_an_unknown_target_is_named(target):
    broken = config("adding").model_copy(update={"target": target})
    with pytest.raises(UserError, match=r"task adding: target .* cannot be imported"):
        load_task(broken)
