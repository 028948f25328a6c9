"""Convolutions that translate, against the equations of their paper written down place by place."""

import math

import pytest
import torch
from cases import models

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.models.build import build
from cnn_vs_rnn.models.conv_seq2seq import ConvSeq2Seq
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

CHANNELS = 4
INPUT = InputSpec(kind="sequence", channels=CHANNELS, length=9, variable=True)
OUTPUT = OutputSpec(size=11, sequence=8)


def network(width=5.0, dropout=0.0, **options):
    torch.manual_seed(0)
    return ConvSeq2Seq(INPUT, OUTPUT, width, dropout, **options).double().eval()


def vectors(batch, steps, seed):
    random = torch.Generator().manual_seed(seed)
    return torch.randn(batch, steps, CHANNELS, generator=random, dtype=torch.float64)


def glu(vector):
    values, gates = vector.chunk(2)
    return values * torch.sigmoid(gates)


def convolved(convolution, rows):
    """One output of a convolution: of as many vectors as its kernel is wide."""
    return torch.einsum("oik,ki->o", convolution.weight, torch.stack(rows)) + convolution.bias


def by_the_equations(net, source, given):
    """Gehring et al. 2017, section 3, for one sentence; sums are scaled as section 3.5 says."""
    half = math.sqrt(0.5)
    embedded = [one + net.source_positions.weight[place] for place, one in enumerate(source)]
    hidden = [net.to_encoder(one) for one in embedded]
    zero = torch.zeros_like(hidden[0])
    for convolution in net.encoder:
        reach = convolution.kernel_size[0] // 2
        around = [zero] * reach + hidden + [zero] * reach
        hidden = [
            (glu(convolved(convolution, around[place : place + 2 * reach + 1])) + one) * half
            for place, one in enumerate(hidden)
        ]
    encoded = [net.from_encoder(one) for one in hidden]
    answered = [one + net.answer_positions.weight[place] for place, one in enumerate(given)]
    hidden = [net.to_decoder(one) for one in answered]
    zero = torch.zeros_like(hidden[0])
    for layer in net.decoder:
        before = [zero] * layer.reach + hidden
        after = []
        for place, one in enumerate(hidden):
            changed = glu(convolved(layer.convolution, before[place : place + layer.reach + 1]))
            summary = (layer.query(changed) + answered[place]) * half  # d, equation 1
            weights = torch.stack([summary @ key for key in encoded]).softmax(0)
            found = sum(
                weight * (key + vector) * half  # c, equation 2
                for weight, key, vector in zip(weights, encoded, embedded, strict=True)
            )
            changed = (layer.context(found * math.sqrt(len(source))) + changed) * half
            after.append((changed + one) * half)
        hidden = after
    return torch.stack(hidden)


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
def test_it_is_what_the_paper_says(kernel_size):
    net = network(encoder_layers=2, decoder_layers=2, kernel_size=kernel_size)
    source, given, lengths = vectors(3, 9, 1), vectors(3, 6, 2), [9, 4, 1]
    ends = torch.tensor(lengths)
    source = source * (torch.arange(9) < ends.unsqueeze(1)).unsqueeze(2)
    with torch.no_grad():
        features = net.decode(net.encode(source, ends), given)
        for row, length in enumerate(lengths):
            expected = by_the_equations(net, source[row, :length], given[row])
            torch.testing.assert_close(features[row], expected)


@pytest.mark.parametrize(("layers", "kernel_size"), [(1, 3), (2, 3), (3, 3), (2, 5)])
def test_a_place_of_the_source_sees_as_far_as_its_kernels_reach(layers, kernel_size):
    spec = INPUT.model_copy(update={"length": 30})
    torch.manual_seed(0)
    net = ConvSeq2Seq(spec, OUTPUT, 5.0, 0.0, encoder_layers=layers, kernel_size=kernel_size).double().eval()
    source, changed = vectors(1, 30, 1), vectors(1, 30, 1)
    changed[0, 15] += 1
    with torch.no_grad():
        differs = (net.encode(source, None)[0] - net.encode(changed, None)[0]).abs().amax(dim=(0, 2)) > 1e-12
    reach = layers * (kernel_size // 2)
    assert differs.nonzero().flatten().tolist() == list(range(15 - reach, 15 + reach + 1))


@pytest.mark.parametrize(("layers", "kernel_size"), [(1, 3), (2, 3), (2, 5)])
def test_a_step_of_the_answer_sees_the_last_ones_and_none_that_comes_later(layers, kernel_size):
    net = network(encoder_layers=1, decoder_layers=layers, kernel_size=kernel_size)
    state = net.encode(vectors(1, 5, 1), None)
    given, changed = vectors(1, 20, 2), vectors(1, 20, 2)
    changed[0, 6] += 1
    with torch.no_grad():
        differs = (net.decode(state, given) - net.decode(state, changed)).abs().amax(dim=(0, 2)) > 1e-12
    last = 6 + layers * (kernel_size - 1)
    assert differs.nonzero().flatten().tolist() == list(range(6, last + 1))


def test_places_beyond_the_longest_take_the_last_position():
    net = network()
    with torch.no_grad():
        net.answer_positions.weight[-1] += 1
        state, given = net.encode(vectors(1, 12, 1), None), vectors(1, 12, 2)  # both longer than the task's
        at_once = net.decode(state, given)
        for step in range(12):
            features, state = net.step(state, given[:, step])
            torch.testing.assert_close(features, at_once[:, step])


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_variance_is_kept_however_deep_the_layers_are(dropout):
    """Section 3.6; without it, what passes a deep stack of gated layers fades or bursts."""
    spec, output = INPUT.model_copy(update={"channels": 64, "length": 40}), OutputSpec(size=11, sequence=40)
    random = torch.Generator().manual_seed(1)
    source, given = (torch.randn(16, 40, 64, generator=random) / 8 for _ in range(2))  # embeddings of length 1
    spread = {}
    for layers in (2, 12):
        torch.manual_seed(0)
        net = ConvSeq2Seq(spec, output, 128.0, dropout, encoder_layers=layers, decoder_layers=layers).train()
        with torch.no_grad():
            state = net.encode(source, None)
            spread[layers] = (state[0].std().item(), net.decode(state, given).std().item())
    for shallow, deep in zip(*spread.values(), strict=True):
        assert deep == pytest.approx(shallow, rel=0.15)
        assert 0.12 < deep < 0.3  # of embeddings and positions together it is 0.16


def test_an_even_kernel_is_refused_in_one_sentence():
    on_disk = models()["conv_seq2seq"]
    even = on_disk.model_copy(update={"options": {**on_disk.options, "kernel_size": 4}})
    said = "model conv_seq2seq: option kernel_size=4 is even, .*: choose 3 or 5$"
    with pytest.raises(UserError, match=said):
        build(even, INPUT.model_copy(update={"kind": "tokens", "vocabulary": 11}), OUTPUT, width=5.0, dropout=0.0)
