"""The recurrent encoders' options: two directions, several layers, read-outs."""

import itertools

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from cnn_vs_rnn.config import ModelConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.models.build import build, parameters_at
from cnn_vs_rnn.models.gru import GRU
from cnn_vs_rnn.models.lstm import LSTM
from cnn_vs_rnn.models.min_gru import MinGRU
from cnn_vs_rnn.models.recurrent import reversed_in_time
from cnn_vs_rnn.models.rnn import RNN
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

INPUT = InputSpec(kind="sequence", channels=3, length=11)
LENGTHS = torch.tensor([11, 4, 1, 8])
CLASSES = pytest.mark.parametrize("cls", [RNN, LSTM, GRU, MinGRU])


def inputs(seed=0):
    return torch.randn(4, 11, 3, generator=torch.Generator().manual_seed(seed))


def encoder(cls, **options):
    torch.manual_seed(0)
    return cls(INPUT, 6.0, 0.0, **options).eval()


def test_sequences_are_reversed_within_their_lengths():
    numbers = torch.arange(1, 9).reshape(2, 4, 1)
    expected = torch.tensor([[4, 3, 2, 1], [6, 5, 7, 8]]).unsqueeze(2)
    assert torch.equal(reversed_in_time(numbers, torch.tensor([4, 2])), expected)
    assert torch.equal(reversed_in_time(numbers, None), numbers.flip(1))


@pytest.mark.parametrize(("cls", "cell"), [(RNN, nn.RNN), (LSTM, nn.LSTM), (GRU, nn.GRU)])
def test_two_directions_and_layers_are_pytorchs_own_on_a_packed_batch(cls, cell):
    ours = encoder(cls, layers=2, bidirectional=True, initialisation="default")
    theirs = cell(3, 6, num_layers=2, bidirectional=True, batch_first=True)
    assert [module.hidden_size for module in ours.cells] == [6, 6, 6, 6]
    for index, weights in enumerate(theirs.all_weights):
        for target, source in zip(weights, ours.cells[index].all_weights[0], strict=True):
            target.data.copy_(source)
    packed = pack_padded_sequence(inputs(), LENGTHS, batch_first=True, enforce_sorted=False)
    outputs, last = theirs(packed)
    expected, _ = pad_packed_sequence(outputs, batch_first=True)
    features = ours.sequence(inputs(), LENGTHS)
    for sample, length in enumerate(LENGTHS):
        torch.testing.assert_close(features[sample, :length], expected[sample, :length], rtol=0, atol=1e-5)
    last = last[0] if cell is nn.LSTM else last
    torch.testing.assert_close(ours(inputs(), LENGTHS), torch.cat([last[2], last[3]], 1), rtol=0, atol=1e-5)


@CLASSES
@pytest.mark.parametrize("how", ["last", "mean", "max"])
def test_two_directions_are_blind_to_padding(cls, how):
    network = encoder(cls, bidirectional=True, read_out=how)
    garbage = inputs()
    for sample, length in enumerate(LENGTHS):
        garbage[sample, length:] = 1e3
    torch.testing.assert_close(network(garbage, LENGTHS), network(inputs(), LENGTHS))


@CLASSES
def test_the_last_read_out_of_two_directions_sees_both_ends(cls):
    network = encoder(cls, bidirectional=True)
    reference = network(inputs(), LENGTHS)
    forwards, backwards = network.direction_features
    for step in (0, 3):  # sample 1 has 4 steps
        changed = inputs()
        changed[1, step] += 3
        difference = (network(changed, LENGTHS) - reference)[1].abs()
        assert difference[:forwards].max() > 1e-3
        assert difference[forwards:].max() > 1e-3
    assert len(reference[0]) == forwards + backwards


@CLASSES
def test_two_directions_cannot_stream(cls):
    network = encoder(cls, bidirectional=True)
    assert not network.causal
    with pytest.raises(NotImplementedError, match=f"{cls.__name__} is not causal"):
        network.initial_state(2)
    with pytest.raises(NotImplementedError, match=f"{cls.__name__} is not causal"):
        network.step(inputs()[:, 0], [])


@CLASSES
@pytest.mark.parametrize("layers", [1, 3])
def test_several_layers_stream(cls, layers):
    network = encoder(cls, layers=layers)
    expected, state = network.sequence(inputs()), network.initial_state(4)
    for t in range(11):
        features, state = network.step(inputs()[:, t], state)
        torch.testing.assert_close(features, expected[:, t], rtol=0, atol=1e-5)


@CLASSES
def test_a_forward_sequence_reads_the_same_backwards_from_the_other_side(cls):
    network = encoder(cls, bidirectional=True)
    parts = network.cells if cls is not MinGRU else network.stacks
    assert len(parts) == 2
    parts[1].load_state_dict(parts[0].state_dict())
    forwards, backwards = network.sequence(inputs()).chunk(2, dim=2)
    torch.testing.assert_close(network.sequence(inputs().flip(1)).chunk(2, dim=2)[0].flip(1), backwards)
    assert not torch.allclose(forwards, backwards)


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", ["rnn:RNN", "lstm:LSTM", "gru:GRU", "min_gru:MinGRU"])
def test_parameters_grow_in_small_steps(name, layers, bidirectional):
    options = {"layers": layers, "bidirectional": bidirectional}
    model = ModelConfig(
        name="x", family="rnn", target=f"cnn_vs_rnn.models.{name}", paper="", modalities=["series"], options=options
    )
    width, counts = 10.0, [0]
    while counts[-1] < 12_000:
        counts.append(parameters_at(model, INPUT, OutputSpec(size=3), width))
        width += 1 / 6
    assert counts == sorted(counts)
    for low, high in itertools.pairwise(counts):
        assert low < 4500 or high - low < 0.1 * low  # so any budget between is met within 5%


def test_dropout_is_on_the_features():
    torch.manual_seed(0)
    network = GRU(INPUT, 6.0, 0.5).train()
    assert (network.sequence(inputs()) == 0).float().mean() > 0.3


def test_an_elman_network_has_no_gate_to_initialise():
    model = ModelConfig(
        name="rnn",
        family="rnn",
        target="cnn_vs_rnn.models.rnn:RNN",
        paper="",
        modalities=["series"],
        options={"initialisation": "chrono"},
    )
    with pytest.raises(UserError, match="option initialisation='chrono' is refused"):
        build(model, INPUT, OutputSpec(size=3), width=4.0, dropout=0.0)


@pytest.mark.parametrize("layers", [0, -1])
def test_a_network_has_at_least_one_layer(layers):
    model = ModelConfig(
        name="gru",
        family="rnn",
        target="cnn_vs_rnn.models.gru:GRU",
        paper="",
        modalities=["series"],
        options={"layers": layers},
    )
    with pytest.raises(UserError, match="option layers"):
        build(model, INPUT, OutputSpec(size=3), width=4.0, dropout=0.0)
