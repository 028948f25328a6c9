"""The tuning of a contest: what more of it would be expected to give, and what it chose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from cnn_vs_rnn.config import FAMILIES, ExperimentConfig, Family, Score
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER
from cnn_vs_rnn.report.figures import empty_figure
from cnn_vs_rnn.report.palette import FAMILY_COLOURS, see_through
from cnn_vs_rnn.statistics.words import (
    FAMILY_WORDS,
    IN_PERCENT,
    SCORE_NAMES,
    listed,
    number_text,
    score_text,
)
from cnn_vs_rnn.tuning.curve import band, expected_best
from cnn_vs_rnn.tuning.search import TuningTrial, chosen


@dataclass(frozen=True)
class TunedRow:
    """One search: how its trials ended, the best score on validation beside that of the recipe, and what was chosen."""

    model: str
    family: Family
    trials: str
    recipe: str
    best: str
    values: str


@dataclass(frozen=True)
class TunedBlock:
    """All searches on one task under one condition."""

    heading: str
    figure: go.Figure
    rows: list[TunedRow]


def tuned_blocks(trials: Sequence[TuningTrial], experiment: ExperimentConfig) -> list[TunedBlock]:
    """In the order of the experiment; none where nothing was tuned."""
    found = []
    for condition in experiment.conditions:
        for task in experiment.tasks.values():
            own = [one for one in trials if (one.task, one.condition) == (task.name, condition)]
            if own:
                heading = task.name if condition == "default" else f"{task.name}, {condition}"
                figure = tuning_figure(own, task.score, experiment.statistics.confidence)
                found.append(TunedBlock(heading, figure, tuned_rows(own, task.score)))
    return found


def tuning_figure(trials: Sequence[TuningTrial], score: Score, confidence: float) -> go.Figure:
    """The expected best validation score of each family against the trials of each of its models."""
    figure = empty_figure(300, left=64, bottom=48)
    sign = 1 if HIGHER_IS_BETTER[score] else -1
    factor = 100 if score in IN_PERCENT else 1
    unit = "%" if score in IN_PERCENT else ""
    curves: dict[Family, list[np.ndarray]] = {
        family: scores
        for family in FAMILIES
        if (scores := _scores([one for one in trials if one.family == family], sign))
    }
    for family, scores in curves.items():  # bands first, so that none hides a line
        most = max(len(own) for own in scores)
        number = list(range(1, most + 1))
        low, high = (sign * factor * edge for edge in band(scores, most, confidence))
        edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        figure.add_scatter(x=number, y=low.tolist(), **edge)
        figure.add_scatter(
            x=number, y=high.tolist(), fill="tonexty", fillcolor=see_through(FAMILY_COLOURS[family], 0.14), **edge
        )
    for family, scores in curves.items():
        most = max(len(own) for own in scores)
        figure.add_scatter(
            x=list(range(1, most + 1)),
            y=(sign * factor * expected_best(scores, most)).tolist(),
            mode="lines+markers" if most > 1 else "markers",
            name=FAMILY_WORDS[family],
            line={"color": FAMILY_COLOURS[family], "width": 2},
            marker={"size": 5},
            hovertemplate=f"{FAMILY_WORDS[family]}, %{{x}} trials: %{{y:.4~g}}{unit}<extra></extra>",
        )
    title = {"font": {"size": 12}, "standoff": 10}
    figure.update_xaxes(title={"text": "trials of each network", **title}, zeroline=False, nticks=8)
    figure.update_yaxes(
        title={"text": f"validation {SCORE_NAMES[score]}", **title}, zeroline=False, nticks=6, ticksuffix=unit
    )
    figure.update_layout(showlegend=True, legend={"font": {"size": 11}, "traceorder": "normal"})
    return figure


def tuned_rows(trials: Sequence[TuningTrial], score: Score) -> list[TunedRow]:
    """A row a model, in the order in which they were tuned."""
    sign = 1 if HIGHER_IS_BETTER[score] else -1
    rows = []
    for model in dict.fromkeys(one.model for one in trials):
        own = [one for one in trials if one.model == model]
        best = chosen(own, sign)
        recipe = next(one for one in own if one.number == 0)
        states = Counter(one.state for one in own)
        rows.append(
            TunedRow(
                model=model,
                family=own[0].family,
                trials=listed([f"{count} {state}" for state, count in states.items()]),
                recipe="never" if recipe.score is None else score_text(recipe.score, score),
                best="never" if best is None or best.score is None else score_text(best.score, score),
                values="the recipe as it stood" if best is None or best.number == 0 else _values_text(best),
            )
        )
    return rows


def _scores(trials: Sequence[TuningTrial], sign: int) -> list[np.ndarray]:
    """Of each model, more is better; a trial that came to nothing counts as the worst that was seen."""
    seen = [sign * one.score for one in trials if one.score is not None and np.isfinite(one.score)]
    if not seen:
        return []
    worst = min(seen)
    return [
        np.array(
            [
                sign * one.score if one.score is not None and np.isfinite(one.score) else worst
                for one in trials
                if one.model == model
            ]
        )
        for model in dict.fromkeys(one.model for one in trials)
    ]


def _values_text(trial: TuningTrial) -> str:
    def shown(value: object) -> str:
        return number_text(value) if isinstance(value, float) else str(value)

    return ", ".join(f"{key.rpartition('.')[2]} {shown(value)}" for key, value in trial.values.items())
