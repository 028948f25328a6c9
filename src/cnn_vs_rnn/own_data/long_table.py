"""Series from a long table: a row a time step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.parts import part_named
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.own_data.series_task import SeriesSet
from cnn_vs_rnn.own_data.tables import GROUP_NAMES, LABEL_NAMES, SPLIT_NAMES, Table, numeric

ID_NAMES = ("id", "series", "series_id", "sample", "sample_id", "case", "case_id", "recording", "unit")
TIME_NAMES = ("time", "t", "step", "timestamp", "date", "datetime", "index", "second", "seconds")


def is_long(table: Table, request: OwnData) -> bool:
    """Whether it has a column that says which series a row belongs to, and one that says when."""
    return all(
        table.column(named, usual) is not None
        for named, usual in ((request.id_column, ID_NAMES), (request.time_column, TIME_NAMES))
    )


def read_long_table(table: Table, request: OwnData) -> SeriesSet:
    """The series of each id, in the order of time."""
    identity, time = table.column(request.id_column, ID_NAMES), table.column(request.time_column, TIME_NAMES)
    label = table.column(request.label_column, LABEL_NAMES)
    if label is None:
        raise UserError(f"{table.path} has no column that looks like labels: name it (label_column=...)")
    split, group = table.column(request.split_column, SPLIT_NAMES), table.column(request.group_column, GROUP_NAMES)
    assert identity is not None
    assert time is not None
    table = table.set_aside(table.cells[identity].str.strip() == "", f"its {identity} is missing")
    named = {identity, time, label, split, group}
    channels = [
        str(column)
        for column in table.cells.columns
        if column not in named and numeric(table.cells[column]).notna().any()
    ]
    if not channels:
        raise UserError(f"{table.path} has no column of numbers besides {identity}, {time} and {label}: add one")
    read = SeriesSet([table.path], quarantined=list(table.quarantined))
    read.said.append(
        f"a row a time step: series by {identity!r}, in the order of {time!r}, channels {', '.join(channels[:6])}"
        f"{', ...' if len(channels) > 6 else ''}, label {label!r} (id_column=, time_column=, label_column= change that)"
    )
    when = _moments(table.cells[time])
    for name, rows in table.cells.groupby(identity, sort=False):
        place = f"{table.path.name} {identity} {name}"
        moments = when[rows.index]
        labels = rows[label].str.strip().unique()
        if moments.isna().any():
            read.quarantined.append((place, f"a {time} is missing or unreadable, {moments.index[moments.isna()][0]}"))
        elif moments.duplicated().any():
            read.quarantined.append((place, f"a {time} occurs twice, {moments.index[moments.duplicated()][0]}"))
        elif len(labels) > 1:
            read.quarantined.append((place, f"it has several labels: {', '.join(map(repr, labels[:3]))}"))
        else:
            values = rows.loc[moments.sort_values().index, channels].apply(numeric)
            part = None if split is None else part_named(str(rows[split].iloc[0]))
            owner = None if group is None else str(rows[group].iloc[0])
            read.add(place, values.to_numpy(np.float64), labels[0], part, owner)
    return read


def _moments(column: Any) -> Any:
    """Times as numbers or dates, whichever they are; missing where they are neither."""
    numbers = numeric(column)
    if numbers.notna().mean() > 0.5:
        return numbers
    return pd.to_datetime(column, errors="coerce", format="mixed")
