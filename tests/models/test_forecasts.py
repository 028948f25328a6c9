"""A network forecasts how far a series moves from where it is."""

import pytest
import torch
from cases import models
from pydantic import ValidationError

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.models.build import build
from cnn_vs_rnn.tasks.data import Forecast, InputSpec, OutputSpec

SPEC = InputSpec(kind="sequence", channels=3, length=12)
OUTPUT = OutputSpec(size=8, forecast=Forecast(horizon=4, channels=(2, 0)))


@pytest.mark.parametrize("name", ["tcn", "gru"])
def test_a_head_of_zeros_repeats_the_last_value_of_each_channel(name):
    torch.manual_seed(0)
    network = build(models()[name], SPEC, OUTPUT, width=6.0, dropout=0.0)
    with torch.no_grad():
        network.head.weight.zero_()
        network.head.bias.zero_()
    series = torch.randn(5, 12, 3)
    expected = torch.cat([series[:, -1:, 2].expand(5, 4), series[:, -1:, 0].expand(5, 4)], dim=1)
    torch.testing.assert_close(network(series), expected)


def test_series_and_forecast_are_scaled_alike_or_not_at_all():
    task = {
        "name": "toy",
        "target": "x:y",
        "modality": "series",
        "description": "",
        "source": "",
        "loss": "mse",
        "score": "mse",
        "output": "forecast",
        "equivalence": 0.1,
    }
    TaskConfig(**task, scale_targets=True)
    TaskConfig(**task, scale=False)
    with pytest.raises(ValidationError, match="task toy: a forecast needs scale_targets=True, as scale is"):
        TaskConfig(**task)
