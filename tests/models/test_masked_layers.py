"""Padding changes nothing, in training too: layers, and the networks made of them."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnn_vs_rnn.models.crnn import CRNN
from cnn_vs_rnn.models.fcn import FCN
from cnn_vs_rnn.models.inception_time import InceptionTime
from cnn_vs_rnn.models.masked_layers import MaskedBatchNorm1d, max_pool, valid_rows
from cnn_vs_rnn.models.resnet1d import ResNet1d
from cnn_vs_rnn.models.time_convolution import SameConv1d, time_convolution
from cnn_vs_rnn.tasks.data import InputSpec

LENGTHS = torch.tensor([12, 5, 9, 1])
ENCODERS = [FCN, ResNet1d, InceptionTime, CRNN]


def batch(padding=0, fill=0.0, channels=3):
    torch.manual_seed(1)
    inputs = torch.randn(4, 12, channels)
    inputs = torch.cat([inputs, torch.zeros(4, padding, channels)], 1)
    for row, length in enumerate(LENGTHS):
        inputs[row, length:] = fill
    return inputs


def encoder(cls, **options):
    torch.manual_seed(0)
    return cls(InputSpec(kind="sequence", channels=3, length=12), width=5.4, dropout=0.0, **options)


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("read_out", ["last", "mean", "max"])
@pytest.mark.parametrize("cls", ENCODERS)
def test_padding_changes_neither_outputs_nor_gradients_nor_running_statistics(cls, read_out, training):
    results = []
    for padding, fill in [(0, 0.0), (0, 1e3), (8, -1e3)]:
        network = encoder(cls, read_out=read_out).double().train(training)
        outputs = network(batch(padding, fill).double(), LENGTHS)
        outputs.square().sum().backward()
        results.append([outputs, *(p.grad for p in network.parameters()), *network.buffers()])
    for other in results[1:]:
        for one, two in zip(results[0], other, strict=True):
            torch.testing.assert_close(two, one, rtol=0, atol=1e-9)


@pytest.mark.parametrize("cls", ENCODERS)
def test_each_sequence_in_eval_mode_is_as_if_alone(cls):
    network = encoder(cls)
    for _ in range(3):  # running statistics away from their start
        network(batch(), LENGTHS)
    network.eval()
    inputs = batch()
    alone = torch.cat([network(inputs[row : row + 1, :length]) for row, length in enumerate(LENGTHS.tolist())])
    torch.testing.assert_close(network(inputs, LENGTHS), alone, rtol=0, atol=1e-5)


@pytest.mark.parametrize("cls", ENCODERS)
def test_full_lengths_equal_none(cls):
    network, inputs = encoder(cls), torch.randn(4, 12, 3)
    torch.testing.assert_close(network(inputs, torch.full((4,), 12)), network(inputs), rtol=0, atol=1e-5)


def test_masked_batch_norm_equals_batch_norm_of_the_valid_steps():
    masked, plain = MaskedBatchNorm1d(3), nn.BatchNorm1d(3)
    inputs = batch(fill=100.0)
    outputs = masked(inputs, valid_rows(LENGTHS, 12))
    expected = plain(torch.cat([inputs[row, :length] for row, length in enumerate(LENGTHS)]))
    torch.testing.assert_close(torch.cat([outputs[row, :length] for row, length in enumerate(LENGTHS)]), expected)
    assert not any(outputs[row, length:].any() for row, length in enumerate(LENGTHS))
    torch.testing.assert_close(dict(masked.named_buffers()), dict(plain.named_buffers()))


def test_max_pool_ignores_padding_even_below_zero():
    inputs = -1 - batch().abs()
    inputs = torch.where(inputs == -1, 0.0, inputs)  # 0 at padding, larger than all that is valid
    rows = valid_rows(LENGTHS, 12)
    for kernel_size, stride in [(3, 1), (2, 2)]:
        pooled = max_pool(inputs, rows, kernel_size, stride=stride)
        for row, length in enumerate(LENGTHS.tolist()):
            alone = max_pool(inputs[row : row + 1, :length], None, kernel_size, stride=stride)[0]
            assert (alone < 0).all()
            torch.testing.assert_close(pooled[row, : len(alone)], alone)
    assert not pooled[3, 1:].any()


@pytest.mark.parametrize("kernel_size", [1, 2, 5, 8])
def test_time_convolution_is_conv1d(kernel_size):
    layer = SameConv1d(3, 4, kernel_size)
    inputs = torch.randn(2, 11, 3)
    both_sides = F.pad(inputs.transpose(1, 2), ((kernel_size - 1) // 2, kernel_size // 2))
    expected = F.conv1d(both_sides, layer.weight).transpose(1, 2)
    torch.testing.assert_close(layer(inputs), expected, rtol=0, atol=1e-5)
    strided = F.conv1d(inputs.transpose(1, 2), layer.weight, stride=2, dilation=1).transpose(1, 2)
    torch.testing.assert_close(time_convolution(inputs, layer.weight, stride=2), strided, rtol=0, atol=1e-5)
