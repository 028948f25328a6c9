"""Where an effect crosses its margin."""

import numpy as np
import pytest

from cnn_vs_rnn.claims.crossover import find_crossover


def crossing(positions, excess, resamples=1000):
    return find_crossover(np.array(positions, dtype=float), np.array(excess, dtype=float), 0.95, resamples)


def test_between_two_positions():
    found = crossing([10, 20, 30], [[2, 2, 2], [1, 1, 1], [-3, -3, -3]])
    assert found.at == pytest.approx(22.5)
    assert (found.low, found.high) == pytest.approx((22.5, 22.5))  # all seeds alike


def test_over_a_decade_on_the_logarithm():
    assert crossing([10, 1000], [[-1, -1], [1, 1]]).at == pytest.approx(100)


def test_the_order_of_tests_does_not_matter():
    assert crossing([30, 10, 20], [[-3, -3], [2, 2], [1, 1]]).at == pytest.approx(22.5)


def test_seeds_that_differ_widen_the_interval():
    found = crossing([10, 20, 30, 40], [[4, 4, 4], [3, 2, 1], [0, -1, -2], [-9, -9, -9]])
    assert 10 < found.low < found.at < found.high < 40


def test_the_interval_ends_where_the_positions_do():
    found = crossing([10, 20], [[9, 0.1, -3, 0.1, 1], [-9, 0.2, 3, -0.1, -2]])
    assert (found.low, found.high) == pytest.approx((10, 20))


@pytest.mark.parametrize("excess", [[[1], [2], [3]], [[1], [-1], [1]]])
def test_none_or_several_crossings_are_no_crossover(excess):
    assert crossing([1, 2, 3], np.repeat(excess, 3, axis=1)) is None


def test_the_interval_holds_the_true_crossing():
    generator = np.random.default_rng(0)
    slope = np.array([15.0, 5.0, -5.0, -15.0])[:, None]  # crosses at 25
    held = 0
    for _ in range(100):
        found = crossing([10, 20, 30, 40], slope + 6 * generator.normal(size=(4, 5)), resamples=300)
        held += found is not None and found.low <= 25 <= found.high
    assert held >= 88
