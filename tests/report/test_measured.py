"""What the probes measured, drawn and in words."""

import math

import pytest

from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.report.measured import curves, measured_figure, measured_rows


def measured(model, seed, at, value, quantity="state_reach", family="rnn"):
    return Measurement(
        task="adding", condition="default", model=model, family=family, seed=seed, quantity=quantity, at=at, value=value
    )


def test_a_curve_is_the_mean_over_seeds_along_the_axis():
    found = [measured("lstm", seed, at, -at + seed) for at in (20.0, 0.0, 10.0) for seed in (0, 1, 2)]
    (curve,) = curves(found)
    assert (curve.model, curve.at) == ("lstm", [0.0, 10.0, 20.0])
    assert curve.mean == [1.0, -9.0, -19.0]
    assert (curve.lowest[0], curve.highest[0]) == (0.0, 2.0)


def test_a_gradient_of_nothing_ends_the_line():
    found = [measured("tcn", 0, at, value, family="cnn") for at, value in ((0.0, 0.0), (10.0, -1.0), (20.0, -math.inf))]
    assert curves(found)[0].at == [0.0, 10.0]


def test_the_figure_names_every_model_and_bars_reach_the_extreme_seeds():
    drawn = curves([measured(model, seed, 10.0, -float(seed)) for model in ("gru", "lstm") for seed in (0, 4)])
    figure = measured_figure("state_reach", drawn)
    assert [line.name for line in figure.data] == ["gru", "lstm"]
    assert figure.data[0].error_y.array[0] == pytest.approx(2.0)
    assert len({(line.line.color, line.line.dash) for line in figure.data}) == 2
    assert "decades" in figure.layout.yaxis.title.text
    assert figure.layout.xaxis.title.text == "steps back"


def test_ratios_are_drawn_on_logarithmic_axes():
    drawn = curves([measured("lstm", 0, float(at), 1000.0 * at, "saved_bytes") for at in (16, 256, 4096)])
    figure = measured_figure("saved_bytes", drawn)
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")


def test_numbers_without_an_axis_are_told_with_their_range():
    found = [measured("gru", seed, None, value, "gap") for seed, value in enumerate((0.1, 0.3))]
    found += [measured("lstm", seed, None, value, "seconds_to_target") for seed, value in enumerate((4.0, math.inf))]
    found.append(measured("rnn", 0, None, math.inf, "seconds_to_target"))
    assert [row.text for row in measured_rows(found)] == ["0.2 (0.1 to 0.3)", "4 s, never in 1 of 2 seeds", "never"]
