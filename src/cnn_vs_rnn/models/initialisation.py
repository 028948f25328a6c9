"""Where recurrent weights and gate biases start: what decides how far back a gradient reaches.

PyTorch adds two biases, ``bias_ih`` and ``bias_hh``; wherever a gate's bias is chosen here, the first
holds the whole of it and the second is 0.
"""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

PlainInitialisation = Literal["default", "orthogonal"]
GatedInitialisation = Literal["default", "forget_bias", "orthogonal", "chrono", "orthogonal_chrono"]

KEEP_BIAS = 1.0  # the gate starts at sigmoid(1) = 0.73
_INPUT_GATE = 0  # of nn.LSTM: i, f, g, o
_KEEP_GATE = 1  # f of nn.LSTM; z of nn.GRU (r, z, n), where h' = (1 - z) n + z h


def initialise(module: nn.RNNBase, how: GatedInitialisation, length: int) -> None:
    """Set the weights of a one-layer, one-directional nn.RNN, nn.LSTM or nn.GRU in place.

    - ``default``: PyTorch's, everything uniform in +-1/sqrt(hidden);
    - ``forget_bias``: the bias of the gate that keeps the old state is 1: the LSTM's forget gate (Jozefowicz et al.
      2015, "An Empirical Exploration of Recurrent Network Architectures", section 3.2) and, so that both gated
      networks start alike, the GRU's update gate z, which keeps the state in PyTorch's equations;
    - ``orthogonal``: every gate's recurrent block orthogonal (Saxe et al. 2014, arXiv 1312.6120), every input block
      Xavier uniform (Glorot & Bengio 2010), all biases 0 but the keep gate's, which is 1 as above;
    - ``chrono``: keep biases log U(1, length - 1), and their negatives on the LSTM's input gate, so that memory
      spans range over the whole sequence (Tallec & Ollivier 2018, arXiv 1804.11188, section 2);
    - ``orthogonal_chrono``: the weights of ``orthogonal`` and the biases of ``chrono``.

    length: time steps of the longest sequence.
    """
    if how.startswith("orthogonal"):
        _orthogonal(module)
    if isinstance(module, nn.RNN) or how == "default":
        return
    if how.endswith("chrono"):
        keep = chrono_biases(module.hidden_size, length)
        if isinstance(module, nn.LSTM):
            _set_bias(module, _INPUT_GATE, -keep)
    else:
        keep = torch.full((module.hidden_size,), KEEP_BIAS)
    _set_bias(module, _KEEP_GATE, keep)


def chrono_biases(size: int, length: int) -> Float[Tensor, " size"]:
    """Draw log U(1, length - 1): a unit with this bias on its keep gate forgets over 2 to `length` steps."""
    return torch.empty(size).uniform_(1, max(2, length - 1)).log()


@torch.no_grad()
def _orthogonal(module: nn.RNNBase) -> None:
    weight_ih, weight_hh, bias_ih, bias_hh = module.all_weights[0]
    for block in weight_hh.split(module.hidden_size):
        nn.init.orthogonal_(block)
    for block in weight_ih.split(module.hidden_size):
        nn.init.xavier_uniform_(block)
    nn.init.zeros_(bias_ih)
    nn.init.zeros_(bias_hh)


@torch.no_grad()
def _set_bias(module: nn.RNNBase, gate: int, values: Float[Tensor, " hidden"]) -> None:
    units = slice(gate * module.hidden_size, (gate + 1) * module.hidden_size)
    _, _, bias_ih, bias_hh = module.all_weights[0]
    bias_ih[units] = values
    bias_hh[units] = 0
