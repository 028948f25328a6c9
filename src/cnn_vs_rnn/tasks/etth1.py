"""How warm will the transformer's oil be? Hourly measurements of two years."""

from __future__ import annotations

import io
import itertools
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.tasks.archive import members
from cnn_vs_rnn.tasks.data import Forecast, InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.fetch import fetched
from cnn_vs_rnn.tasks.options import read_options
from cnn_vs_rnn.tasks.windows import ends_within, windows

MONTH = 30 * 24  # hours
BORDERS = (0, 12 * MONTH, 16 * MONTH, 20 * MONTH)  # of train, valid and test, as in the literature
CHANNELS = ("HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT")


class Etth1Options(Strict):
    """horizon: hours to forecast. window: hours that are seen. target: the oil temperature, or all seven channels.

    stride: hours from one window to the next, of training and validation.
    """

    horizon: Annotated[int, Field(ge=1, le=720)] = 24
    window: Annotated[int, Field(ge=24, le=720)] = 96
    target: Literal["OT", "all"] = "OT"
    stride: Annotated[int, Field(ge=1, le=720)] = 1


def load(config: TaskConfig) -> RawTask:
    """Windows (time, 7) of loads and oil temperature, and the next hours; 12, 4 and 4 months in the order of time.

    A window may reach back into the part before its own, as a forecaster in use would look back.
    Source: Zhou et al. 2021, Informer, arXiv 2012.07436, section 5.1.
    """
    options = read_options(config, Etth1Options)
    (content,) = members(fetched(config, config.files[0].path)).values()
    table = pd.read_csv(io.BytesIO(content), nrows=BORDERS[-1])
    values = table[list(CHANNELS)].to_numpy(np.float32)
    predicted = range(len(CHANNELS)) if options.target == "all" else [CHANNELS.index("OT")]
    forecast = Forecast(horizon=options.horizon, channels=tuple(predicted), period=24)
    train, valid, test = (
        windows(values, ends_within(start, stop, options.window, options.horizon, stride), options.window, forecast)
        for (start, stop), stride in zip(itertools.pairwise(BORDERS), (options.stride, options.stride, 1), strict=True)
    )
    return RawTask(
        pool=Samples(np.concatenate([train.inputs, valid.inputs]), np.concatenate([train.targets, valid.targets])),
        test=test,
        input=InputSpec(kind="sequence", channels=len(CHANNELS), length=options.window),
        output=OutputSpec(size=options.horizon * len(forecast.channels), forecast=forecast),
        valid=np.arange(len(train) + len(valid)) >= len(train),
        notes=("12 months to train on, the next 4 validate, the next 4 test",),
    )
