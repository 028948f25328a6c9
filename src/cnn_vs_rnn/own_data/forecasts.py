"""Forecasts from a wide table."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.own_data.folders import files_digest
from cnn_vs_rnn.own_data.found import Found
from cnn_vs_rnn.own_data.parts import task_name
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.own_data.wide_table import WHOLE, read_wide_table
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask
from cnn_vs_rnn.tasks.windows import windows


def inspect_forecast(request: OwnData) -> Found:
    """Reads the table."""
    wide = read_wide_table(request)
    predicted = [wide.columns[channel] for channel in wide.forecast.channels]
    named = f"{', '.join(predicted[:6])}{', ...' if len(predicted) > 6 else ''}"
    horizon, period = wide.forecast.horizon, wide.forecast.period
    options = {"window": wide.window, "period": period, "digest": files_digest([Path(request.path)])}
    season = f"a season is {period} steps" if period else "no season is known"
    return Found(
        task=TaskConfig(
            name=task_name(Path(request.path).stem),
            target=f"{__name__}:load",
            modality="series",
            description=f"The next {horizon} steps of {named}.",
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
            f"{len(wide.values):,} rows by {wide.time!r}, {len(wide.columns)} "
            f"column{'s' * (len(wide.columns) > 1)} of numbers",
            f"forecast: the next {horizon} step{'s' * (horizon > 1)} of {named} (label_column= chooses one)",
            f"from the last {wide.window} steps; {season} (window= and period= change that)",
            *wide.said,
        ),
        samples=sum(map(len, wide.ends)),
        steps=wide.window,
        channels=len(wide.columns),
        outputs=horizon * len(predicted),
    )


def load(config: TaskConfig) -> RawTask:
    """Windows (time, channel) and what follows each; rows that cannot be read are quarantined."""
    request = OwnData.of(config)
    wide = read_wide_table(request, WHOLE) if config.repeated else read_wide_table(request)
    pooled = wide.ends if config.repeated else wide.ends[:-1]
    ends = np.concatenate(pooled)
    return RawTask(
        pool=windows(wide.values, ends, wide.window, wide.forecast),
        test=None if config.repeated else windows(wide.values, wide.ends[-1], wide.window, wide.forecast),
        input=InputSpec(kind="sequence", channels=len(wide.columns), length=wide.window),
        output=OutputSpec(size=wide.forecast.horizon * len(wide.forecast.channels), forecast=wide.forecast),
        valid=None if config.repeated else np.arange(len(ends)) >= len(wide.ends[0]),
        spans=np.stack([ends, ends + wide.forecast.horizon], axis=1) if config.repeated else None,
        quarantined=tuple(wide.quarantined),
        notes=(f"channels: {', '.join(wide.columns)}", *wide.said),
    )
