"""Recurrent networks that translate: what each kind of attention does, by hand, and what goes on in the state."""

import itertools

import pytest
import torch
from torch.nn import functional as F

from cnn_vs_rnn.models.rnn_seq2seq import RNNSeq2Seq
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

CHANNELS = 4
INPUT = InputSpec(kind="sequence", channels=CHANNELS, length=9, variable=True)
OUTPUT = OutputSpec(size=11, sequence=8)
CELLS, ATTENTIONS = ("gru", "lstm"), ("none", "additive", "dot")


def network(dropout=0.0, **options):
    torch.manual_seed(0)
    return RNNSeq2Seq(INPUT, OUTPUT, 6.0, dropout, **options).eval()


def vectors(batch, steps, seed):
    return torch.randn(batch, steps, CHANNELS, generator=torch.Generator().manual_seed(seed))


def zero_beyond(source, lengths):
    return source * (torch.arange(source.shape[1]) < lengths.unsqueeze(1)).unsqueeze(2)


@pytest.mark.parametrize(
    ("cell", "attention", "layers", "bidirectional", "backwards"),
    [
        *itertools.product(CELLS, ATTENTIONS, (1, 2), (True,), (False,)),
        *itertools.product(CELLS, ("none",), (1, 3), (False,), (True,)),
    ],
)
def test_step_by_step_is_what_decode_says_and_padding_says_nothing(cell, attention, layers, bidirectional, backwards):
    net = network(0.4, cell=cell, attention=attention, layers=layers, bidirectional=bidirectional, backwards=backwards)
    lengths, given = torch.tensor([9, 4, 1]), vectors(3, 6, 2)
    source = zero_beyond(vectors(3, 9, 1), lengths)
    with torch.no_grad():
        state = net.encode(source, lengths)
        at_once = net.decode(state, given)
        assert at_once.shape == (3, 6, net.features)
        for row, length in enumerate(lengths.tolist()):
            alone = net.decode(net.encode(source[row : row + 1, :length], None), given[row : row + 1])
            torch.testing.assert_close(alone[0], at_once[row], rtol=0, atol=1e-5)
        for step in range(6):
            features, state = net.step(state, given[:, step])
            torch.testing.assert_close(features, at_once[:, step], rtol=0, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2])
def test_the_state_carries_what_the_cells_of_pytorch_carry(cell, layers):
    net = network(cell=cell, attention="none", layers=layers, bidirectional=False)
    source, given = vectors(2, 5, 1), vectors(2, 4, 2)
    with torch.no_grad():
        state = net.encode(source, None)
        ended = net.encoder.sequence(source * 2.0, None)[:, -1]  # tokens are scaled by the root of 4 channels
        own = torch.tanh(net.bridge(ended)).chunk(len(state), dim=1)
        assert len(state) == layers * (2 if cell == "lstm" else 1)
        assert all(torch.equal(*pair) for pair in zip(state, own, strict=True))
        expected = given * 2.0
        for depth, layer in enumerate(net.layers):
            first = own[2 * depth : 2 * depth + 2] if cell == "lstm" else own[depth : depth + 1]
            first = tuple(part.unsqueeze(0) for part in first)
            expected, last = layer(expected, first if cell == "lstm" else first[0])
        torch.testing.assert_close(net.decode(state, given), expected)
        for step in range(4):
            features, state = net.step(state, given[:, step])
        torch.testing.assert_close(features, expected[:, -1])
        if cell == "lstm":
            torch.testing.assert_close(state[-1], last[1][0])  # the topmost cell; before it its hidden state
            torch.testing.assert_close(state[-2], last[0][0])
        else:
            torch.testing.assert_close(state[-1], last[0])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2])
def test_additive_attention_asks_with_the_topmost_state_as_bahdanau_does(cell, layers):
    net = network(cell=cell, attention="additive", layers=layers)
    lengths = torch.tensor([7, 3])
    source, given = zero_beyond(vectors(2, 7, 1), lengths), vectors(2, 2, 2)
    with torch.no_grad():
        state = net.encode(source, lengths)
        _, state = net.step(state, given[:, 0])  # so that no part of the state is what it started with
        values = net.encoder.sequence(source * 2.0, lengths)
        # The parts of an LSTM are hidden, cell; hidden, cell
        topmost = state[2 * layers - 2] if cell == "lstm" else state[layers - 1]
        layer, attention = net.layers[0], net.attention
        contexts = []
        for row, length in enumerate(lengths.tolist()):
            energies = [
                attention.score(torch.tanh(attention.query(topmost[row]) + net.keys(values[row, place])))
                for place in range(length)
            ]
            weights = torch.cat(energies).softmax(0)
            contexts.append(sum(weight * values[row, place] for place, weight in enumerate(weights)))
        context = torch.stack(contexts)
        read = torch.cat([given[:, 1] * 2.0, context], dim=1).unsqueeze(1)
        first = [part.unsqueeze(0) for part in state[: 2 if cell == "lstm" else 1]]
        hidden = layer(read, tuple(first) if cell == "lstm" else first[0])[0]
        if layers == 2:
            second = [part.unsqueeze(0) for part in (state[2:4] if cell == "lstm" else state[1:2])]
            hidden = net.layers[1](hidden, tuple(second) if cell == "lstm" else second[0])[0]
        features, _ = net.step(state, given[:, 1])
        torch.testing.assert_close(features, torch.cat([hidden.squeeze(1), context], dim=1))


def test_dot_attention_asks_with_the_new_state_as_luong_does():
    net = network(attention="dot")
    lengths = torch.tensor([7, 3])
    source, given = zero_beyond(vectors(2, 7, 1), lengths), vectors(2, 3, 2)
    with torch.no_grad():
        state = net.encode(source, lengths)
        values = net.encoder.sequence(source * 2.0, lengths)
        hidden = net.layers[0](given * 2.0, state[0].unsqueeze(0))[0]
        features = net.decode(state, given)
        for row, length in enumerate(lengths.tolist()):
            for step in range(3):
                asked = hidden[row, step]
                weights = torch.stack([asked @ net.keys(values[row, place]) for place in range(length)]).softmax(0)
                context = sum(weight * values[row, place] for place, weight in enumerate(weights))
                expected = torch.tanh(net.context(torch.cat([asked, context])))
                torch.testing.assert_close(features[row, step], expected)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_backwards_reads_each_source_from_its_own_end(attention, bidirectional):
    ahead, back = (network(attention=attention, bidirectional=bidirectional, backwards=way) for way in (False, True))
    lengths, given = torch.tensor([9, 4, 1]), vectors(3, 5, 2)
    source = zero_beyond(vectors(3, 9, 1), lengths)
    turned = source.clone()
    for row, length in enumerate(lengths.tolist()):
        turned[row, :length] = source[row, :length].flip(0)
    with torch.no_grad():
        features = back.decode(back.encode(source, lengths), given)
        torch.testing.assert_close(features, ahead.decode(ahead.encode(turned, lengths), given))
        assert not torch.allclose(features[0], ahead.decode(ahead.encode(source, lengths), given)[0], atol=1e-3)
        one_token = ahead.decode(ahead.encode(source, lengths), given)[2]
        torch.testing.assert_close(features[2], one_token)


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_without_attention_the_source_is_seen_through_the_state_alone(attention):
    net = network(attention=attention)
    given = vectors(2, 5, 3)
    with torch.no_grad():
        first, other = net.encode(vectors(2, 9, 1), None), net.encode(vectors(2, 9, 2), None)
        mixed = (*other[: net.parts], *first[net.parts :])  # the state of one source, beside what is kept of another
        same = torch.allclose(net.decode(mixed, given), net.decode(other, given), atol=1e-6)
    assert same == (attention == "none")
    assert (len(first) == net.parts) == (attention == "none")
    if attention == "none":  # and the state is as large whatever is read
        shapes = [[part.shape for part in net.encode(vectors(2, time, 1), None)] for time in (1, 9)]
        assert shapes[0] == shapes[1] == [(2, net.features)]


def test_gradients_reach_the_first_token_of_the_source_through_the_state():
    net = network(attention="none", bidirectional=False)
    source = vectors(1, 9, 1).requires_grad_()
    net.decode(net.encode(source, None), vectors(1, 3, 2))[:, -1].sum().backward()
    assert (F.normalize(source.grad, dim=2).norm(dim=2) > 0.99).all()
