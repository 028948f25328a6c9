"""The gated recurrent unit (Cho et al. 2014)."""

from __future__ import annotations

from pydantic import PositiveInt
from torch import nn

from cnn_vs_rnn.models.initialisation import GatedInitialisation
from cnn_vs_rnn.models.read_out import ReadOut
from cnn_vs_rnn.models.recurrent import StackedRecurrentEncoder
from cnn_vs_rnn.tasks.data import InputSpec


class GRU(StackedRecurrentEncoder):
    """The GRU (Cho et al. 2014, arXiv 1406.1078), as in `nn.GRU`: the reset gate acts on U h, after the product.

    By default the recurrence starts orthogonal, and the update gate's biases are drawn for the length of the sequences,
    as those of the LSTM's forget gate are.
    """

    cell = nn.GRU

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
