"""Intervals against known answers, and how often they miss."""

import numpy as np
import pytest
import torch
from scipy import stats

from cnn_vs_rnn.learner.scores import macro_f1_contributions
from cnn_vs_rnn.statistics.bootstrap import mean_interval, stretch
from cnn_vs_rnn.statistics.summary import LIMITS

SETTINGS = {"confidence": 0.95, "resamples": 4000, "seed": 0}


def test_samples_alone_agree_with_scipy():
    values = np.random.default_rng(0).normal(3.0, 2.0, size=400)
    ours = mean_interval(values[None], **SETTINGS)
    known = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=4000, rng=1).confidence_interval
    assert ours.mean == pytest.approx(values.mean())
    assert (ours.low, ours.high) == pytest.approx(known, abs=0.02)


def test_seeds_alone_agree_with_students_t():
    seed_means = np.array([0.90, 0.93, 0.91, 0.96, 0.95, 0.92, 0.94, 0.89])
    ours = mean_interval(np.tile(seed_means[:, None], (1, 50)), **SETTINGS)
    known = stats.t.interval(0.95, 7, loc=seed_means.mean(), scale=stats.sem(seed_means))
    assert (ours.low, ours.high) == pytest.approx(known, rel=0.005)
    assert ours.by_samples == 0


def test_both_sources_add_up_in_squares():
    generator = np.random.default_rng(3)
    table = generator.normal(size=(12, 1)) + 10 * generator.normal(size=(1, 300))
    ours = mean_interval(table, **SETTINGS)
    assert (ours.high - ours.low) / 2 == pytest.approx(np.hypot(ours.by_seeds, ours.by_samples), rel=0.05)
    assert ours.by_seeds == pytest.approx(stats.t.ppf(0.975, 11) * stats.sem(table.mean(axis=1)), rel=0.1)
    assert ours.by_samples == pytest.approx(1.96 * stats.sem(table.mean(axis=0)), rel=0.05)


def test_luck_of_seed_and_sample_counts_once():
    table = np.random.default_rng(4).normal(size=(10, 500))  # nothing but interaction
    ours = mean_interval(table, **SETTINGS)
    known = stats.t.ppf(0.975, 9) / np.sqrt(table.size)
    assert (ours.high - ours.low) / 2 == pytest.approx(known, rel=0.5)


def test_pairing_removes_what_two_models_share():
    generator = np.random.default_rng(5)
    shared = generator.normal(size=(5, 200)) + generator.normal(size=(5, 1))
    ours = mean_interval((shared + 0.1) - shared, **SETTINGS)
    assert (ours.mean, ours.low, ours.high) == pytest.approx((0.1, 0.1, 0.1))


def test_the_same_seed_gives_the_same_interval():
    table = np.random.default_rng(6).normal(size=(5, 1)) + np.random.default_rng(7).normal(size=(1, 100))
    assert mean_interval(table, **SETTINGS) == mean_interval(table, **SETTINGS)
    assert mean_interval(table, **SETTINGS) != mean_interval(table, **(SETTINGS | {"seed": 1}))


def test_no_mistake_on_a_few_samples_is_no_certainty():
    perfect = np.ones((5, 40))
    alone = mean_interval(perfect, **SETTINGS, limits=(0.0, 1.0))
    assert alone.mean == alone.high == 1
    assert 0.9 < alone.low < 0.96  # the rule of three: 1 - 3/40
    pair = mean_interval(perfect - perfect, **SETTINGS, limits=(-1.0, 1.0))
    assert pair.mean == 0
    assert pair.high == pytest.approx(0.07, abs=0.01)
    assert pair.low == pytest.approx(-0.07, abs=0.01)


def test_an_interval_stays_within_the_range_of_the_score():
    errors = np.random.default_rng(7).exponential(size=(2, 1)) * np.ones((1, 30))
    assert mean_interval(errors, **SETTINGS).low < 0  # two seeds say next to nothing
    assert mean_interval(errors, **SETTINGS, limits=(0.0, np.inf)).low == 0


def test_many_samples_are_drawn_in_blocks_without_harm():
    values = np.random.default_rng(8).normal(size=(1, 30_000))
    ours = mean_interval(values, 0.95, 200, 0)
    assert ours.by_samples == pytest.approx(1.96 / np.sqrt(30_000), rel=0.2)


def test_the_stretch_is_that_of_students_t():
    assert stretch(5, 0.95) == pytest.approx(np.sqrt(5 / 4) * 2.776 / 1.960, rel=1e-3)
    assert stretch(10_000, 0.95) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("seeds", [3, 5])
@pytest.mark.parametrize(("by_seed", "by_sample", "luck"), [(0.02, 0.1, 0.1), (0.01, 0.2, 0.2), (0.001, 0.3, 0.3)])
def test_the_true_mean_is_missed_as_rarely_as_promised(seeds, by_seed, by_sample, luck):
    generator = np.random.default_rng(9)
    missed = 0
    for _ in range(200):
        table = (
            by_seed * generator.normal(size=(seeds, 1))
            + by_sample * generator.normal(size=(1, 200))
            + luck * generator.normal(size=(seeds, 200))
        )
        interval = mean_interval(table, 0.95, 400, 0)
        missed += not interval.low <= 0 <= interval.high
    assert missed <= 18  # 10 expected at 5%; 18 or more happen once in a hundred


def macro_f1_of_equals(generator, seeds, truth):
    """Contributions (seed, sample) of a classifier whose mistakes are drawn anew, partly the same for every seed."""
    hot = torch.eye(4)
    hard = generator.random(len(truth)) < 0.15
    rows = []
    for _ in range(seeds):
        wrong = hard | (generator.random(len(truth)) < 0.15)
        guess = np.where(wrong, generator.integers(0, 4, len(truth)), truth)
        rows.append(macro_f1_contributions(hot[guess], hot[truth]).double().numpy())
    return np.stack(rows)


@pytest.mark.parametrize("seeds", [3, 5])
def test_equals_by_macro_f1_differ_as_rarely_as_promised(seeds):
    generator = np.random.default_rng(3)
    found = 0
    lowest, highest = LIMITS["macro_f1"]
    differences = lowest - highest, highest - lowest
    for _ in range(150):
        truth = generator.choice(4, 300, p=[0.6, 0.25, 0.1, 0.05])
        a, b = (macro_f1_of_equals(generator, seeds, truth) for _ in range(2))
        interval = mean_interval(a - b, 0.95, 400, 0, limits=differences)
        found += not interval.low <= 0 <= interval.high
    assert found <= 14  # 7.5 expected at 5%; 15 or more happen once in a hundred
