"""The figures of the report, one function a figure: plotly, drawn in the reader's browser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from jaxtyping import Int

from cnn_vs_rnn.config import Family, Score
from cnn_vs_rnn.report.axes import Axis, shown_value, spans_decades
from cnn_vs_rnn.report.palette import FAMILY_COLOURS, INK, PAPER, RULE, tint
from cnn_vs_rnn.statistics.summary import ModelSummary
from cnn_vs_rnn.statistics.words import FAMILY_WORDS, interval_text, score_text

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_MOST_CELL_TEXTS = 12  # classes, beyond which a confusion matrix has no numbers in its cells


def curve_figure(
    history: pd.DataFrame, family: Family, kept: dict[int, int], steps: int, losses: tuple[float, float]
) -> go.Figure:
    """Learning curves of one model: two lines per seed, of validation and, dotted, of training.

    history: seed, step, train_loss, valid_loss. kept: seed -> the step whose weights the validation score is of, marked
    where it is not the last. steps, losses: what the axes must have room for.
    """
    colour = FAMILY_COLOURS[family]
    figure = empty_figure(190, left=46, bottom=34)
    for name, dash, shade in (("training", "dot", tint(colour, 0.6)), ("validation", "solid", colour)):
        for seed, own in history.groupby("seed"):
            losses_of = own["valid_loss" if name == "validation" else "train_loss"].to_numpy(dtype=float)
            figure.add_scatter(
                x=own["step"].tolist(),
                y=[float(f"{loss:.5g}") if np.isfinite(loss) else None for loss in losses_of],
                mode="lines" if len(own) > 1 else "markers",
                line={"color": shade, "width": 1.3, "dash": dash},
                hovertemplate=f"seed {seed}, step %{{x}}: {name} loss %{{y:.3~g}}<extra></extra>",
            )
    last = history.groupby("seed")["step"].transform("max")
    is_kept = [kept.get(seed) == step for seed, step in zip(history["seed"], history["step"], strict=True)]
    stopped = history.loc[np.array(is_kept) & (history["step"] < last)]
    figure.add_scatter(
        x=stopped["step"].tolist(),
        y=stopped["valid_loss"].tolist(),
        mode="markers",
        marker={"size": 8, "color": PAPER, "line": {"width": 2, "color": colour}},
        hovertemplate="the weights of step %{x} were kept<extra></extra>",
    )
    low, high = losses
    axis = Axis("", low, high, log=spans_decades(low, high))
    figure.update_yaxes(**axis.layout())
    along = {"range": [-0.03 * steps, steps * 1.03], "showgrid": False, "zeroline": False, "nticks": 6}
    figure.update_xaxes(title={"text": "gradient steps", "font": {"size": 11}}, **along)
    return figure


def forest_figure(
    summaries: list[ModelSummary], seeds: dict[str, list[float]], champions: set[str], axis: Axis, score: Score
) -> go.Figure:
    """The score of each model with its interval, and a faint dot for every seed; the best model on top."""
    shown = [one for one in summaries if one.mean is not None]
    figure = empty_figure(64 + 30 * len(shown), left=100, bottom=48)
    for row, one in enumerate(shown):
        colour = FAMILY_COLOURS[one.family]
        mean, low, high = (shown_value(value or 0.0, score) for value in (one.mean, one.low, one.high))
        if not axis.inside(mean):
            figure.add_annotation(
                x=axis.scaled(axis.low),
                y=row,
                text=f"◀ {score_text(one.mean, score)}",
                font={"color": colour, "size": 12},
                showarrow=False,
                xanchor="left",
            )
            continue
        dots = [shown_value(value, score) for value in seeds[one.model]]
        figure.add_scatter(
            x=[axis.clip(dot) for dot in dots],
            y=[row + 0.24] * len(dots),
            mode="markers",
            marker={"size": 6, "color": tint(colour, 0.45)},
            hovertemplate=f"{one.model}, one seed: %{{x:.4~g}}{'%' if axis.percent else ''}<extra></extra>",
        )
        figure.add_scatter(
            x=[axis.clip(low), axis.clip(high)],
            y=[row, row],
            mode="lines",
            line={"color": colour, "width": 2.5},
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=[mean],
            y=[row],
            mode="markers",
            marker={"size": 11, "color": colour, "symbol": "diamond", "line": {"width": 1.5, "color": PAPER}},
            hovertemplate=f"<b>{one.model}</b> ({FAMILY_WORDS[one.family]})<br>"
            f"{interval_text(one.mean, one.low, one.high, score)}<extra></extra>",
        )
    names = [f"<b>{one.model}</b>" if one.model in champions else one.model for one in shown]
    rows: dict[str, Any] = {"tickvals": list(range(len(shown))), "ticktext": names}
    figure.update_yaxes(range=[len(shown) - 0.4, -0.6], gridcolor=RULE, zeroline=False, automargin=True, **rows)
    figure.update_xaxes(**axis.layout())
    return figure


def confusion_figure(counts: Int[np.ndarray, "actual predicted"], names: list[str], family: Family) -> go.Figure:
    """Of each actual class, which share was given which answer, over all seeds."""
    share = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    short = [name if len(name) <= 12 else f"{name[:11]}…" for name in names]
    size = 300 if len(names) <= _MOST_CELL_TEXTS else min(720, 260 + 12 * len(names))
    figure = empty_figure(size, left=40, bottom=44)
    colour = FAMILY_COLOURS[family]
    texts = [[f"{value:.0f}" if round(value) else "" for value in row] for row in share]
    few = len(names) <= _MOST_CELL_TEXTS
    figure.add_heatmap(
        z=share.round(2).tolist(),
        x=list(range(len(names))),
        y=list(range(len(names))),
        zmin=0,
        zmax=100,
        colorscale=[[0, PAPER], [0.02, tint(colour, 0.15)], [0.2, tint(colour, 0.45)], [1, colour]],
        showscale=False,
        xgap=1,
        ygap=1,
        text=texts if few else None,
        texttemplate="%{text}" if few else None,
        textfont={"size": 9},
        customdata=[
            [f"actual {actual}, predicted {predicted}: {counts[at, to]:,}" for to, predicted in enumerate(names)]
            for at, actual in enumerate(names)
        ],
        hovertemplate="%{customdata} (%{z:.1f}%)<extra></extra>",
    )
    ticks: dict[str, Any] = {"tickvals": list(range(len(names))), "ticktext": short, "tickfont": {"size": 10}}
    ticks |= {"showgrid": False, "automargin": True, "zeroline": False}
    ticks |= {"ticks": "outside", "ticklen": 4, "tickcolor": "rgba(0,0,0,0)"}
    angle = 0 if sum(map(len, short)) <= 30 else -60
    figure.update_xaxes(title={"text": "predicted", "font": {"size": 11}}, tickangle=angle, **ticks)
    figure.update_yaxes(title={"text": "actual", "font": {"size": 11}}, autorange="reversed", **ticks)
    return figure


def empty_figure(height: int, *, left: int, bottom: int) -> go.Figure:
    """The frame of every figure of the report: height and margins in pixels, no legend."""
    return go.Figure(
        layout={
            "height": height,
            "margin": {"l": left, "r": 26, "t": 10, "b": bottom},
            "template": "none",
            "showlegend": False,
            "font": {"family": _FONT, "size": 12, "color": INK},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "hoverlabel": {"bgcolor": INK, "font": {"color": PAPER, "family": _FONT, "size": 12}},
            "dragmode": False,
        }
    )
