"""What is the same for every encoder-decoder: one embedding, also for the output, that no budget counts."""

import pytest
import torch
from cases import BUDGET, CASES, models, shown, tensors
from torch.nn import functional as F

from cnn_vs_rnn.learner.objective import loss_of
from cnn_vs_rnn.models.build import count_parameters
from cnn_vs_rnn.models.translator import TiedOutput

CASE = next(case for case in CASES if case.name == "translation")
SEQ2SEQ = ["conv_seq2seq", "rnn_seq2seq"]


@pytest.fixture(params=SEQ2SEQ)
def network(request):
    return CASE.network(models()[request.param]).eval()


def test_source_answer_and_output_share_one_embedding(network):
    samples = CASE.samples(6, seed=0)
    inputs, lengths, given = shown(samples)
    tables = [one for one in network.state_dict().values() if one.shape[0] == CASE.output.size]
    assert [table.shape for table in tables] == [(CASE.output.size, CASE.input.channels)]
    # The scores are products with the embedding: without one column of it, a token's score is 0
    with torch.no_grad():
        scores = network(inputs, lengths, given)
        features = network.network.decode(
            network.network.encode(network.embedding(inputs), lengths), network.embedding(given)
        )
        torch.testing.assert_close(scores, network.head(features) @ network.embedding.weight.T, rtol=1e-4, atol=1e-4)


def test_a_step_of_training_moves_a_token_that_is_only_answered_or_only_read(network):
    inputs, lengths, given = torch.tensor([[5, 6]]), torch.tensor([2]), torch.tensor([[2, 7]])
    scores = network(inputs, lengths, given)
    loss_of("cross_entropy", scores[:, :, :9], torch.tensor([[7, 8]])).backward()
    moved = network.embedding.weight.grad.abs().sum(1)
    assert (moved[[2, 5, 6, 7, 8]] > 0).all()  # read in the source, given, and answered
    assert not moved[9:].any()


def test_padding_is_zero_and_stays_so_as_an_input(network):
    assert not network.embedding.weight[0].any()
    assert not network.embedding(torch.tensor([0, 0])).any()
    padding = network.embedding(torch.tensor([0]))
    padding.sum().backward()
    assert not network.embedding.weight.grad.any()


def test_scores_start_near_the_uniform_guess(network):
    samples = CASE.samples(50, seed=1)
    loss = loss_of("cross_entropy", network(*shown(samples)), torch.from_numpy(samples.targets)).item()
    assert loss < 2 * torch.tensor(CASE.output.size).log().item()


def test_the_embedding_is_not_counted_and_the_rest_is(network):
    counted = sum(parameter.numel() for name, parameter in network.named_parameters() if name != "embedding.weight")
    assert count_parameters(network) == counted
    assert abs(counted - BUDGET.parameters) <= 0.05 * BUDGET.parameters
    assert "head.weight" in dict(network.named_parameters())


def test_answers_are_those_of_eval_mode_and_leave_no_gradient(network):
    inputs, lengths = tensors(CASE.samples(4, seed=2))
    answers = network.translate(inputs, lengths)
    assert not answers.requires_grad
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    assert torch.equal(network.translate(inputs, lengths), answers)
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    # Normalised weights that were kept while answering are made anew for the next step of training
    samples = CASE.samples(4, seed=2)
    loss = loss_of("cross_entropy", network(*shown(samples)), torch.from_numpy(samples.targets))
    loss.backward()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter -= 0.5 * parameter.grad
    changed = loss_of("cross_entropy", network(*shown(samples)), torch.from_numpy(samples.targets))
    assert not torch.isclose(changed, loss)


def test_tied_scores_are_products():
    features, weight = torch.randn(2, 3, 4), torch.randn(5, 4)
    assert torch.equal(TiedOutput()(features, weight), F.linear(features, weight))
