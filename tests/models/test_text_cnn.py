"""The text CNN against the same computed word by word, and what causal tasks ask of a network."""

import pytest
import torch
from cases import models
from torch.utils.flop_counter import FlopCounterMode

from cnn_vs_rnn.costs.flops import forward_flops
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.models.build import build, count_parameters
from cnn_vs_rnn.models.text_cnn import TextCNN
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

VECTORS = InputSpec(kind="sequence", channels=3, length=7)


def test_it_is_the_strongest_answer_of_each_filter_over_all_places():
    torch.manual_seed(0)
    network = TextCNN(VECTORS, width=2.0, dropout=0.0, kernel_sizes=(2, 3))
    texts, lengths = torch.randn(4, 7, 3), torch.tensor([7, 4, 2, 1])
    features = network(texts, lengths)
    for text, length, answer in zip(texts, lengths.tolist(), features, strict=True):
        expected = []
        for layer in network.convolutions:
            size = layer.kernel_size[0]
            padded = torch.cat([text[:length], torch.zeros(size, 3)])
            places = [
                torch.relu((layer.weight * padded[start : start + size].T).sum((1, 2)) + layer.bias)
                for start in range(length)
            ]
            expected.append(torch.stack(places).amax(0))
        torch.testing.assert_close(answer, torch.cat(expected))


def test_the_embedding_is_the_same_for_all_and_not_in_the_budget():
    tokens = InputSpec(kind="tokens", channels=8, length=12, vocabulary=50)
    for name in ("text_cnn", "gru"):
        network = build(models()[name], tokens, OutputSpec(size=3), width=6.0, dropout=0.0)
        assert network.embedding.weight.shape == (50, 8)
        assert count_parameters(network) + 400 == sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize(("name", "options"), [("gru", {"bidirectional": True}), ("tcn", {"causal": False})])
def test_a_network_that_reads_ahead_may_not_predict_what_comes_next(name, options):
    model = models()[name]
    output = OutputSpec(size=5, per_step=True, causal=True)
    build(model, VECTORS, output, width=6.0, dropout=0.0)
    ahead = model.model_copy(update={"options": {**model.options, **options}})
    with pytest.raises(UserError, match=f"model {name} reads later steps, which are the answer here: make it causal"):
        build(ahead, VECTORS, output, width=6.0, dropout=0.0)


def test_its_convolutions_are_counted_as_cost():
    network = TextCNN(VECTORS, width=4.0, dropout=0.0)
    with FlopCounterMode(display=False) as counter:
        network(torch.randn(2, 7, 3))
    assert forward_flops(network, torch.randn(2, 7, 3)) == counter.get_total_flops() > 0
