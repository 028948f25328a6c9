"""The figures of the claims page: every test of a claim as an interval, and along what is swept."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import plotly.graph_objects as go

from cnn_vs_rnn.claims.verdict import ClaimVerdict, TestOutcome
from cnn_vs_rnn.claims.words import amount, extent
from cnn_vs_rnn.report.axes import cost_axis, spans_decades
from cnn_vs_rnn.report.figures import empty_figure
from cnn_vs_rnn.report.palette import INK, MUTED, tint

OUTCOME_COLOURS = {"holds": "#1a7f4b", "fails": "#b42318", "depends": "#7b4bb3", "open": "#b08900"}


def test_figures(verdict: ClaimVerdict) -> list[tuple[str, go.Figure]]:
    """A figure for each unit among a claim's tests: effects with their intervals, the margins as ticks."""
    by_unit = itertools.groupby(sorted(verdict.outcomes, key=lambda one: one.unit), key=lambda one: one.unit)
    return [(unit, _forest(list(outcomes), unit)) for unit, outcomes in by_unit]


def sweep_figure(verdict: ClaimVerdict, axis: str) -> go.Figure | None:
    """The effect along what is swept, with the crossover; None with fewer than two positions."""
    swept = [one for one in verdict.outcomes if one.position is not None and one.effect is not None]
    if len({one.position for one in swept}) < 2 or len({one.unit for one in swept}) > 1:
        return None
    swept.sort(key=lambda one: one.position or 0.0)
    positions = [one.position or 0.0 for one in swept]
    figure = empty_figure(300, left=64, bottom=48)
    figure.add_scatter(
        x=positions,
        y=[_shown(one.effect or 0.0, one.unit) for one in swept],
        error_y=_bars(swept),
        mode="lines+markers",
        line={"color": MUTED, "width": 1.5},
        marker={"size": 10, "color": [OUTCOME_COLOURS[one.outcome] for one in swept]},
        customdata=[_text(one) for one in swept],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.add_scatter(
        x=positions,
        y=[_shown(one.margin, one.unit) for one in swept],
        mode="lines",
        line={"color": INK, "width": 1, "dash": "dash"},
        hoverinfo="skip",
    )
    across = (
        cost_axis(axis, positions) if min(positions) > 0 and spans_decades(min(positions), max(positions)) else None
    )
    if across:
        figure.update_xaxes(**across.layout())
    else:
        figure.update_xaxes(title={"text": axis, "font": {"size": 12}, "standoff": 10}, zeroline=False)
    if verdict.crossover:
        figure.add_vrect(
            x0=verdict.crossover.low,
            x1=verdict.crossover.high,
            fillcolor=tint(MUTED, 0.2),
            line_width=0,
        )
    figure.update_yaxes(**_scale(swept))
    return figure


def _forest(outcomes: Sequence[TestOutcome], unit: str) -> go.Figure:
    drawn = [one for one in reversed(outcomes) if one.effect is not None]
    figure = empty_figure(70 + 34 * max(1, len(drawn)), left=270, bottom=48)
    figure.add_scatter(
        x=[_shown(one.effect or 0.0, unit) for one in drawn],
        y=[one.label for one in drawn],
        error_x=_bars(drawn),
        mode="markers",
        marker={"size": 10, "color": [OUTCOME_COLOURS[one.outcome] for one in drawn]},
        customdata=[_text(one) for one in drawn],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.add_scatter(
        x=[_shown(one.margin, unit) for one in drawn],
        y=[one.label for one in drawn],
        mode="markers",
        marker={"symbol": "line-ns-open", "size": 18, "color": INK, "line": {"width": 2}},
        hovertemplate="margin<extra></extra>",
    )
    if drawn:
        figure.update_xaxes(**_scale(drawn))
    figure.update_yaxes(automargin=True, showgrid=False)
    return figure


def _bars(outcomes: Sequence[TestOutcome]) -> dict:
    ends = [(one.effect or 0.0, one.low, one.high, one.unit) for one in outcomes]
    return {
        "type": "data",
        "symmetric": False,
        "array": [
            _shown(effect if high is None else high, unit) - _shown(effect, unit) for effect, _, high, unit in ends
        ],
        "arrayminus": [
            _shown(effect, unit) - _shown(effect if low is None else low, unit) for effect, low, _, unit in ends
        ],
        "color": MUTED,
        "thickness": 1.5,
        "width": 4,
    }


def _text(one: TestOutcome) -> str:
    effect = amount(one.effect or 0.0, one.unit, signed=True)
    interval = "" if one.low is None or one.high is None else f" ({extent(one.low, one.high, one.unit)})"
    return f"<b>{one.label}</b>: {effect}{interval}; margin {amount(one.margin, one.unit)}; {one.outcome}"


def _shown(value: float, unit: str) -> float:
    return 100 * value if unit == "points" else value


def _scale(outcomes: Sequence[TestOutcome]) -> dict:
    """Of an axis that holds every effect, its interval and its margin; of ratios logarithmic, with round ticks."""
    unit = outcomes[0].unit
    ends = [v for one in outcomes for v in (one.effect, one.low, one.high, one.margin) if v and math.isfinite(v)]
    if unit == "times" and min(ends) > 0:
        return cost_axis(unit, ends).layout()
    title = {"text": unit or "effect", "font": {"size": 12}, "standoff": 10}
    return {"title": title, "zeroline": True, "zerolinecolor": MUTED, "nticks": 6}
