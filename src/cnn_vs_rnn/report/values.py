"""Predicted against true values, for tasks without classes."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from cnn_vs_rnn.config import Family, TaskConfig
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.report.figures import empty_figure
from cnn_vs_rnn.report.palette import FAMILY_COLOURS, MUTED, RULE, tint
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.summary import ModelSummary, ReadPredictions

MOST_POINTS = 400  # drawn at random, the same for every model of a task


def values_panels(
    contest: Contest, task: TaskConfig, trials: dict[str, list[TrialResult]], predictions: ReadPredictions
) -> list[tuple[ModelSummary, go.Figure]]:
    """A figure a champion of a task that predicts values; none for others. trials: model -> its trials."""
    if task.loss not in ("mse", "mae"):
        return []
    unit = ", standard deviations" if task.scale_targets else ""
    panels = []
    for champion in contest.champions:
        answers = [predictions(trial) for trial in trials[champion.model]]
        true, predicted = (
            np.concatenate([getattr(one, name) for one in answers]).astype(np.float64)
            for name in ("target", "predicted")
        )
        if np.isfinite(predicted).any():
            panels.append((champion, values_figure(true, predicted, champion.family, unit)))
    return panels


def values_figure(
    true: Float[np.ndarray, " answer"], predicted: Float[np.ndarray, " answer"], family: Family, unit: str
) -> go.Figure:
    """A point a test sample, all seeds together; on the line, the prediction is right.

    unit: what both axes are in. Both have the range of the true values and of all but the wildest predictions.
    """
    finite = np.isfinite(predicted)
    true, predicted = true[finite], predicted[finite]
    chosen = np.random.default_rng(0).permutation(len(true))[:MOST_POINTS]
    low, high = (float(end) for end in np.quantile(np.concatenate([true, predicted]), (0.002, 0.998)))
    low, high = min(low, float(true.min())), max(high, float(true.max()))
    pad = 0.04 * (high - low) or 1.0
    low, high = low - pad, high + pad
    ends = [low, high]
    figure = empty_figure(290, left=58, bottom=48)
    figure.add_scatter(x=ends, y=ends, mode="lines", line={"color": MUTED, "width": 1, "dash": "dot"}, hoverinfo="skip")
    figure.add_scatter(
        x=[float(f"{value:.5g}") for value in true[chosen]],
        y=[float(f"{value:.5g}") for value in predicted[chosen].clip(low, high)],
        mode="markers",
        marker={"size": 5, "color": tint(FAMILY_COLOURS[family], 0.5)},
        hovertemplate="true %{x:.4~g}, predicted %{y:.4~g}<extra></extra>",
    )
    axis = {"range": ends, "gridcolor": RULE, "zeroline": False, "nticks": 6}
    figure.update_xaxes(title={"text": f"true{unit}", "font": {"size": 11}}, **axis)
    figure.update_yaxes(title={"text": f"predicted{unit}", "font": {"size": 11}}, **axis)
    return figure
