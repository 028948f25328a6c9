"""The simple recurrent network (Elman 1990)."""

from __future__ import annotations

from pydantic import PositiveInt
from torch import nn

from cnn_vs_rnn.models.initialisation import PlainInitialisation
from cnn_vs_rnn.models.read_out import ReadOut
from cnn_vs_rnn.models.recurrent import StackedRecurrentEncoder
from cnn_vs_rnn.tasks.data import InputSpec


class RNN(StackedRecurrentEncoder):
    """Elman's network: h_t = tanh(W x_t + U h_{t-1} + b) (Elman 1990, "Finding Structure in Time").

    Orthogonal recurrence by default: from PyTorch's own start its gradient loses a decade every four steps.
    """

    cell = nn.RNN

    def __init__(
        self,
        input: InputSpec,
        width: float,
        dropout: float,
        read_out: ReadOut = "last",
        layers: PositiveInt = 1,
        bidirectional: bool = False,
        initialisation: PlainInitialisation = "orthogonal",
    ) -> None:
        super().__init__(input, width, dropout, read_out, layers, bidirectional, initialisation)
