"""The width that a latency allows: searched by measurement, kept on disk."""

import numpy as np
import pytest
import yaml
from contest import CONF

from cnn_vs_rnn.budgets.latency import WIDEST, MeasuredWidths, closest_width, latency_ms
from cnn_vs_rnn.budgets.width import solve_width
from cnn_vs_rnn.config import BudgetConfig, ModelConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.models.build import parameters_at
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

SERIES = InputSpec(kind="sequence", channels=12, length=29)
OUTPUT = OutputSpec(size=9)


def model(name):
    return ModelConfig.model_validate(yaml.safe_load((CONF / f"model/{name}.yaml").read_text()))


def budget(milliseconds):
    return BudgetConfig(name="latency", equal=("latency",), parameters=10_000, latency_ms=milliseconds)


@pytest.mark.parametrize("asked", [0.3, 1.0, 7.0])
def test_the_search_comes_near_in_spite_of_noise(asked):
    noise = np.random.default_rng(0)
    measured = []

    def measure(width):
        measured.append(width)
        return (0.2 + 1e-4 * width**2) * noise.uniform(1.0, 1.01)

    width, reached = closest_width(measure, asked)
    assert reached == pytest.approx(asked, rel=0.05)
    assert 0.2 + 1e-4 * width**2 == pytest.approx(asked, rel=0.05)
    assert len(measured) == len(set(measured)) < 25


def test_the_ends_of_the_search():
    assert closest_width(lambda width: 3.0 + width, 1.0) == (1.0, 4.0)
    assert closest_width(lambda width: 1e-6 * width, 1.0)[0] == WIDEST


def test_wider_networks_take_longer():
    assert latency_ms(model("tcn"), SERIES, OUTPUT, 8.0) < latency_ms(model("tcn"), SERIES, OUTPUT, 512.0)


def test_a_width_is_measured_once_and_kept(tmp_path, monkeypatch):
    asked = latency_ms(model("tcn"), SERIES, OUTPUT, 300.0)
    kept = MeasuredWidths(tmp_path)
    width, reached = kept.width(model("tcn"), SERIES, OUTPUT, asked)
    assert 1 <= width <= WIDEST  # a busy machine measures anything
    monkeypatch.setattr("cnn_vs_rnn.budgets.latency.closest_width", None)  # another measurement would fail
    assert MeasuredWidths(tmp_path).width(model("tcn"), SERIES, OUTPUT, asked) == (width, reached)


def test_the_budget_is_met_or_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(MeasuredWidths, "width", lambda *_: (32.0, 0.51))
    assert solve_width(model("gru"), SERIES, OUTPUT, budget(0.5), tmp_path) == (
        32.0,
        parameters_at(model("gru"), SERIES, OUTPUT, 32.0),
    )
    monkeypatch.setattr(MeasuredWidths, "width", lambda *_: (1.0, 3.3456))
    with pytest.raises(UserError, match=r"gru cannot be given 0.5 ms a sample \(budget latency.*reaches.* is 3.346"):
        solve_width(model("gru"), SERIES, OUTPUT, budget(0.5), tmp_path)


@pytest.mark.parametrize("text", ["{", "[1]", '{"a": 1}', '{"a": ["x", 1]}'])
def test_a_damaged_file_is_said(tmp_path, text):
    kept = MeasuredWidths(tmp_path)
    kept.path.write_text(text)
    with pytest.raises(UserError, match=r"latency_widths.json is damaged: delete it"):
        kept.width(model("tcn"), SERIES, OUTPUT, 1.0)
