"""Across how much of the input a gradient is spread, against shapes that follow from the weights."""

import math

import numpy as np
import pytest
import torch
from contest import compose, opened, planned
from torch import nn
from untrained import untrained

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.models.cnn2d import CNN2d
from cnn_vs_rnn.models.network import Network
from cnn_vs_rnn.models.tcn import TCN
from cnn_vs_rnn.probes.receptive_field import measure, receptive_fields, smallest_share
from cnn_vs_rnn.probes.run import Entrant
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

SIZE = 48
IMAGE = InputSpec(kind="image", channels=2, height=SIZE, width=SIZE)
CLASSES = OutputSpec(size=3)


def ones(channels=2, taps=3):
    """A convolution that adds up its window and all channels."""
    convolution = nn.Conv2d(channels, 2, taps, padding=taps // 2, bias=False)
    nn.init.ones_(convolution.weight)
    return convolution


def fields_of(*layers):
    encoder = CNN2d(IMAGE, 2.0, 0.0)
    encoder.layers = nn.Sequential(*layers)
    encoder.features = 2
    torch.manual_seed(0)
    return receptive_fields(Network(encoder, IMAGE, CLASSES), torch.randn(4, 2, SIZE, SIZE))


def square_of(*windows):
    """The side of the square of the fewest pixels with 95%, of windows added up one after the other, by numpy."""
    line = np.ones(1)
    for window in windows:
        line = np.convolve(line, window)
    return math.sqrt(fewest(np.outer(line, line)))


def fewest(mass):
    total = np.cumsum(np.sort(mass.ravel())[::-1])
    return int(np.argmax(total >= 0.95 * total[-1] - 1e-9)) + 1


def test_one_convolution_sees_its_window():
    assert fields_of(ones()) == [3.0]
    assert fields_of(ones(taps=1)) == [1.0]


@pytest.mark.parametrize("count", [2, 4, 8])
def test_stacked_convolutions_see_less_than_the_square_they_could(count):
    [field] = fields_of(*(ones() for _ in range(count)))
    assert field == square_of(*[np.ones(3)] * count)
    assert 3 < field < 1 + 2 * count


def test_the_field_grows_as_the_root_of_the_number_of_layers():
    four, sixteen = (fields_of(*(ones() for _ in range(count)))[0] for count in (4, 16))
    assert sixteen / four == pytest.approx(2, rel=0.05)  # Luo et al. 2016, section 2


def test_pooling_doubles_what_the_next_layer_sees():
    first, second, third = fields_of(ones(taps=1), nn.AvgPool2d(2), ones(), nn.AvgPool2d(2), ones())
    assert first == 1
    assert second == square_of(np.ones(6)) == math.sqrt(35)  # of 36 equal pixels, 35 hold 95%
    assert third == square_of(np.ones(2), [1, 0, 1, 0, 1], [1, 0, 1], [1, 0, 0, 0, 1, 0, 0, 0, 1])


def test_each_stage_of_a_network_is_one_layer(tmp_path):
    params = {"tasks": "digits", "models": "cnn2d+resnet2d+gru", "seeds": 1, "budget.parameters": 3000}
    trials = planned(compose(params | {"trainer.steps": 3}), tmp_path)
    folders = [opened(trial, tmp_path / trial.model.name) for trial in trials]
    for folder in folders:
        fit(folder)
    found = measure([Entrant(*one) for one in zip(trials, folders, strict=True)], {"samples": 8})
    by_model = {name: [one for one in found if one.model == name] for name in ("cnn2d", "resnet2d", "gru")}
    assert by_model.pop("gru") == []
    for measured in by_model.values():
        assert [(one.quantity, one.at) for one in measured] == [
            (quantity, layer) for quantity in ("receptive_field", "receptive_field_trained") for layer in (1, 2)
        ]
        assert all(1 < one.value <= 8 for one in measured)
        assert measured[0].value < measured[1].value
        assert measured[1].value != measured[3].value
    again = measure([Entrant(trials[0], None)], {"samples": 8})
    assert again == by_model["cnn2d"][:2]


def summing_tcn(causal, levels=2, taps=3):
    """One channel, every weight 1: on positive inputs, conv(conv(x)) + x at each level."""
    spec = InputSpec(kind="sequence", channels=1, length=1 + 2 * (taps - 1) * (2**levels - 1))
    encoder = TCN(spec, 1.0, 0.0, kernel_size=taps, levels=levels, causal=causal)
    for block in encoder.blocks:
        for convolution in (block.first, block.second):
            convolution.weight = torch.ones(1, 1, taps)
    return Network(encoder, spec, CLASSES), spec.length


@pytest.mark.parametrize("lengths", [None, torch.tensor([40, 30, 20])])
def test_the_levels_of_a_tcn_see_what_their_weights_say(lengths):
    network, _ = summing_tcn(causal=True)
    level_1 = np.convolve(np.ones(3), np.ones(3))
    level_1[0] += 1
    level_2 = np.convolve([1, 0, 1, 0, 1], [1, 0, 1, 0, 1])
    level_2[0] += 1
    found = receptive_fields(network, torch.rand(3, 40, 1), lengths)
    assert found == [fewest(level_1), fewest(np.convolve(level_1, level_2))]


def test_a_tcn_that_looks_ahead_is_seen_from_its_centre():
    network, length = summing_tcn(causal=False)
    level_1 = np.convolve(np.ones(3), np.ones(3))
    level_1[2] += 1
    level_2 = np.convolve([1, 0, 1, 0, 1], [1, 0, 1, 0, 1])
    level_2[4] += 1
    found = receptive_fields(network, torch.rand(2, length, 1))
    assert found == [fewest(level_1), fewest(np.convolve(level_1, level_2))]


def test_levels_of_a_tcn_are_measured(tmp_path):
    found = measure(untrained(tmp_path, "tcn+lstm"), {})
    assert [(one.model, one.at) for one in found] == [("tcn", 1), ("tcn", 2)]
    assert 1 <= found[0].value < found[1].value <= 29


def test_the_fewest_positions_with_the_share():
    assert smallest_share(torch.tensor([[0.0, 4.0], [90.0, 6.0]])) == 2
    assert smallest_share(torch.tensor([0.0, 1.0])) == 1
    assert smallest_share(torch.zeros(3)) == 0


def test_options_are_refused_with_a_reason(tmp_path):
    with pytest.raises(UserError, match="no option 'sample': did you mean samples"):
        measure(untrained(tmp_path, "tcn"), {"sample": 4})
