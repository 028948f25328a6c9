"""MNIST-1D is what its paper says, and as hard."""

from pathlib import Path

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.load import load_task
from cnn_vs_rnn.tasks.mnist_1d import templates

TASK = yaml.safe_load((Path(__file__).parents[2] / "conf/task/mnist_1d.yaml").read_text(encoding="utf-8"))


def loaded(**options):
    return load_task(TaskConfig(**{**TASK, "options": {**TASK["options"], **options}}))


def test_a_series_follows_the_published_shapes():
    shapes = templates()
    assert shapes.shape == (10, 12)
    assert np.allclose(shapes[:, 0], 0)
    assert np.allclose((6 * shapes).std(axis=1), 1)
    pool = loaded(samples=2000, test_samples=10).pool
    assert pool.inputs.shape == (2000, 40, 1)
    assert np.bincount(pool.targets).tolist() == [200] * 10
    # a zero rises above both its ends and a six falls below them, wherever they lie
    series = pool.inputs[..., 0] - np.median(pool.inputs[..., 0], axis=1, keepdims=True)
    assert series[pool.targets == 0].max(axis=1).mean() > 1.5 * series[pool.targets == 6].max(axis=1).mean()


def test_a_linear_model_is_as_helpless_as_published():
    data = loaded()
    model = LogisticRegression(max_iter=1000).fit(data.pool.inputs[..., 0], data.pool.targets)
    assert 0.25 < model.score(data.test.inputs[..., 0], data.test.targets) < 0.40  # published: 0.32


def test_an_order_of_points_is_the_same_for_every_series():
    plain, other = loaded(samples=50, test_samples=20), loaded(samples=50, test_samples=20, permutation_seed=3)
    order = [int(np.flatnonzero((plain.pool.inputs[0] == point).all(axis=1))[0]) for point in other.pool.inputs[0]]
    assert sorted(order) == list(range(40))
    assert order != sorted(order)
    assert np.array_equal(plain.pool.inputs[:, order], other.pool.inputs)
    assert np.array_equal(plain.test.inputs[:, order], other.test.inputs)


def test_more_points_show_the_same_shapes():
    coarse, fine = loaded(samples=50, test_samples=20), loaded(samples=50, test_samples=20, points=79)
    assert np.array_equal(coarse.pool.targets, fine.pool.targets)
    assert np.allclose(coarse.pool.inputs, fine.pool.inputs[:, ::2], atol=1e-6)
