"""Forecasts that repeat: what any forecaster must beat."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cnn_vs_rnn.models.closed_form import ClosedForm
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, Samples


class Naive(ClosedForm):
    """The last value of each channel, or its last season, again and again (Hyndman & Athanasopoulos 2021, section 5.2).

    seasonal: repeat the last `period` steps of the task; without a period in the data, or in a window shorter than it,
    the last value is repeated.
    """

    def __init__(self, input: InputSpec, output: OutputSpec, seasonal: bool = False) -> None:
        super().__init__(input, output)
        assert output.forecast is not None
        self.forecast = output.forecast
        period = self.forecast.period if seasonal else None
        self.period = period if period is not None and period <= (input.length or 0) else 1

    def fit(self, train: Samples, seed: int) -> None:
        """Nothing is learnt."""

    def forward(
        self,
        inputs: Float[Tensor, "batch time channel"],
        lengths: Int[Tensor, " batch"] | None = None,  # noqa: ARG002
    ) -> Float[Tensor, "batch output"]:
        season = inputs[:, -self.period :, list(self.forecast.channels)]
        step = torch.arange(self.forecast.horizon, device=inputs.device) % self.period
        return season[:, step].transpose(1, 2).flatten(1)
