"""What every model under conf/model promises whose answers are sequences. A new YAML is covered at once."""

import pytest
import torch
from cases import CASES, models, shown, tensors
from torch.nn import functional as F

from cnn_vs_rnn.tasks.data import BEGIN, END

PAIRS = [
    pytest.param(model, case, id=f"{name}-{case.name}")
    for name, model in models().items()
    for case in CASES
    if case.output.sequence and case.served_by(model)
]
NETWORKS = [pair for pair in PAIRS if pair.values[0].family != "baseline"]


def answering(model, case):
    """A baseline that has learnt, or a network whose answers differ, as those of one that has learnt would."""
    if model.family == "baseline":
        network = case.baseline(model)
        network.fit(case.samples(60, seed=1), seed=0)
        return network
    network = case.network(model, dropout=0.3).eval()
    with torch.no_grad():
        network.embedding.weight[END + 1 :] *= 4  # scores further apart
    return network


def ended(answers):
    """What stands before the first END, or before the end of the answer, row by row."""
    return [row[: row.index(END)] if END in row else row for row in answers.tolist()]


@pytest.mark.parametrize(("model", "case"), PAIRS)
def test_an_answer_holds_real_tokens_ends_once_and_is_not_too_long(model, case):
    network = answering(model, case)
    inputs, lengths = tensors(case.samples(40, seed=2))
    for beam in (1, 3):
        answers = network.translate(inputs, lengths, beam)
        assert answers.dtype == torch.int64
        assert len(answers) == 40
        assert answers.shape[1] <= case.output.sequence
        for row, said in zip(answers.tolist(), ended(answers), strict=True):
            assert min(said, default=END + 1) > END
            assert max(said, default=0) < case.output.size
            end = [END] if len(said) < len(row) else []
            assert row == said + end + [0] * (len(row) - len(said) - len(end))
            assert end or len(row) == case.output.sequence


@pytest.mark.parametrize(("model", "case"), PAIRS)
def test_with_nothing_given_a_model_answers_by_itself(model, case):
    network = answering(model, case)
    inputs, lengths = tensors(case.samples(8, seed=3))
    assert torch.equal(network(inputs, lengths), network.translate(inputs, lengths))
    alike = network(*tensors(case.samples(8, seed=4)))
    assert model.trivial or not torch.equal(alike, network(inputs, lengths))  # other sources, other answers


@pytest.mark.parametrize(("model", "case"), PAIRS)
def test_neither_padding_nor_the_other_rows_change_an_answer(model, case):
    network = answering(model, case)
    inputs, lengths = tensors(case.samples(6, seed=5))
    padded = torch.arange(inputs.shape[1]) >= lengths.unsqueeze(1)
    for beam in (1, 3):
        answers = ended(network.translate(inputs, lengths, beam))
        assert ended(network.translate(inputs.masked_fill(padded, 7), lengths, beam)) == answers
        assert ended(network.translate(F.pad(inputs, (0, 3)), lengths, beam)) == answers
        for row, length in enumerate(lengths.tolist()):
            alone = inputs[row : row + 1, :length]
            assert ended(network.translate(alone, None, beam)) == [answers[row]]


@pytest.mark.parametrize(("model", "case"), PAIRS)
def test_a_step_knows_what_is_given_up_to_it_and_nothing_later(model, case):
    network = answering(model, case)
    inputs, lengths, given = shown(case.samples(5, seed=6))
    changed = given.clone()
    changed[:, 2:] = torch.where(changed[:, 2:] == 5, 6, 5)
    before, after = network(inputs, lengths, given), network(inputs, lengths, changed)
    torch.testing.assert_close(before[:, :2], after[:, :2], rtol=0, atol=1e-6)
    if model.family != "baseline":  # a rule goes its own way
        assert (before[:, 2:] - after[:, 2:]).abs().amax(dim=(1, 2)).min() > 1e-3
    torch.testing.assert_close(network(inputs, lengths, given[:, :2]), before[:, :2], rtol=0, atol=1e-4)


@pytest.mark.parametrize(("model", "case"), NETWORKS)
def test_step_by_step_is_what_decode_says_at_once(model, case):
    network = answering(model, case)
    inputs, lengths, given = shown(case.samples(5, seed=7))
    state = network.network.encode(network.embedding(inputs), lengths)
    embedded = network.embedding(given)
    at_once = network.network.decode(state, embedded)
    for step in range(given.shape[1]):
        features, state = network.network.step(state, embedded[:, step])
        torch.testing.assert_close(features, at_once[:, step], rtol=0, atol=1e-4)


@pytest.mark.parametrize(("model", "case"), NETWORKS)
def test_a_row_of_the_state_is_a_sample(model, case):
    """Beam search takes rows of a state, some of them twice."""
    network = answering(model, case).network
    source, lengths, given = shown(case.samples(5, seed=8))
    embed = answering(model, case).embedding
    _, state = network.step(network.encode(embed(source), lengths), embed(given[:, 0]))
    rows = torch.tensor([3, 3, 0])
    features, after = network.step(tuple(part[rows] for part in state), embed(given[rows, 1]))
    expected, of_all = network.step(state, embed(given[:, 1]))
    torch.testing.assert_close(features, expected[rows], rtol=0, atol=1e-4)
    for part, whole in zip(after, of_all, strict=True):
        torch.testing.assert_close(part, whole[rows], rtol=0, atol=1e-4)


@pytest.mark.parametrize(("model", "case"), NETWORKS)
def test_an_answer_is_the_likeliest_token_at_each_step(model, case):
    network = answering(model, case)
    inputs, lengths = tensors(case.samples(6, seed=9))
    answers = network.translate(inputs, lengths)
    given = torch.cat([torch.full((6, 1), BEGIN), answers[:, :-1]], dim=1)
    likeliest = network(inputs, lengths, given)[..., END:].argmax(-1) + END
    assert torch.equal(torch.where(answers > 0, likeliest, 0), answers)
    network.longest = 4
    assert torch.equal(network.translate(inputs, lengths), answers[:, :4])
