"""Baselines whose last part is one linear map."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from cnn_vs_rnn.models.closed_form import ClosedForm
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

_NEVER = -30.0  # the score of a class that no training sample has


class LinearMap(ClosedForm):
    """The map's buffers, and how scikit-learn's coefficients get there, which lack the axis of a single output."""

    weight: Float[Tensor, "output feature"]
    bias: Float[Tensor, " output"]

    def __init__(self, input: InputSpec, output: OutputSpec) -> None:
        super().__init__(input, output)
        self.register_buffer("weight", torch.zeros(output.size, 0))
        self.register_buffer("bias", torch.zeros(output.size))

    def scores(self, features: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch output"]:
        return nn.functional.linear(features, self.weight, self.bias)

    def take_values(
        self, coefficients: Float[np.ndarray, "... feature"], intercepts: Float[np.ndarray, "..."] | float
    ) -> None:
        """Keep a regression's coefficients."""
        self.weight = torch.as_tensor(coefficients).float().reshape(self.output.size, -1)
        self.bias = torch.as_tensor(intercepts).float().reshape(self.output.size)

    def take_classes(
        self,
        coefficients: Float[np.ndarray, "... feature"],
        intercepts: Float[np.ndarray, "..."],
        classes: Int[np.ndarray, " seen"],
    ) -> None:
        """Keep a classifier's coefficients: two classes share one row there, and unseen classes have none."""
        coefficients = np.atleast_2d(coefficients)
        if len(classes) == 2:
            coefficients = np.concatenate([-coefficients, coefficients]) / 2
            intercepts = np.concatenate([-intercepts, intercepts]) / 2
        weight = np.zeros((self.output.size, coefficients.shape[1]))
        bias = np.full(self.output.size, _NEVER)
        weight[classes], bias[classes] = coefficients, intercepts
        self.take_values(weight, bias)
