"""Bytes kept for the backward pass against counts by hand."""

import torch
from torch import nn

from cnn_vs_rnn.costs.memory import saved_bytes

FLOAT = 4


def test_a_chain_of_linear_layers_counted_by_hand():
    network = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 1))
    inputs, targets = torch.randn(8, 10), torch.randn(8, 1)
    # the input of the first layer, the ReLU's output (once, although the second layer keeps it too),
    # and what the loss compares; weights are parameters, which are there anyway
    expected = FLOAT * (8 * 10 + 8 * 20 + 8 + 8)
    assert saved_bytes(network, lambda: nn.functional.mse_loss(network(inputs), targets)) == expected


def test_views_of_one_storage_count_once_and_a_slice_keeps_all_of_it():
    inputs = torch.randn(1000, 4)
    layer = nn.Linear(4, 4, bias=False)
    kept = saved_bytes(layer, lambda: (layer(inputs[:10]) + layer(inputs[10:20])).sum())
    assert kept == FLOAT * 1000 * 4


def test_parameters_and_buffers_are_left_out():
    network = nn.BatchNorm1d(5, affine=True).eval()
    inputs = torch.randn(6, 5)
    assert saved_bytes(network, lambda: network(inputs).sum()) == FLOAT * 6 * 5


def test_without_gradients_nothing_is_kept():
    layer = nn.Linear(4, 4)
    with torch.no_grad():
        assert saved_bytes(layer, lambda: layer(torch.randn(3, 4)).sum()) == 0


def test_twice_the_batch_keeps_twice_the_bytes():
    network = nn.Sequential(nn.Conv1d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(24, 1))

    def kept(batch):
        inputs = torch.randn(batch, 2, 10)
        return saved_bytes(network, lambda: network(inputs).square().sum())

    assert kept(8) == 2 * kept(4) > 0
