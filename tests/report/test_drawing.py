"""Axes and labels: what is on screen, and that nothing covers anything else."""

import itertools

import numpy as np
import pytest

from cnn_vs_rnn.report.axes import cost_axis, log_ticks, score_axis
from cnn_vs_rnn.report.interval_line import interval_line
from cnn_vs_rnn.report.labels import place_labels
from cnn_vs_rnn.statistics.summary import ModelSummary


def summary(model: str, mean: float, family: str = "cnn") -> ModelSummary:
    return ModelSummary(
        task="digits",
        condition="default",
        model=model,
        family=family,
        seeds=5,
        scored=5,
        valid=mean,
        mean=mean,
        low=0.99 * mean,
        high=min(1.0, 1.01 * mean) if mean <= 1 else 1.01 * mean,
        parameters=10_000,
        train_seconds=1.0,
        flags={},
    )


def test_a_straggler_falls_off_the_axis():
    models = [summary("fcn", 0.97), summary("gru", 0.95), summary("linear", 0.93), summary("majority", 0.10)]
    axis = score_axis(models, {"fcn", "gru", "linear"}, "accuracy")
    assert axis.low > 80
    assert not axis.inside(10.0)
    assert axis.clip(10.0) == axis.low
    assert axis.high <= 101


def test_a_champion_stays_on_the_axis():
    models = [summary("fcn", 0.97), summary("tcn", 0.96), summary("inception", 0.96), summary("gru", 0.10)]
    assert score_axis(models, {"fcn", "gru"}, "accuracy").inside(10.0)


def test_errors_over_decades_are_logarithmic_and_run_downwards():
    axis = score_axis([summary("tcn", 0.001), summary("gru", 0.1)], {"tcn", "gru"}, "mse")
    assert axis.log
    assert axis.low > 0.1 > 0.001 > axis.high > 0
    assert axis.position(0.001) > 0.5 > axis.position(0.1)


def test_equal_scores_still_have_an_axis():
    axis = score_axis([summary("tcn", 0.5), summary("gru", 0.5)], {"tcn", "gru"}, "mse")
    assert axis.low > axis.high
    assert cost_axis("seconds", [2.0, 2.0]).low < 2 < cost_axis("seconds", [2.0, 2.0]).high


def test_scores_out_of_a_hundred_run_upwards_without_a_percent_sign():
    axis = score_axis([summary("conv", 45.0), summary("gru", 40.0)], {"conv", "gru"}, "chrf")
    assert axis.low < 40 < 45 < axis.high <= 101
    assert (axis.title, axis.log, axis.percent) == ("chrF", False, False)
    assert axis.position(45.0) > axis.position(40.0)
    assert score_axis([summary("conv", 99.9), summary("gru", 0.3)], {"conv", "gru"}, "bleu").low == 0


@pytest.mark.parametrize(("low", "high"), [(12.0, 47.0), (410.0, 660.0), (1.1, 1.72), (0.98, 1.6)])
def test_a_narrow_axis_has_more_than_one_tick(low, high):
    assert 2 <= len(log_ticks(low, high)) <= 8


@pytest.mark.parametrize(("low", "high"), [(0.9, 1.4), (1.0, 12.0), (0.03, 80.0), (1e-6, 1e6)])
def test_ticks_are_few_and_round(low, high):
    ticks = log_ticks(low, high)
    assert 1 <= len(ticks) <= 13
    assert all(low <= tick <= high for tick in ticks)


def test_labels_do_not_cover_each_other():
    generator = np.random.default_rng(0)
    points = [tuple(point) for point in generator.uniform((150, 40), (200, 90), size=(9, 2)).tolist()]  # a crowd
    names = ["cnn2d", "resnet1d", "tcn", "lstm", "gru", "min_gru", "crnn", "linear", "minirocket"]
    labels = place_labels(points, names, 242.0, 214.0)
    boxes = []
    for (x, y), name, label in zip(points, names, labels, strict=True):
        half = 6.3 * len(name) / 2
        boxes.append((x + label.right - half, y + label.below - 6.5, x + label.right + half, y + label.below + 6.5))
    for one, other in itertools.combinations(boxes, 2):
        across = min(one[2], other[2]) - max(one[0], other[0])
        down = min(one[3], other[3]) - max(one[1], other[1])
        assert across <= 1 or down <= 1
    assert all(left >= 0 and top >= 0 and right <= 242 and bottom <= 214 for left, top, right, bottom in boxes)


def test_the_line_shows_where_the_effect_lies(everything):
    contests = everything.report().contests
    for contest in contests:
        line = interval_line(contest)
        assert 0 <= line.left <= line.dot <= line.left + line.width <= 100
        assert (line.dot > 50) == (contest.effect > 0)
        assert line.margin_left + line.margin_width / 2 == pytest.approx(50, abs=0.1)
    copy_memory = interval_line(contests[-1])
    assert contests[-1].verdict == "cnn"
    assert copy_memory.left > copy_memory.margin_left + copy_memory.margin_width
