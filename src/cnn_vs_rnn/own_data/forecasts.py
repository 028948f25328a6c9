"""Forecasts from a wide table: a row a moment, a column a channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.folders import files_digest
from cnn_vs_rnn.own_data.found import Found
from cnn_vs_rnn.own_data.long_table import TIME_NAMES
from cnn_vs_rnn.own_data.parts import task_name
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.own_data.tables import Table, numeric, read_table
from cnn_vs_rnn.tasks.data import Forecast, InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.windows import ends_within, windows

PERIODS = {"s": 60, "min": 60, "h": 24, "D": 7, "W": 52, "M": 12, "Q": 4}  # steps of a season by sampling interval
_SECONDS = {"s": 1, "min": 60, "h": 3600, "D": 86400, "W": 604800, "M": 2629746, "Q": 7889238}
SHARES = (0.6, 0.8)  # in the order of time: train, then validation, then test
_LONGEST = 336  # steps that a window sees, unless the user says otherwise
FEWEST = 10  # windows of a part


class _Wide:
    """The rows of a wide table in the order of time, and what follows from them."""

    def __init__(self, request: OwnData) -> None:
        table = read_table(Path(request.path))
        time = date_column(table, request)
        if time is None:
            raise UserError(f"{request.path} has no column of dates: name it (time_column=...)")
        if request.horizon is None:
            raise UserError(f"{request.path} is a table by {time!r}: say how many steps to forecast (horizon=24)")
        moments: Any = pd.to_datetime(table.cells[time], errors="coerce", format="mixed")
        table = table.set_aside(moments.isna(), f"its {time} is missing or no date")
        moments = moments.dropna()
        repeated = moments.duplicated()
        table, moments = table.set_aside(repeated, f"its {time} occurs twice"), moments[~repeated]
        numbers = table.cells.drop(columns=[time]).apply(numeric)
        numbers = numbers.loc[:, numbers.notna().mean() > 0.5]
        if numbers.empty:
            raise UserError(f"{request.path} has no column of numbers besides {time!r}: add one")
        if request.label_column is not None and request.label_column not in numbers.columns:
            table.column(request.label_column, ())
            raise UserError(f"{request.path}: column {request.label_column!r} holds no numbers: forecast another")
        unknown = ~np.isfinite(numbers).all(axis=1)
        table = table.set_aside(unknown, "a value is missing, infinite or no number")
        order = moments[~unknown].sort_values()
        self.numbers, self.moments, self.time = numbers.loc[order.index], order, time
        self.table, self.horizon = table, request.horizon
        self.period = request.period or self._period()
        self.window = request.window or min(_LONGEST, max(2 * (self.period or 0), 4 * request.horizon, 16))
        columns = [str(column) for column in numbers.columns]
        predicted = range(len(columns)) if request.label_column is None else [columns.index(request.label_column)]
        self.columns, self.forecast = (
            columns,
            Forecast(
                horizon=request.horizon,
                channels=tuple(predicted),
                period=self.period if self.period is not None and self.period <= self.window else None,
            ),
        )
        rows = len(self.numbers)
        borders = (0, *(round(share * rows) for share in SHARES), rows)
        self.ends = [
            ends_within(start, stop, self.window, self.horizon)
            for start, stop in zip(borders[:-1], borders[1:], strict=True)  # noqa: RUF007
        ]
        if min(map(len, self.ends)) < FEWEST:
            raise UserError(
                f"{request.path}: {rows:,} rows are too few to forecast {self.horizon} steps from {self.window}: "
                "lower horizon= or window=, or bring more rows"
            )

    def _period(self) -> int | None:
        step = self.moments.diff().dropna().median()
        seconds = step.total_seconds() if isinstance(step, pd.Timedelta) else 0
        return next((PERIODS[unit] for unit, own in _SECONDS.items() if 0.9 * own <= seconds <= 1.1 * own), None)


def date_column(table: Table, request: OwnData) -> str | None:
    """The column that is named, or has a usual name, or is the first, if it holds dates."""
    column = table.column(request.time_column, TIME_NAMES) or str(table.cells.columns[0])
    cells = table.cells[column].head(200)
    if numeric(cells).notna().mean() > 0.5:
        return None
    dates = pd.to_datetime(cells, errors="coerce", format="mixed")
    return column if dates.notna().mean() > 0.5 else None


def inspect_forecast(request: OwnData) -> Found:
    """Reads the table."""
    wide = _Wide(request)
    predicted = [wide.columns[channel] for channel in wide.forecast.channels]
    options = {"window": wide.window, "period": wide.forecast.period, "digest": files_digest([Path(request.path)])}
    season = f"a season is {wide.forecast.period} steps" if wide.forecast.period else "no season is known"
    return Found(
        task=TaskConfig(
            name=task_name(Path(request.path).stem),
            target=f"{__name__}:load",
            modality="series",
            description=f"The next {wide.horizon} steps of {', '.join(predicted)}.",
            source=request.path,
            loss="mse",
            score="mse",
            also=("mae",),
            output="forecast",
            scale_targets=True,
            equivalence=0.01,  # 1% of the variance: the error of always answering the mean is about 1
            options=request.model_copy(update=options).model_dump(),
        ),
        said=(
            f"{len(wide.numbers):,} rows by {wide.time!r}, {len(wide.columns)} columns of numbers",
            f"forecast: the next {wide.horizon} steps of {', '.join(predicted)} (label_column= chooses one)",
            f"from the last {wide.window} steps; {season} (window= and period= change that)",
            "in the order of time: 60% to train on, the next 20% validate, the last 20% test",
        ),
        samples=sum(map(len, wide.ends)),
        steps=wide.window,
        channels=len(wide.columns),
        outputs=wide.horizon * len(predicted),
    )


def load(config: TaskConfig) -> RawTask:
    """Windows (time, channel) and what follows each; rows that cannot be read are quarantined."""
    wide = _Wide(OwnData.of(config))
    values = wide.numbers.to_numpy(np.float32)
    train, valid, test = (windows(values, ends, wide.window, wide.forecast) for ends in wide.ends)
    return RawTask(
        pool=Samples(np.concatenate([train.inputs, valid.inputs]), np.concatenate([train.targets, valid.targets])),
        test=test,
        input=InputSpec(kind="sequence", channels=values.shape[1], length=wide.window),
        output=OutputSpec(size=wide.horizon * len(wide.forecast.channels), forecast=wide.forecast),
        valid=np.arange(len(train) + len(valid)) >= len(train),
        quarantined=tuple(wide.table.quarantined),
        notes=(f"channels: {', '.join(wide.columns)}",),
    )
