"""Published figures and ours in tables: for the report, for a terminal, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cnn_vs_rnn.config import Score
from cnn_vs_rnn.statistics.published import AgainstPublished, GroupDifference, Side, by_group, unit_of
from cnn_vs_rnn.statistics.words import difference_text, score_text

COLUMNS = [
    *("task", "condition", "model", "metric", "parameters", "published_parameters"),
    *("published", "published_sd", "published_runs", "ours", "sd", "seeds"),
    *("difference", "side", "allowance", "within_spread", "group", "source"),
]
_NONE = "\u2013"
_STYLES: dict[Side, str] = {"better": "green", "worse": "yellow", "level": "default"}


@dataclass(frozen=True)
class PublishedRow:
    """One published figure and ours, in words; a dash where there is nothing to say."""

    task: str  # and the condition where it is not the only one
    model: str
    parameters: str
    published: str
    ours: str
    difference: str
    side: Side | None
    within: str
    source: str


def published_rows(figures: Sequence[AgainstPublished]) -> list[PublishedRow]:
    """One row per figure, in their order."""
    return [
        PublishedRow(
            task=_task(one),
            model=one.published.model,
            parameters=_parameters(one),
            published=f"{_score(one.published.score, one.kind)}{_spread(one.published.spread, one.kind)}",
            ours=_ours(one),
            difference=_difference(one),
            side=one.side,
            within=_within(one),
            source=one.published.source,
        )
        for one in figures
    ]


def group_text(group: GroupDifference) -> str:
    """The mean difference of a group, in one sentence.

    >>> one = {"group": "UCR", "kind": "accuracy", "figures": 3, "mean": -0.62, "better": 1, "worse": 2}
    >>> group_text(GroupDifference(**one, within=0, judged=0))
    'UCR: ours is 0.6 points lower on average over 3 figures (1 better, 2 worse); no spread is published.'
    """
    gap = difference_text(abs(group.mean) / unit_of(group.kind), group.kind)
    level = gap.split()[0] == "0"
    stand = "level with the published" if level else f"{gap} {'higher' if group.mean > 0 else 'lower'}"
    counted = f"{group.figures} figure{'s' if group.figures > 1 else ''}"
    text = f"{group.group}: ours is {stand} on average over {counted} ({group.better} better, {group.worse} worse)"
    if not group.judged:
        return f"{text}; no spread is published."
    return (
        f"{text}; {group.within} of {group.judged} lie{'s' if group.within == 1 else ''} within the published spread."
    )


def published_table(figures: Sequence[AgainstPublished]) -> RenderableType:
    """One row per figure and one line per group, for a terminal of 100 columns."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1), header_style="dim")
    table.add_column("task", style="bold", overflow="fold")
    table.add_column("model", overflow="fold")
    for heading in ("published", "ours", "difference", "in spread"):
        table.add_column(heading, no_wrap=True)
    for one, row in zip(figures, published_rows(figures), strict=True):
        style = _STYLES[one.side] if one.side else "default"
        within = {True: "yes", False: "no", None: "-"}[one.within]
        ours = row.ours.partition(" (")[0]  # the seeds are those of the experiment
        table.add_row(row.task, row.model, row.published, ours, f"[{style}]{row.difference}", within)
    heading = Text("Against published figures", style="bold")
    return Group(heading, table, *(Text(group_text(group)) for group in by_group(figures)))


def published_csv(figures: Sequence[AgainstPublished]) -> pd.DataFrame:
    """One row per figure, for published.csv; scores are in the unit in which they are shown."""
    rows = [
        {
            **one.published.model_dump(include={"task", "condition", "model", "group", "source"}),
            "metric": one.kind,
            "parameters": one.parameters,
            "published_parameters": one.published.parameters,
            "published": one.published.score,
            "published_sd": one.published.spread,
            "published_runs": one.published.runs,
            "ours": one.mean,
            "sd": one.deviation,
            "seeds": one.seeds,
            "difference": one.difference,
            "side": one.side,
            "allowance": one.allowance,
            "within_spread": one.within,
        }
        for one in figures
    ]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def _score(value: float, kind: Score) -> str:
    return score_text(value / unit_of(kind), kind)


def _spread(value: float | None, kind: Score) -> str:
    return "" if value is None else f" ± {_score(value, kind).removesuffix('%')}"


def _task(one: AgainstPublished) -> str:
    published = one.published
    return published.task if published.condition == "default" else f"{published.task}, {published.condition}"


def _parameters(one: AgainstPublished) -> str:
    ours = f"{one.parameters:,}" if one.parameters else _NONE
    theirs = one.published.parameters
    return ours if theirs is None else f"{ours} (theirs {theirs:,})"


def _ours(one: AgainstPublished) -> str:
    if one.mean is None:
        return _NONE
    seeds = f"{one.seeds} seed{'s' if one.seeds > 1 else ''}"
    return f"{_score(one.mean, one.kind)}{_spread(one.deviation, one.kind)} ({seeds})"


def _difference(one: AgainstPublished) -> str:
    if one.difference is None:
        return _NONE
    return f"{difference_text(one.difference / unit_of(one.kind), one.kind, signed=True)}, {one.side}"


def _within(one: AgainstPublished) -> str:
    if one.mean is None:
        return _NONE
    if one.published.spread is None:
        return "no spread published"
    if one.allowance is None:
        return "no number of runs published"
    allowed = difference_text(one.allowance / unit_of(one.kind), one.kind).split()[0]
    return f"{'yes' if one.within else 'no'} (± {allowed})"
