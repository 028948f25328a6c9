"""What an initialisation does to the gates, and to how far back a gradient reaches."""

import math

import pytest
import torch
from torch import nn

from cnn_vs_rnn.models.gru import GRU
from cnn_vs_rnn.models.initialisation import chrono_biases, initialise
from cnn_vs_rnn.models.lstm import LSTM
from cnn_vs_rnn.models.min_gru import MinGRU
from cnn_vs_rnn.models.rnn import RNN
from cnn_vs_rnn.tasks.data import InputSpec

HIDDEN, LENGTH = 64, 200
GATED = pytest.mark.parametrize("cell", [nn.LSTM, nn.GRU])


def gates(module):
    """Every gate's activation at zero input and zero state, as PyTorch adds its two biases."""
    _, _, bias_ih, bias_hh = module.all_weights[0]
    return (bias_ih + bias_hh).detach().sigmoid().split(module.hidden_size)


def made(cell, how):
    torch.manual_seed(0)
    module = cell(2, HIDDEN)
    initialise(module, how, LENGTH)
    return module


@GATED
@pytest.mark.parametrize("how", ["forget_bias", "orthogonal"])
def test_the_keep_gate_starts_at_sigmoid_of_one(cell, how):
    torch.testing.assert_close(gates(made(cell, how))[1], torch.full((HIDDEN,), 1 / (1 + math.exp(-1))))


@GATED
@pytest.mark.parametrize("how", ["chrono", "orthogonal_chrono"])
def test_chrono_spreads_the_memory_spans_over_the_sequence(cell, how):
    opened = gates(made(cell, how))
    spans = 1 / (1 - opened[1])  # steps until a gate has forgotten
    assert spans.min() >= 2
    assert spans.max() <= LENGTH
    assert spans.max() > LENGTH / 2
    if cell is nn.LSTM:
        torch.testing.assert_close(opened[0], 1 - opened[1])


def test_chrono_biases_are_finite_for_the_shortest_sequences():
    assert all(chrono_biases(4, length).isfinite().all() for length in (1, 2, 3))


def test_the_update_gate_of_a_gru_keeps_the_state():
    module = made(nn.GRU, "default")
    with torch.no_grad():
        module.all_weights[0][2][HIDDEN : 2 * HIDDEN] = 100.0
    state = torch.randn(1, 1, HIDDEN)
    torch.testing.assert_close(module(torch.zeros(1, 1, 2), state)[1], state)


@pytest.mark.parametrize("cell", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("how", ["orthogonal", "orthogonal_chrono"])
def test_every_recurrent_block_is_orthogonal(cell, how):
    for block in made(cell, how).all_weights[0][1].split(HIDDEN):
        torch.testing.assert_close(block @ block.T, torch.eye(HIDDEN), rtol=0, atol=1e-5)


@pytest.mark.parametrize("cell", [nn.RNN, nn.LSTM, nn.GRU])
def test_default_is_pytorchs_own(cell):
    torch.manual_seed(0)
    untouched = cell(2, HIDDEN)
    for name, parameter in made(cell, "default").named_parameters():
        assert torch.equal(parameter, untouched.get_parameter(name))


@pytest.mark.parametrize(("how", "low", "high"), [("forget_bias", 0.73, 0.74), ("chrono", 0.5, 1.0)])
def test_a_min_gru_keeps_its_state_as_its_bias_says(how, low, high):
    torch.manual_seed(0)
    encoder = MinGRU(InputSpec(kind="sequence", channels=1, length=LENGTH), 32.0, 0.0, layers=1, initialisation=how)
    with torch.no_grad():
        encoder.stacks[0].embed.weight.zero_()
        encoder.stacks[0].embed.bias.zero_()  # so the normalised input of the layer is 0
        encoder.stacks[0].layers[0].gate_and_candidate.bias[32:] = 0
        _, (state,) = encoder.step(torch.zeros(1, 1), [torch.ones(1, 32)])
    assert low <= state.min()
    assert state.max() <= high


def decades_lost(encoder, steps):
    """log10 of the gradient with respect to the state `steps` ago, over that of the state now."""
    inputs = torch.zeros(8, 20 + steps, 2)
    inputs[:, :, 0] = torch.rand(8, 20 + steps, generator=torch.Generator().manual_seed(0))
    states = [encoder.initial_state(8)]
    for t in range(inputs.shape[1]):
        states.append(encoder.step(inputs[:, t], states[-1])[1])
    now, past = states[-1][0], states[-1 - steps][0]
    now, past = (layer if isinstance(layer, tuple) else (layer,) for layer in (now, past))
    gradients = torch.autograd.grad(now[0].sum(), past)
    return math.log10(torch.cat(gradients, 1).norm() / math.sqrt(now[0].numel()))


@pytest.mark.parametrize(
    ("cls", "how", "least", "most"),
    [
        (RNN, "default", -20, -8),
        (RNN, "orthogonal", -2, 0),
        (LSTM, "default", -13, -8),
        (LSTM, "forget_bias", -6, -2),
        (LSTM, "chrono", -1, 0.5),
        (LSTM, "orthogonal_chrono", -1, 0.5),
        (GRU, "default", -13, -8),
        (GRU, "chrono", -1, 0.5),
        (GRU, "orthogonal_chrono", -1, 0.5),
        (MinGRU, "default", -20, -4),
        (MinGRU, "chrono", -1, 0.5),
    ],
)
def test_gradient_reach_over_50_steps(cls, how, least, most):
    torch.manual_seed(0)
    options = {"layers": 1, "initialisation": how}
    encoder = cls(InputSpec(kind="sequence", channels=2, length=LENGTH), 128.0, 0.0, **options)
    assert least < decades_lost(encoder, 50) < most
