"""Score against what it costs: every model a point, and the front of those that no other one beats at both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from cnn_vs_rnn.config import Score
from cnn_vs_rnn.evaluation.results import Cost
from cnn_vs_rnn.report.axes import Axis, cost_axis, score_axis, shown_value
from cnn_vs_rnn.report.figures import empty_figure
from cnn_vs_rnn.report.labels import place_labels
from cnn_vs_rnn.report.palette import FAMILY_COLOURS, INK, MUTED, PAPER, tint
from cnn_vs_rnn.statistics.summary import ModelSummary, goodness
from cnn_vs_rnn.statistics.words import FAMILY_WORDS, interval_text, score_text

_AREA = (242.0, 214.0)  # pixels inside the axes of the narrowest figure, which labels are placed for
_PALE = 0.4  # strength of the colour of a model that another one beats


def cost_panels(
    summaries: Sequence[ModelSummary], champions: set[str], costs: Mapping[str, Cost], score: Score
) -> list[tuple[str, go.Figure]]:
    """A titled figure for each kind of cost that two models or more have. costs: model -> what was measured."""
    axis = score_axis(list(summaries), champions, score)
    training = {one.model: one.train_seconds for one in summaries}
    panels = []
    for title, known, label, unit in (
        ("Latency", {name: one.latency_ms for name, one in costs.items()}, "milliseconds for one sample", " ms"),
        ("Training time", training, "seconds to train", " s"),
        ("Model size", {name: 1000 * one.model_size_mb for name, one in costs.items()}, "kilobytes", " kB"),
        ("Computation", {name: one.flops_per_sample or 0.0 for name, one in costs.items()}, "FLOPs a sample", " FLOPs"),
    ):
        usable = {one.model for one in summaries if one.mean is not None and known.get(one.model, 0.0) > 0}
        if len(usable) >= 2:
            paid = {model: cost for model, cost in known.items() if model in usable}
            panels.append((title, pareto_figure(summaries, paid, axis, score, label, unit)))
    return panels


def pareto_front(summaries: Sequence[ModelSummary], costs: Mapping[str, float], score: Score) -> list[ModelSummary]:
    """The models to choose from, the cheapest first: no other is as good and as cheap, and better at one of the two.

    costs: model -> cost; models without, or without a score, are left out.
    """
    known = [one for one in summaries if one.mean is not None and one.model in costs]

    def beaten(one: ModelSummary, by: ModelSummary) -> bool:
        better = goodness(by.mean, score) - goodness(one.mean, score)
        cheaper = costs[one.model] - costs[by.model]
        return better >= 0 and cheaper >= 0 and (better > 0 or cheaper > 0)

    front = [one for one in known if not any(beaten(one, other) for other in known)]
    return sorted(front, key=lambda one: costs[one.model])


def pareto_figure(
    summaries: Sequence[ModelSummary], costs: Mapping[str, float], axis: Axis, score: Score, title: str, unit: str
) -> go.Figure:
    """Score against one cost (log), the front as steps. costs: model -> positive cost; models without are left out."""
    shown = [one for one in summaries if one.mean is not None and one.model in costs]
    front = pareto_front(shown, costs, score)
    across = cost_axis(title, [costs[one.model] for one in shown])
    figure = empty_figure(300, left=64, bottom=48)
    heights = {one.model: axis.clip(shown_value(one.mean or 0.0, score)) for one in shown}
    corners = [(costs[front[0].model], axis.low)]
    for one in front:  # level to its cost, then up to its score
        corners += [(costs[one.model], corners[-1][1]), (costs[one.model], heights[one.model])]
    corners = [*corners[1:], (across.high, corners[-1][1])]
    figure.add_scatter(
        x=[x for x, _ in corners],
        y=[y for _, y in corners],
        mode="lines",
        line={"width": 1.5, "color": MUTED},
        hoverinfo="skip",
    )
    points, texts = [], []
    width, height = _AREA

    def pixels(x: float, y: float) -> tuple[float, float]:
        return width * across.position(x), height * (1 - axis.position(y))

    for one in shown:
        off = not axis.inside(shown_value(one.mean or 0.0, score))
        colour = FAMILY_COLOURS[one.family]
        figure.add_scatter(
            x=[costs[one.model]],
            y=[heights[one.model]],
            mode="markers",
            marker={
                "size": 11,
                "color": colour if one in front else tint(colour, _PALE),
                "symbol": "triangle-down" if off else "circle",
                "line": {"width": 1.5, "color": PAPER},
            },
            hovertemplate=f"<b>{one.model}</b> ({FAMILY_WORDS[one.family]})<br>"
            f"{interval_text(one.mean, one.low, one.high, score)}<br>{title}: %{{x:.3~s}}{unit}<extra></extra>",
            cliponaxis=False,
        )
        points.append(pixels(costs[one.model], heights[one.model]))
        texts.append(f"{one.model} {score_text(one.mean, score)}" if off else one.model)
    labels = place_labels(points, texts, width, height, [pixels(*corner) for corner in corners])
    for one, text, label in zip(shown, texts, labels, strict=True):
        place = {"ax": label.right, "ay": label.below, "showarrow": True, "arrowhead": 0, "standoff": 5}
        near = {"xshift": label.right, "yshift": -label.below, "showarrow": False}
        figure.add_annotation(
            x=across.scaled(costs[one.model]),
            y=axis.scaled(heights[one.model]),
            text=text,
            font={"size": 11, "color": INK if one in front else MUTED},
            arrowwidth=0.8,
            arrowcolor=MUTED,
            xanchor="center",
            yanchor="middle",
            **(place if label.leader else near),
        )
    figure.update_xaxes(**across.layout())
    figure.update_yaxes(**axis.layout())
    return figure
