"""Networks for images adapt to any size."""

import pytest
import torch
from torch import nn

from cnn_vs_rnn.models.cnn2d import CNN2d
from cnn_vs_rnn.models.crnn import CRNN
from cnn_vs_rnn.models.image_stages import halvings
from cnn_vs_rnn.models.resnet2d import ResNet2d
from cnn_vs_rnn.tasks.data import InputSpec


def image(height, width, channels=1):
    return InputSpec(kind="image", channels=channels, height=height, width=width)


def test_halving_leaves_at_least_four_pixels_of_each_side():
    assert halvings(image(3, 3)) == []
    assert halvings(image(8, 8)) == [(2, 2)]
    assert halvings(image(28, 28)) == [(2, 2)] * 2
    assert halvings(image(224, 224)) == [(2, 2)] * 5
    assert halvings(image(16, 5)) == [(2, 1)] * 2


@pytest.mark.parametrize("size", [(3, 2), (8, 8), (28, 28), (16, 50), (224, 224)])
@pytest.mark.parametrize("cls", [CNN2d, ResNet2d, CRNN])
def test_every_size_is_read_and_trained_on(cls, size):
    torch.manual_seed(0)
    network = cls(image(*size, channels=3), width=2.0, dropout=0.1)
    features = network(torch.randn(2, 3, *size))
    assert features.shape == (2, network.features)
    features.square().sum().backward()
    assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in network.parameters())


@pytest.mark.parametrize("cls", [CNN2d, ResNet2d])
def test_the_maximum_is_offered_beside_the_mean(cls):
    torch.manual_seed(0)
    mean = cls(image(8, 8), width=4.0, dropout=0.0)
    maximum = cls(image(8, 8), width=4.0, dropout=0.0, read_out="max")
    maximum.load_state_dict(mean.state_dict())
    inputs = torch.randn(2, 1, 8, 8)
    assert (maximum(inputs) > mean(inputs)).any()
    assert (maximum(inputs) >= mean(inputs)).all()


def test_crnn_reads_the_rows_that_pooling_leaves():
    network = CRNN(image(28, 20), width=6.0, dropout=0.0)
    convolutions = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    assert network.front.output == InputSpec(kind="sequence", channels=5 * convolutions[-1].out_channels, length=7)
