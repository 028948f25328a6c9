"""Several data sets together, against scipy, published examples and planted truths."""

import numpy as np
import pytest
from scipy import stats

from cnn_vs_rnn.statistics.across import interquartile_mean, pair_tests, probability_of_improvement

# AUC of C4.5 and of C4.5 with its m tuned, on 14 data sets (Demsar 2006, table 2)
C45 = [0.763, 0.599, 0.954, 0.628, 0.882, 0.936, 0.661, 0.583, 0.775, 1.000, 0.940, 0.619, 0.972, 0.957]
C45_M = [0.768, 0.591, 0.971, 0.661, 0.888, 0.931, 0.668, 0.583, 0.838, 1.000, 0.962, 0.666, 0.981, 0.978]


def runs(*means, spread=0.02, seeds=5, seed=0):
    generator = np.random.default_rng(seed)
    return [mean + spread * generator.normal(size=seeds) for mean in means]


def test_the_interquartile_mean_is_scipys_trimmed_mean():
    a = runs(0.5, 0.7, 0.9)
    found = interquartile_mean(a, 0.95, 500)
    assert found.value == pytest.approx(stats.trim_mean(np.concatenate(a), 0.25))
    assert found.low < found.value < found.high
    assert found == interquartile_mean(a, 0.95, 500)


def test_an_outlying_data_set_moves_it_little():
    usual = interquartile_mean(runs(0.7, 0.7, 0.7, 0.7), 0.95, 200).value
    assert interquartile_mean(runs(0.7, 0.7, 0.7, 0.0), 0.95, 200).value == pytest.approx(usual, abs=0.02)


def test_the_probability_is_that_of_mann_and_whitney():
    a, b = runs(0.5, 0.7, 0.8), runs(0.51, 0.68, 0.8, seed=1)
    by_scipy = np.mean([stats.mannwhitneyu(x, y).statistic / (len(x) * len(y)) for x, y in zip(a, b, strict=True)])
    assert probability_of_improvement(a, b, 0.95, 200).value == pytest.approx(by_scipy)


def test_a_model_against_itself_is_even_and_a_better_one_is_seen():
    a = runs(0.5, 0.7, 0.8)
    assert probability_of_improvement(a, a, 0.95, 200).value == pytest.approx(0.5)
    better = probability_of_improvement(runs(0.6, 0.8, 0.9, seed=2), a, 0.95, 500)
    assert better.low > 0.5


def test_equals_are_rarely_told_apart():
    """Of 100 pairs of equals over five data sets, few intervals exclude a half."""
    wrong = 0
    for trial in range(100):
        a = runs(*[0.7] * 5, seed=2 * trial)
        b = runs(*[0.7] * 5, seed=2 * trial + 1)
        found = probability_of_improvement(a, b, 0.95, 200)
        wrong += not found.low <= 0.5 <= found.high
    assert wrong <= 10


def test_wilcoxons_test_gives_the_published_answer():
    (found,) = pair_tests({"tuned": np.array(C45_M), "plain": np.array(C45)})
    assert (found.wins, found.losses) == (10, 2)
    assert found.p < 0.05  # R- = 12, critical value 21
    by_hand = stats.wilcoxon(np.array(C45_M) - np.array(C45), zero_method="zsplit")
    assert found.p == pytest.approx(by_hand.pvalue)


def test_pairs_are_adjusted_for_each_other():
    generator = np.random.default_rng(3)
    means = {name: generator.normal(shift, 0.1, size=12) for name, shift in (("a", 0.0), ("b", 0.05), ("c", 0.3))}
    found = pair_tests(means)
    assert len(found) == 3
    raw = {(one.a, one.b): stats.wilcoxon(means[one.a] - means[one.b], zero_method="zsplit").pvalue for one in found}
    assert min(one.p for one in found) == pytest.approx(3 * min(raw.values()))
    assert all(one.p >= raw[one.a, one.b] for one in found)


def test_the_same_scores_are_no_difference():
    (found,) = pair_tests({"a": np.array(C45), "b": np.array(C45)})
    assert (found.p, found.wins, found.losses, found.difference) == (1.0, 0, 0, 0.0)
