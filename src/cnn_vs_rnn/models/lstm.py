"""Long short-term memory (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000)."""

from __future__ import annotations

from pydantic import PositiveInt
from torch import nn

from cnn_vs_rnn.models.initialisation import GatedInitialisation
from cnn_vs_rnn.models.read_out import ReadOut
from cnn_vs_rnn.models.recurrent import StackedRecurrentEncoder
from cnn_vs_rnn.tasks.data import InputSpec


class LSTM(StackedRecurrentEncoder):
    """The LSTM with forget gates (Gers et al. 2000, "Learning to Forget"), as in `nn.LSTM`.

    By default the recurrence starts orthogonal, and the gates' biases are drawn for the length of the sequences: from
    PyTorch's own start, where every gate is half shut, its gradient vanishes nearly as fast as a plain network's.
    """

    cell = nn.LSTM

    def __init__(
        self,
        input: InputSpec,
        width: float,
        dropout: float,
        read_out: ReadOut = "last",
        layers: PositiveInt = 1,
        bidirectional: bool = False,
        initialisation: GatedInitialisation = "orthogonal_chrono",
    ) -> None:
        super().__init__(input, width, dropout, read_out, layers, bidirectional, initialisation)
