"""The embedded real data are what their sources say."""

import numpy as np

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.load import load_task


def raw(name):
    return load_task(
        TaskConfig(
            name=name,
            target=f"cnn_vs_rnn.tasks.{name}:load",
            modality="series",
            description="",
            source="",
            loss="cross_entropy",
            score="accuracy",
            equivalence=0.01,
        )
    )


def test_digits():
    task = raw("digits")
    assert task.pool.inputs.shape == (1797, 1, 8, 8)
    assert (task.pool.inputs.min(), task.pool.inputs.max()) == (0, 16)
    assert np.bincount(task.pool.targets).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert task.test is None


def test_japanese_vowels():
    task = raw("japanese_vowels")
    assert task.pool.inputs.shape == (270, 29, 12)
    assert task.test.inputs.shape == (370, 29, 12)
    assert np.bincount(task.pool.targets).tolist() == [30] * 9
    assert np.bincount(task.test.targets).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    lengths = np.concatenate([task.pool.lengths, task.test.lengths])
    assert (lengths.min(), lengths.max()) == (7, 29)


def test_osu_leaf():
    task = raw("osu_leaf")
    assert task.pool.inputs.shape == (200, 427, 1)
    assert task.test.inputs.shape == (242, 427, 1)
    assert np.bincount(task.pool.targets).tolist() == [34, 29, 33, 53, 36, 15]
    assert task.pool.lengths is None
