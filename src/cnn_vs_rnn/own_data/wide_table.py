"""A wide table: a row a moment, a column a channel; put in the order of time, with its season and its gaps."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float32, Int

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.long_table import ID_NAMES, TIME_NAMES
from cnn_vs_rnn.own_data.moments import dates, moments
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.own_data.tables import Table, numeric, read_table
from cnn_vs_rnn.tasks.data import Forecast
from cnn_vs_rnn.tasks.windows import ends_within

PERIODS = {"s": 60, "min": 60, "h": 24, "D": 7, "W": 52, "M": 12, "Q": 4}  # steps of a season by sampling interval
_SECONDS = {"s": 1, "min": 60, "h": 3600, "D": 86400, "W": 604800, "M": 2629746, "Q": 7889238}
SHARES = (0.0, 0.6, 0.8, 1.0)  # in the order of time: train, then validation, then test
WHOLE = (0.0, 1.0)  # all in one
FEWEST = 10  # windows of a part
_LONGEST = 336  # steps that a window sees, unless the user says otherwise
_MOST_NUMBERS = 2**27  # in all windows together: half a GiB


@dataclass(frozen=True)
class WideTable:
    """ends: of the windows of each part, by default train, valid and test. said: what was assumed, a sentence each."""

    time: str
    columns: list[str]
    values: Float32[np.ndarray, "time channel"]
    window: int
    forecast: Forecast
    ends: list[Int[np.ndarray, "_"]]
    said: list[str]
    quarantined: list[tuple[str, str]]


def date_column(table: Table, request: OwnData) -> str | None:
    """The column that says when: named, or of a usual name, or the first, if it holds dates; None without one.

    A column of numbers does where the user names it, or asks for a forecast and it has a usual name.
    """
    column = table.column(request.time_column, TIME_NAMES)
    if column is None:
        column = str(table.cells.columns[0])
    elif request.time_column is not None or request.horizon is not None:
        return column
    cells = table.cells[column].head(200)
    return column if numeric(cells).notna().mean() <= 0.5 and dates(cells).notna().mean() > 0.5 else None


def read_wide_table(request: OwnData, shares: Sequence[float] = SHARES) -> WideTable:
    """UserError where a column or the horizon is missing, or the rows are too few. Bad rows are quarantined.

    shares: of all time, where one part ends and the next begins.
    """
    table = read_table(Path(request.path))
    time = date_column(table, request)
    if time is None:
        raise UserError(f"{request.path} has no column of dates: name it (time_column=...)")
    if request.horizon is None:
        raise UserError(f"{request.path} is a table by {time!r}: say how many steps to forecast (horizon=24)")
    table, when = _dated(table, time)
    numbers, left_out = _numbers(table, time, request)
    said = [f"left out: {', '.join(left_out[:6])} (no numbers, or an id)"] if left_out else []
    unknown = ~np.isfinite(numbers).all(axis=1)
    table, when = table.set_aside(unknown, "a value is missing, infinite or no number"), when[~unknown]
    when = when.sort_values()
    values = numbers.loc[when.index].to_numpy(np.float32)
    columns = [str(column) for column in numbers.columns]
    predicted = range(len(columns)) if request.label_column is None else [columns.index(request.label_column)]
    period = request.period or _period(when)
    window = request.window or min(_LONGEST, max(2 * (period or 0), 4 * request.horizon, 16))
    forecast = Forecast(
        horizon=request.horizon,
        channels=tuple(predicted),
        period=period if period is not None and period <= window else None,
    )
    ends, about = _ends(request.path, when, window, request.horizon, len(columns), shares)
    return WideTable(time, columns, values, window, forecast, ends, [*said, *about], table.quarantined)


def _dated(table: Table, time: str) -> tuple[Table, Any]:
    when = moments(table.cells[time])
    missing = when.isna()
    table, when = table.set_aside(missing, f"its {time} is missing or no date"), when[~missing]
    repeated = when.duplicated()
    return table.set_aside(repeated, f"its {time} occurs twice"), when[~repeated]


def _numbers(table: Table, time: str, request: OwnData) -> tuple[Any, list[str]]:
    """The channels, and the names of the columns that are none."""
    path, asked = request.path, request.label_column
    numbers: Any = table.cells.drop(columns=[time]).apply(numeric)
    ids = [name for name in numbers.columns if str(name).lower() in ID_NAMES and table.cells[name].is_unique]
    channels = numbers.loc[:, numbers.notna().mean() > 0.5].drop(columns=ids, errors="ignore")
    if channels.empty:
        raise UserError(f"{path} has no column of numbers besides {time!r}: add one")
    if asked is not None and asked not in channels.columns:
        table.column(asked, ())
        raise UserError(f"{path}: column {asked!r} holds no numbers: forecast another")
    return channels, [str(name) for name in numbers.columns if name not in channels.columns]


def _period(when: Any) -> int | None:
    step = when.diff().dropna().median()
    seconds = step.total_seconds() if isinstance(step, pd.Timedelta) else 0
    return next((PERIODS[unit] for unit, own in _SECONDS.items() if 0.9 * own <= seconds <= 1.1 * own), None)


def _ends(
    path: str, when: Any, window: int, horizon: int, channels: int, shares: Sequence[float]
) -> tuple[list[Int[np.ndarray, "_"]], list[str]]:
    """Where the windows of each part end, and what to say of it. None spans a gap, unless that costs half of them."""
    rows = len(when)
    borders = [round(share * rows) for share in shares]
    stride = max(1, math.ceil(rows * window * channels / _MOST_NUMBERS))
    ends = [ends_within(start, stop, window, horizon, stride) for start, stop in itertools.pairwise(borders)]
    said = [f"a window every {stride} steps, so that they fit into memory"] if stride > 1 else []
    if min(map(len, ends)) < FEWEST:
        raise UserError(
            f"{path}: {rows:,} rows are too few to forecast {horizon} steps from {window}: "
            "lower horizon= or window=, or bring more rows"
        )
    gaps = _gaps(when)
    if not gaps.any():
        return ends, said
    stretch = np.cumsum(gaps)
    whole = [part[stretch[part - window] == stretch[part + horizon - 1]] for part in ends]
    count = f"{gaps.sum():,} gap{'s' * bool(gaps.sum() > 1)} in time"
    if all(len(kept) >= max(FEWEST, len(part) / 2) for kept, part in zip(whole, ends, strict=True)):
        return whole, [*said, f"{count}: no window spans one"]
    return ends, [*said, f"{count}, too many to leave out: the rows are taken one after another"]


def _gaps(when: Any) -> Bool[np.ndarray, " time"]:
    """True for a row that comes later than the usual step after the one before."""
    step = when.diff()
    return np.asarray(step > 1.5 * step.median(), dtype=bool)
