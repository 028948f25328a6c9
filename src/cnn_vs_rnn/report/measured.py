"""What the probes measured: a figure for what runs along an axis, a table for the rest."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from statistics import fmean

import plotly.graph_objects as go

from cnn_vs_rnn.config import Family
from cnn_vs_rnn.probes.measurement import QUANTITIES, Measurement
from cnn_vs_rnn.report.axes import cost_axis, spans_decades
from cnn_vs_rnn.report.figures import empty_figure
from cnn_vs_rnn.report.palette import FAMILY_COLOURS, tint
from cnn_vs_rnn.statistics.words import number_text

_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_SHADES = (1.0, 0.7, 0.45)
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross")

_FEW = 4  # places along an axis


@dataclass(frozen=True)
class Curve:
    """One model's means over seeds, with the lowest and highest seed. at: increasing; infinite values are left out."""

    model: str
    family: Family
    at: list[float]
    mean: list[float]
    lowest: list[float]
    highest: list[float]


@dataclass(frozen=True)
class MeasuredRow:
    """One number of one model: its mean over seeds and the range over them, in words."""

    condition: str
    task: str
    model: str
    family: Family
    what: str
    text: str


def curves(measurements: Iterable[Measurement]) -> list[Curve]:
    """A curve a model, of measurements of one quantity on one task under one condition."""
    values: dict[tuple[str, Family], dict[float, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in measurements:
        if one.at is not None and math.isfinite(one.value):
            values[one.model, one.family][one.at].append(one.value)
    found = []
    for (model, family), by_at in values.items():
        at = sorted(by_at)
        found.append(
            Curve(
                model,
                family,
                at,
                [fmean(by_at[x]) for x in at],
                [min(by_at[x]) for x in at],
                [max(by_at[x]) for x in at],
            )
        )
    return found


def measured_figure(quantity: str, drawn: Sequence[Curve]) -> go.Figure:
    """Lines over the quantity's axis; bars from the lowest seed to the highest. A legend tells the models apart."""
    what = QUANTITIES[quantity]
    figure = empty_figure(380, left=64, bottom=48)
    counts: dict[Family, int] = defaultdict(int)
    for curve in sorted(drawn, key=lambda one: list(FAMILY_COLOURS).index(one.family)):
        nth = counts[curve.family]
        counts[curve.family] += 1
        colour = tint(FAMILY_COLOURS[curve.family], _SHADES[(nth + nth // len(_DASHES)) % len(_SHADES)])
        figure.add_scatter(
            x=curve.at,
            y=curve.mean,
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [high - mean for high, mean in zip(curve.highest, curve.mean, strict=True)],
                "arrayminus": [mean - low for low, mean in zip(curve.lowest, curve.mean, strict=True)],
                "thickness": 1,
                "width": 2,
            },
            mode="lines+markers",
            name=curve.model,
            line={"color": colour, "width": 2, "dash": _DASHES[nth % len(_DASHES)]},
            marker={"color": colour, "size": 6, "symbol": _SYMBOLS[nth % len(_SYMBOLS)]},
            hovertemplate=f"<b>{curve.model}</b>, {what.along} %{{x:,}}: %{{y:.3~g}} {what.unit}<extra></extra>",
        )
    across = [x for curve in drawn for x in curve.at]
    positive = [x for x in across if x > 0]
    if positive and min(across) > 0 and spans_decades(min(across), max(across)):
        figure.update_xaxes(**cost_axis(what.along, across).layout())
    else:
        figure.update_xaxes(title={"text": what.along, "font": {"size": 12}, "standoff": 10}, zeroline=False, nticks=8)
        if len(set(across)) < _FEW:  # nothing lies between one thread and two
            figure.update_xaxes(tickvals=sorted(set(across)))
    values = [y for curve in drawn for y in (*curve.lowest, *curve.highest)]
    title = what.unit or what.words
    if what.scale == "ratio" and values and min(values) > 0:
        figure.update_yaxes(**cost_axis(title, values).layout())
    else:
        figure.update_yaxes(title={"text": title, "font": {"size": 12}, "standoff": 10}, zeroline=False, nticks=8)
    figure.update_layout(showlegend=True, legend={"font": {"size": 11}, "orientation": "v"})
    return figure


def measured_curves(measurements: Sequence[Measurement]) -> list[tuple[str, go.Figure]]:
    """A figure for each quantity that runs along an axis, for every task and condition by itself."""
    found = []
    key = attrgetter("quantity", "task", "condition")
    several = len({(one.task, one.condition) for one in measurements}) > 1
    for (quantity, task, condition), group in itertools.groupby(sorted(measurements, key=key), key=key):
        drawn = curves(group)
        if any(len(curve.at) > 1 for curve in drawn):
            where = f": {task}, {condition}" if several else ""
            found.append(
                (
                    f"{QUANTITIES[quantity].words}, by {QUANTITIES[quantity].along}{where}",
                    measured_figure(quantity, drawn),
                )
            )
    return found


def measured_rows(measurements: Iterable[Measurement]) -> list[MeasuredRow]:
    """What has no axis, a row each, in the order in which it was measured."""
    values: dict[tuple[str, str, str, Family, str], list[float]] = defaultdict(list)
    for one in measurements:
        if one.at is None:
            values[one.task, one.condition, one.model, one.family, one.quantity].append(one.value)
    return [
        MeasuredRow(condition, task, model, family, QUANTITIES[quantity].words, _text(found, QUANTITIES[quantity].unit))
        for (task, condition, model, family, quantity), found in values.items()
    ]


def _text(values: Sequence[float], unit: str) -> str:
    finite = [value for value in values if math.isfinite(value)]
    never = len(values) - len(finite)
    if not finite:
        return "never" if values[0] > 0 else "none"
    mean, low, high = (number_text(value) for value in (fmean(finite), min(finite), max(finite)))
    shown = mean if low == high else f"{mean} ({low} to {high})"
    unit = f" {unit}" if unit else ""
    return f"{shown}{unit}" + (f", never in {never} of {len(values)} seeds" if never else "")
