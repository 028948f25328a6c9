"""Series from a long table: a row a time step."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.moments import moments
from cnn_vs_rnn.own_data.parts import part_named
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.own_data.series_task import SeriesSet
from cnn_vs_rnn.own_data.tables import GROUP_NAMES, LABEL_NAMES, SPLIT_NAMES, Table, numeric

ID_NAMES = ("id", "series", "series_id", "sample", "sample_id", "case", "case_id", "recording", "unit")
TIME_NAMES = ("time", "t", "step", "timestamp", "date", "datetime", "index", "second", "seconds")


def is_long(table: Table, request: OwnData) -> bool:
    """Whether it has a column that says when, and one that says which series a row belongs to.

    A column that is merely named like an id must have at least two ids, of two rows each on average.
    """
    identity = table.column(request.id_column, ID_NAMES)
    if identity is None or table.column(request.time_column, TIME_NAMES) is None:
        return False
    return request.id_column is not None or 2 <= table.cells[identity].nunique() <= len(table.cells) / 2


def read_long_table(table: Table, request: OwnData) -> SeriesSet:
    """The series of each id, in the order of time. An id with one bad row is quarantined as a whole.

    Raises UserError where no column holds labels, or none numbers.
    """
    identity, time = table.column(request.id_column, ID_NAMES), table.column(request.time_column, TIME_NAMES)
    assert identity is not None
    assert time is not None
    split, group = table.column(request.split_column, SPLIT_NAMES), table.column(request.group_column, GROUP_NAMES)
    table = table.set_aside(table.cells[identity].str.strip() == "", f"its {identity} is missing")
    label = _label_column(table, request, identity, {identity, time, split, group})
    named = {identity, time, label, split, group}
    others = [str(column) for column in table.cells.columns if column not in named]
    numbers: Any = table.cells[others].apply(numeric)
    channels = [column for column in others if numbers[column].notna().any()]
    if not channels:
        raise UserError(f"{table.path} has no column of numbers besides {identity}, {time} and {label}: add one")
    read = SeriesSet([table.path], quarantined=list(table.quarantined))
    read.said.append(
        f"a row a time step: series by {identity!r}, in the order of {time!r}, channels {', '.join(channels[:6])}"
        f"{', ...' if len(channels) > 6 else ''}, label {label!r} (id_column=, time_column=, label_column= change that)"
    )
    honoured = [f"{what} column {column!r}" for what, column in (("split", split), ("group", group)) if column]
    left_out = [column for column in others if column not in channels]
    read.said += [f"honoured: {' and '.join(honoured)}"] if honoured else []
    read.said += [f"left out, holding no number: {', '.join(left_out[:6])}"] if left_out else []
    values, when = numbers[channels].to_numpy(np.float64), moments(table.cells[time])
    for name, rows in table.cells.reset_index(drop=True).groupby(identity, sort=False):
        at = rows.index.to_numpy()
        own = when.iloc[at]
        if reason := _contradiction(rows, own, time, label, split):
            read.quarantined.append((f"{table.path.name} {identity} {name}", reason))
            continue
        part = None if split is None else part_named(str(rows[split].iloc[0]))
        owner = None if group is None else str(rows[group].iloc[0])
        ordered = at[np.argsort(own.to_numpy(), kind="stable")]
        read.add(f"{table.path.name} {identity} {name}", values[ordered], str(rows[label].iloc[0]), part, owner)
    return read


def _contradiction(rows: Any, when: Any, time: str, label: str, split: str | None) -> str:
    """Why the rows of an id are no series; empty where they are one. `when` is indexed by where each row stands."""
    if when.isna().any():
        return f"a {time} is missing or unreadable, {when.index[when.isna()][0]}"
    if when.duplicated().any():
        return f"a {time} occurs twice, {when.index[when.duplicated()][0]}"
    labels = rows[label].str.strip().unique()
    if len(labels) > 1:
        return f"it has several labels: {', '.join(map(repr, labels[:3]))}"
    parts = () if split is None else rows[split].map(part_named).unique()
    if len(parts) > 1:
        return f"its rows are of several parts ({split})"
    return f"its {split} is none of train, valid and test" if len(parts) == 1 and parts[0] is None else ""


def _label_column(table: Table, request: OwnData, identity: str, taken: set[str | None]) -> str:
    """Named, of a usual name, or the only one that is the same throughout each series and shared by several."""
    label = table.column(request.label_column, LABEL_NAMES)
    if label is not None:
        return label
    others = [str(column) for column in table.cells.columns if column not in taken]
    grouped: Any = table.cells.groupby(identity)
    constant = [
        column
        for column in others
        if grouped[column].nunique().max() == 1 and 2 <= table.cells[column].nunique() <= len(grouped) // 2
    ]
    if len(constant) != 1:
        raise UserError(f"{table.path} has no column that looks like labels: name it (label_column=...)")
    return constant[0]
