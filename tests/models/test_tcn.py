"""The TCN: causality, receptive field, streaming, and the pruned read-out against the full network."""

import warnings

import pytest
import torch

from cnn_vs_rnn.models.encoder import SequenceEncoder
from cnn_vs_rnn.models.tcn import TCN, levels_to_cover
from cnn_vs_rnn.tasks.data import InputSpec


def tcn(length, *, channels=3, width=6.0, dropout=0.0, seed=0, **options):
    torch.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return TCN(InputSpec(kind="sequence", channels=channels, length=length), width, dropout, **options)


def gradients(network, outputs):
    network.zero_grad()
    outputs.square().sum().backward()
    return [parameter.grad.clone() for parameter in network.parameters()]


@pytest.mark.parametrize("variable", [False, True], ids=["equal lengths", "variable lengths"])
@pytest.mark.parametrize(
    ("time", "kernel_size", "levels"),
    [
        (1, 2, 0),
        (2, 3, 0),
        (7, 7, 1),
        (29, 7, 0),
        (50, 3, 2),
        (64, 2, 0),
        (65, 2, 3),
        (100, 8, 0),
        (784, 7, 0),
        (33, 5, 6),
    ],
)
def test_pruned_read_out_equals_the_full_network(time, kernel_size, levels, variable):
    network = tcn(time, kernel_size=kernel_size, levels=levels).double()
    inputs = torch.randn(5, time, 3, dtype=torch.float64)
    lengths = torch.randint(1, time + 1, (5,)) if variable else None
    if lengths is not None:
        lengths[0] = time
    full = SequenceEncoder.forward(network, inputs, lengths)
    pruned = network(inputs, lengths)
    assert full.abs().max() > 1e-3
    torch.testing.assert_close(pruned, full, rtol=0, atol=1e-12)
    for one, other in zip(gradients(network, pruned), gradients(network, full), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-9)


def test_pruned_read_out_equals_the_full_network_in_single_precision():
    network = tcn(784, channels=1, width=25.0)
    inputs = torch.randn(4, 784, 1)
    full = SequenceEncoder.forward(network, inputs)
    assert (network(inputs) - full).abs().max() <= 1e-6 * full.abs().max()


def test_pruned_read_out_computes_a_fraction_of_the_positions():
    network = tcn(784)
    computed = {"pruned": 0, "full": 0}
    way = "pruned"

    def count(module, inputs, output):
        computed[way] += output.shape[1]

    for block in network.blocks:
        for convolution in (block.first, block.second):
            convolution.register_forward_hook(count)
    network(torch.randn(1, 784, 3))
    way = "full"
    SequenceEncoder.forward(network, torch.randn(1, 784, 3))
    assert computed["full"] == 784 * 2 * len(network.blocks)
    assert computed["full"] > 4 * computed["pruned"]


@pytest.mark.parametrize("read_out", ["last", "mean", "max"])
@pytest.mark.parametrize("causal", [True, False])
def test_padding_changes_nothing(read_out, causal):
    network = tcn(20, read_out=read_out, causal=causal)
    inputs, lengths = torch.randn(4, 20, 3), torch.tensor([20, 3, 11, 1])
    garbage = torch.cat([inputs, torch.full((4, 9, 3), 77.0)], 1)
    for row, length in enumerate(lengths):
        garbage[row, length:] = -55.0
    torch.testing.assert_close(network(garbage, lengths), network(inputs, lengths), rtol=0, atol=1e-5)
    alone = torch.cat([network(inputs[row : row + 1, :length]) for row, length in enumerate(lengths.tolist())])
    torch.testing.assert_close(network(inputs, lengths), alone, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("kernel_size", "levels"), [(3, 2), (2, 3), (7, 1)])
def test_the_receptive_field_is_what_one_output_depends_on(kernel_size, levels):
    network = tcn(60, kernel_size=kernel_size, levels=levels).double()
    inputs = torch.randn(1, 60, 3, dtype=torch.float64, requires_grad=True)
    network.sequence(inputs)[0, 40].sum().backward()
    reached = inputs.grad[0].abs().sum(1).nonzero().flatten()
    assert reached.max() == 40
    assert reached.min() == 41 - network.receptive_field


def test_a_network_that_is_not_causal_sees_both_sides():
    network = tcn(60, kernel_size=3, levels=3, causal=False).double()
    inputs = torch.randn(1, 60, 3, dtype=torch.float64, requires_grad=True)
    network.sequence(inputs)[0, 30].sum().backward()
    reached = inputs.grad[0].abs().sum(1).nonzero().flatten()
    assert reached.max() - 30 == 30 - reached.min() == (network.receptive_field - 1) // 2
    with pytest.raises(NotImplementedError, match="not causal"):
        network.initial_state(1)
    with pytest.raises(NotImplementedError, match="not causal"):
        network.step(torch.randn(1, 3), ())


def test_levels_follow_from_the_length():
    for length in (1, 13, 14, 100, 784):
        levels = levels_to_cover(length, 7)
        assert tcn(length).receptive_field == 1 + 12 * (2**levels - 1) >= length
        assert levels == 1 or 1 + 12 * (2 ** (levels - 1) - 1) < length


def test_a_short_receptive_field_is_warned_of():
    spec = InputSpec(kind="sequence", channels=1, length=100)
    with pytest.warns(UserWarning, match="receptive field of 37 steps .* 100 steps"):
        TCN(spec, 4.0, 0.0, kernel_size=7, levels=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TCN(spec, 4.0, 0.0)


def test_streaming_equals_the_whole_sequence():
    network = tcn(30, dropout=0.5, kernel_size=4).eval()
    inputs = torch.randn(2, 30, 3)
    state = network.initial_state(2)
    outputs = []
    for time in range(30):
        features, state = network.step(inputs[:, time], state)
        outputs.append(features)
    torch.testing.assert_close(torch.stack(outputs, 1), network.sequence(inputs), rtol=0, atol=1e-5)


def test_a_step_leaves_the_state_it_was_given_alone():
    network = tcn(10).eval()
    state = network.initial_state(1)
    network.step(torch.randn(1, 3), state)
    assert all(not tensor.any() for pair in state for tensor in pair)
