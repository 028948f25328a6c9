"""Which models lie on the front of score and cost, and that the figure says so."""

import itertools

import pytest

from cnn_vs_rnn.report.axes import score_axis
from cnn_vs_rnn.report.labels import place_labels
from cnn_vs_rnn.report.palette import FAMILY_COLOURS, tint
from cnn_vs_rnn.report.pareto import cost_panels, pareto_figure, pareto_front
from cnn_vs_rnn.statistics.summary import ModelSummary


def model(name, mean, family="cnn"):
    return ModelSummary(
        task="digits",
        condition="default",
        model=name,
        family=family,
        seeds=5,
        scored=5,
        valid=mean,
        mean=mean,
        low=mean,
        high=mean,
        parameters=10_000,
        train_seconds=1.0,
        flags={},
    )


MODELS = [model("best", 0.99), model("middle", 0.95, "rnn"), model("worse", 0.9), model("cheap", 0.8, "baseline")]
COSTS = {"best": 10.0, "middle": 2.0, "worse": 3.0, "cheap": 1.0}


def names(front):
    return [one.model for one in front]


def test_the_front_is_what_no_other_beats_at_both():
    assert names(pareto_front(MODELS, COSTS, "accuracy")) == ["cheap", "middle", "best"]


def test_of_errors_the_lower_is_better():
    assert names(pareto_front(MODELS, COSTS, "mse")) == ["cheap"]


def test_equals_are_both_on_it_and_a_costlier_equal_is_not():
    twins = [model("one", 0.9), model("other", 0.9)]
    assert names(pareto_front(twins, {"one": 1.0, "other": 1.0}, "accuracy")) == ["one", "other"]
    assert names(pareto_front(twins, {"one": 2.0, "other": 1.0}, "accuracy")) == ["other"]


def test_models_without_a_cost_are_left_out():
    assert names(pareto_front(MODELS, {"worse": 3.0}, "accuracy")) == ["worse"]


def test_the_figure_draws_the_front_as_steps_and_the_beaten_pale():
    axis = score_axis(MODELS, {"best", "cheap"}, "accuracy")
    line, *points = pareto_figure(MODELS, COSTS, axis, "accuracy", "milliseconds", " ms").data
    assert list(line.x[:-1]) == [1.0, 1.0, 2.0, 2.0, 10.0, 10.0]
    assert list(line.y) == pytest.approx([axis.low, 80.0, 80.0, 95.0, 95.0, 99.0, 99.0])
    colours = {point.hovertemplate.split("</b>")[0].removeprefix("<b>"): point.marker.color for point in points}
    assert colours["best"] == FAMILY_COLOURS["cnn"]
    assert colours["worse"] == tint(FAMILY_COLOURS["cnn"], 0.4)
    assert colours["cheap"] == FAMILY_COLOURS["baseline"]


def test_labels_keep_off_the_line():
    texts = ["a long name", "another"]
    points = [(50.0, 100.0), (120.0, 50.0)]
    corners = [(50.0, 200.0), (50.0, 100.0), (120.0, 100.0), (120.0, 50.0), (240.0, 50.0)]
    labels = place_labels(points, texts, 240.0, 210.0, corners)
    for (x, y), text, label in zip(points, texts, labels, strict=True):
        across, down, half = x + label.right, y + label.below, 6.3 * len(text) / 2
        for (a, b), (c, d) in itertools.pairwise(corners):
            beside = across + half < min(a, c) or across - half > max(a, c)
            assert beside or down + 6 < min(b, d) or down - 6 > max(b, d), (text, label)


def test_a_panel_for_each_cost_that_two_models_have(made_up):
    made = made_up(("digits",))
    costs = {cost.model: cost for cost in made.costs}
    summaries = [model(name, 0.9) for name in costs]
    panels = cost_panels(summaries, set(), costs, "accuracy")
    assert [title for title, _ in panels] == ["Latency", "Training time", "Model size", "Computation"]
    assert [title for title, _ in cost_panels(summaries, set(), {}, "accuracy")] == ["Training time"]
