"""Learning curves: one line per seed, and a ring where the weights kept are not the last."""

import math

import pandas as pd
import pytest

from cnn_vs_rnn.report.figures import curve_figure
from cnn_vs_rnn.report.history import read_history
from cnn_vs_rnn.report.page import write_report

STEPS, LAST = [200, 400, 600], 600


def history_of(losses: dict[int, list[float]]) -> pd.DataFrame:
    """losses: seed -> those on validation samples; training losses are half of them."""
    rows = [
        {"seed": seed, "step": step, "train_loss": loss / 2, "valid_loss": loss}
        for seed, own in losses.items()
        for step, loss in zip(STEPS, own, strict=False)
    ]
    return pd.DataFrame(rows)


def drawn(losses, kept):
    figure = curve_figure(history_of(losses), "rnn", kept, LAST, (0.1, 1.0))
    *lines, rings = figure.data
    return figure, lines, rings


def test_each_seed_has_a_line_of_each_loss():
    _, lines, rings = drawn({0: [0.9, 0.5, 0.4], 7: [0.8, 0.6, 0.3]}, {0: LAST, 7: LAST})
    validation = [line for line in lines if line.line.dash == "solid"]
    training = [line for line in lines if line.line.dash == "dot"]
    assert [list(line.y) for line in validation] == [[0.9, 0.5, 0.4], [0.8, 0.6, 0.3]]
    assert [list(line.y) for line in training] == [[0.45, 0.25, 0.2], [0.4, 0.3, 0.15]]
    assert all(list(line.x) == STEPS and line.mode == "lines" for line in lines)
    assert [("seed 0" in line.hovertemplate, "seed 7" in line.hovertemplate) for line in validation] == [
        (True, False),
        (False, True),
    ]
    assert rings.x == ()


def test_the_axis_counts_gradient_steps_and_has_room_for_the_longest_training():
    figure, _, _ = drawn({0: [0.9, 0.5]}, {0: 400})
    assert figure.layout.xaxis.title.text == "gradient steps"
    assert figure.layout.xaxis.range[0] < 0
    assert figure.layout.xaxis.range[1] > LAST


def test_the_weights_kept_are_marked_only_where_they_are_not_the_last():
    losses = {0: [0.9, 0.5, 0.4], 1: [0.8, 0.3, 0.6], 2: [0.7, 0.9]}
    _, _, rings = drawn(losses, {0: 600, 1: 400, 2: 200})
    assert list(rings.x) == [400, 200]
    assert list(rings.y) == [0.3, 0.7]
    _, _, rings = drawn(losses, {0: 600, 1: 600, 2: 400})  # the last of each, though seed 2 ended early
    assert rings.x == ()


def test_a_loss_that_is_not_finite_is_a_gap_and_a_single_round_a_dot():
    _, lines, _ = drawn({0: [0.9, math.inf, math.nan], 1: [0.8]}, {0: 200, 1: 200})
    assert [list(line.y) for line in lines if line.line.dash == "solid"] == [[0.9, None, None], [0.8]]
    assert [line.mode for line in lines if line.line.dash == "solid"] == ["lines", "markers"]


def test_a_history_has_a_row_a_round_and_nothing_of_baselines(everything):
    history = read_history(everything.results)
    assert set(history["family"]) == {"cnn", "rnn", "hybrid"}
    one = history[(history["task"] == "adding") & (history["model"] == "tcn") & (history["seed"] == 2)]
    assert one["step"].tolist() == [24 * number for number in range(1, 26)]


@pytest.mark.parametrize(("kept_round", "rings"), [(24, 0), (3, 1)])
def test_the_page_marks_the_round_that_a_result_names(made_up, tmp_path, monkeypatch, kept_round, rings):
    made = made_up(("adding",), without=("cnn", "hybrid", "baseline"))
    made.results = [
        trial.model_copy(update={"kept_round": kept_round if (trial.model, trial.seed) == ("gru", 4) else 24})
        for trial in made.results
    ]
    figures = {}

    def watched(history, *rest):
        figures[history["model"].iloc[0]] = figure = curve_figure(history, *rest)
        return figure

    monkeypatch.setattr("cnn_vs_rnn.report.page.curve_figure", watched)
    write_report(tmp_path / "report.html", made.report())
    assert {model: len(figure.data) for model, figure in figures.items()} == {"gru": 11, "lstm": 11}
    assert list(figures["gru"].data[-1].x) == [96] * rings
    assert figures["lstm"].data[-1].x == ()
