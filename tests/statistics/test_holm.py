"""Holm's adjustment."""

import numpy as np
import pytest

from cnn_vs_rnn.statistics.holm import holm


def test_worked_by_hand():
    # sorted 0.005 x 4, 0.01 x 3, 0.03 x 2, 0.04 x 1; none below the one before
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_one_test_stays_as_it_is_and_none_exceeds_1():
    assert holm([0.04]) == [0.04]
    assert holm([0.9, 0.8, 1.0]) == [1.0, 1.0, 1.0]


def test_no_more_errors_than_one_test_would_make():
    generator = np.random.default_rng(0)
    wrong = sum(min(holm(p)) < 0.05 for p in generator.uniform(size=(2000, 5)).tolist())
    assert 0.03 < wrong / 2000 < 0.06
