"""The expected best score by tuning trials, against a simulation and by hand."""

import numpy as np
import pytest

from cnn_vs_rnn.tuning.curve import band, expected_best

SCORES = np.array([0.2, 0.5, 0.5, 0.9])


def test_by_hand():
    # P(best of 2 <= 0.2) = 1/16, <= 0.5: 9/16, <= 0.9: 1
    expected = 0.2 / 16 + 0.5 * 8 / 16 + 0.9 * 7 / 16
    assert expected_best([SCORES], 2)[1] == pytest.approx(expected)


def test_one_trial_gives_the_mean_and_many_the_maximum():
    curve = expected_best([SCORES], 200)
    assert curve[0] == pytest.approx(SCORES.mean())
    assert curve[-1] == pytest.approx(SCORES.max())
    assert (np.diff(curve) >= -1e-12).all()


def test_a_family_takes_the_best_of_its_models():
    other = np.array([0.1, 0.6, 0.7])
    generator = np.random.default_rng(0)
    draws = [max(generator.choice(SCORES, 3).max(), generator.choice(other, 3).max()) for _ in range(20_000)]
    assert expected_best([SCORES, other], 3)[2] == pytest.approx(np.mean(draws), abs=0.005)


def test_the_band_holds_the_curve_and_narrows_with_trials():
    few = np.random.default_rng(1).normal(size=8)
    many = np.random.default_rng(1).normal(size=200)
    widths = []
    for scores in (few, many):
        low, high = band([scores], 5, 0.95)
        assert (low <= expected_best([scores], 5)).all()
        assert (high >= expected_best([scores], 5)).all()
        widths.append(float((high - low)[0]))
    assert widths[1] < widths[0] / 2
