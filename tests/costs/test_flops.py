"""Formulas against torch's own counter, and, as it counts nothing for an LSTM, against the same layer unrolled."""

import pytest
import torch
from contest import CONF, compose, planned
from models.cases import CASES, models, shown
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnn_vs_rnn.costs.flops import forward_flops, recurrent_flops
from cnn_vs_rnn.learner.fit import initial_model
from cnn_vs_rnn.models.attention import AdditiveAttention, DotAttention
from cnn_vs_rnn.models.translator import TiedOutput

BATCH, TIME, INPUTS, HIDDEN = 3, 7, 5, 11
GATES = {nn.RNN: 1, nn.GRU: 3, nn.LSTM: 4}


def counted(function, *arguments):
    """What torch counts; 0 for nn.LSTM on a CPU."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        function(*arguments)
    return counter.get_total_flops()


def unrolled(kind, layers, directions):
    """The matrix products of a recurrent network, one step and one gate at a time, from nn.Linear alone."""
    sizes = [INPUTS] + [HIDDEN * directions] * (layers - 1)
    products = [
        (nn.Linear(size, HIDDEN), nn.Linear(HIDDEN, HIDDEN)) for size in sizes for _ in range(directions * GATES[kind])
    ]

    def forward(inputs):
        for _ in range(TIME):
            for of_input, of_state in products:
                of_input(torch.zeros(BATCH, of_input.in_features))
                of_state(torch.zeros(BATCH, HIDDEN))

    return forward


class _Alone(nn.Module):
    """A layer called as a network is."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, inputs, lengths=None):
        return self.layer(inputs)


@pytest.mark.parametrize("bidirectional", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", GATES)
def test_a_recurrent_layer_costs_what_its_unrolled_cell_costs(kind, layers, bidirectional):
    inputs = torch.randn(BATCH, TIME, INPUTS)
    layer = kind(INPUTS, HIDDEN, num_layers=layers, bidirectional=bidirectional, batch_first=True)
    expected = counted(unrolled(kind, layers, 2 if bidirectional else 1), inputs)
    assert expected > 0
    assert recurrent_flops(layer, steps=BATCH * TIME) == expected
    assert forward_flops(_Alone(layer), inputs) == expected
    if kind is not nn.LSTM:
        assert counted(layer, inputs) == expected


def test_packed_sequences_cost_their_steps_alone():
    layer = nn.GRU(INPUTS, HIDDEN, batch_first=True)

    class Packing(_Alone):
        def forward(self, inputs, lengths=None):
            return self.layer(nn.utils.rnn.pack_padded_sequence(inputs, lengths, batch_first=True))

    flops = forward_flops(Packing(layer), torch.randn(2, 9, INPUTS), torch.tensor([9, 4]))
    assert flops == recurrent_flops(layer, steps=13)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Linear(5, 3), (4, 5)),
        (nn.Linear(5, 3), (4, 9, 5)),
        (nn.Conv1d(4, 6, 3, stride=2, dilation=2, padding=1), (2, 4, 20)),
        (nn.Conv1d(4, 6, 3, groups=2), (2, 4, 20)),
        (nn.Conv2d(3, 8, (3, 5), stride=(1, 2), padding=1, bias=False), (2, 3, 12, 13)),
        (nn.Conv2d(4, 4, 3, groups=4), (2, 4, 12, 13)),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 4)), (5, 1, 8, 8)),
    ],
    ids=str,
)
def test_convolutions_and_linear_layers_agree_with_torch(layer, shape):
    inputs = torch.randn(shape)
    assert forward_flops(_Alone(layer), inputs) == counted(layer, inputs) > 0


MODELS = "+".join(sorted(path.stem for path in (CONF / "model").glob("*.yaml")))


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    params = {"tasks": "digits+japanese_vowels", "models": MODELS, "seeds": 1, "budget.parameters": 8000}
    trials = planned(compose(params), tmp_path_factory.mktemp("trials"))
    return [trial for trial in trials if trial.model.family != "baseline"]


def test_every_network_is_counted_whole(networks):
    # A model that multiplies matrices outside of the layers that are counted would look cheaper than it is.
    assert {trial.model.family for trial in networks} == {"cnn", "rnn", "hybrid"}
    for trial in networks:
        model, spec = initial_model(trial).eval(), trial.data.task.input
        shape = (spec.channels, spec.height, spec.width) if spec.kind == "image" else (spec.length, spec.channels)
        inputs = torch.randn(2, *shape)
        lengths = None if spec.kind == "image" else torch.full((2,), spec.length)
        of_lstms = []

        def note(layer, arguments, _, of_lstms=of_lstms):
            of_lstms.append(recurrent_flops(layer, steps=arguments[0].shape[0] * arguments[0].shape[1]))

        for layer in (layer for layer in model.modules() if isinstance(layer, nn.LSTM)):
            layer.register_forward_hook(note)
        expected = counted(model, inputs, lengths)
        expected += sum(of_lstms)
        assert forward_flops(model, inputs, lengths) == expected > 0, trial.name


def test_counting_leaves_the_network_as_it_was(networks):
    model = initial_model(networks[0]).train()
    spec = networks[0].data.task.input
    inputs = torch.randn(2, spec.channels, spec.height, spec.width)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    assert forward_flops(model, inputs) == forward_flops(model, inputs)
    assert model.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert not any(module._forward_hooks for module in model.modules())


SEQUENCES = [model for name, model in models().items() if "sequence" in model.outputs and model.family != "baseline"]
PAIR = next(case for case in CASES if case.name == "translation")


@pytest.mark.parametrize("model", SEQUENCES, ids=lambda model: model.name)
def test_an_encoder_decoder_is_counted_whole_attention_and_tied_output_included(model):
    network = PAIR.network(model).eval()
    inputs, _, given = shown(PAIR.samples(3, seed=0))
    lengths = torch.full((3,), PAIR.input.length)
    assert forward_flops(network, inputs, lengths, given) == counted(network, inputs, lengths, given) > 0


def test_attention_and_tied_output_by_hand():
    dot, additive, tied = DotAttention(), AdditiveAttention(query=5, hidden=4), TiedOutput()
    batch, answer, source, channels, value = 2, 3, 7, 4, 6
    valid = torch.ones(batch, source, dtype=torch.bool)
    keys, values = torch.randn(batch, source, channels), torch.randn(batch, source, value)
    queries = torch.randn(batch, answer, channels)
    pairs = batch * answer * source
    assert forward_flops(dot, queries, keys, values, valid) == 2 * pairs * channels + 2 * pairs * value
    asked = batch * source
    mapped = 2 * batch * 5 * channels  # of the query; the keys come mapped
    assert forward_flops(additive, torch.randn(batch, 5), keys, values, valid) == (
        mapped + 2 * asked * channels + 2 * asked * value
    )
    features, weight = torch.randn(batch, answer, channels), torch.randn(11, channels)
    assert forward_flops(tied, features, weight) == 2 * batch * answer * 11 * channels
