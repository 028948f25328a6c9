"""What every model under conf/model promises, on every kind of data it serves. A new YAML is covered at once."""

import copy
import math

import pytest
import torch
from cases import BUDGET, CASES, models, shown, tensors
from torch.nn import functional as F

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.learner.objective import loss_of
from cnn_vs_rnn.models.build import build, count_parameters
from cnn_vs_rnn.models.closed_form import ClosedForm
from cnn_vs_rnn.models.encoder import SequenceEncoder
from cnn_vs_rnn.models.masking import valid_positions
from cnn_vs_rnn.tasks.data import IGNORED, Samples

PAIRS = [
    pytest.param(model, case, id=f"{name}-{case.name}")
    for name, model in models().items()
    for case in CASES
    if case.served_by(model)
]
NETWORKS = [pair for pair in PAIRS if pair.values[0].family != "baseline"]
BASELINES = [pair for pair in PAIRS if pair.values[0].family == "baseline"]


def sequences(pairs):
    return [pair for pair in pairs if pair.values[1].input.kind == "sequence"]


def loss(outputs, samples: Samples, case):
    return loss_of(case.loss, outputs, torch.from_numpy(samples.targets))


def shape(case, count):
    steps = [case.input.length] if case.output.per_step else []
    steps = [case.output.sequence] if case.output.sequence else steps
    return (count, *steps, case.output.size)


@pytest.mark.parametrize("name", models())
def test_the_file_names_its_model_and_serves_something(name):
    model = models()[name]
    assert model.name == name
    assert any(case.served_by(model) for case in CASES)


@pytest.mark.parametrize("name", models())
def test_an_unknown_option_is_refused_with_the_nearest_name(name):
    model = models()[name]
    case = next(case for case in CASES if case.served_by(model))
    known = next(iter(model.options), None)
    typo = f"{known}x" if known else "typo"
    mistyped = model.model_copy(update={"options": {typo: 1}})
    with pytest.raises(UserError, match=f"{name} has no option '{typo}'.*{known or 'nothing'}"):
        build(mistyped, case.input, case.output, width=8.0, dropout=0.0)


@pytest.mark.parametrize(("model", "case"), NETWORKS)
def test_budget_outputs_and_gradients(model, case):
    network = case.network(model, dropout=0.1)
    assert abs(count_parameters(network) - BUDGET.parameters) <= 0.05 * BUDGET.parameters
    samples = case.samples(6, seed=1)
    outputs = network(*shown(samples))
    assert outputs.shape == shape(case, 6)
    loss(outputs, samples, case).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name


@pytest.mark.parametrize("train", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize(("model", "case"), sequences(NETWORKS))
def test_padding_changes_nothing(model, case, train):
    network = case.network(model).train()
    inputs, lengths = tensors(case.samples(6, seed=2))
    if lengths is None:
        lengths = torch.tensor([case.input.length - step for step in (0, 1, 2, 5, 8, 13)])
    network(inputs, lengths)  # running statistics, where there are any, are no longer those of a new network
    network.train(train)
    valid = valid_positions(lengths, inputs.shape[1]).unsqueeze(2)
    further = F.pad(inputs, (0, 0, 0, 5))
    reference = copy.deepcopy(network)(torch.where(valid, inputs, 0.0), lengths)
    for other in (torch.where(valid, inputs, 1e3), torch.where(valid, inputs, torch.nan), further):
        outputs = copy.deepcopy(network)(other, lengths)
        if case.output.per_step:
            outputs = outputs[:, : inputs.shape[1]]
            torch.testing.assert_close(
                torch.where(valid, outputs, 0.0), torch.where(valid, reference, 0.0), rtol=0, atol=1e-5
            )
        else:
            torch.testing.assert_close(outputs, reference, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("model", "case"), [pair for pair in PAIRS if pair.values[1].input.kind == "tokens"])
def test_tokens_in_the_padding_change_nothing(model, case):
    if model.family == "baseline":
        network = case.baseline(model)
        network.fit(case.samples(60, seed=8), seed=0)
    else:
        network = case.network(model).eval()
    inputs, _, *given = shown(case.samples(4, seed=9))
    lengths = torch.tensor([case.input.length, 9, 2, 1])
    valid = valid_positions(lengths, inputs.shape[1])
    reference = network(torch.where(valid, inputs, 0), lengths, *given)
    for other in (torch.where(valid, inputs, 7), F.pad(inputs, (0, 5))):
        outputs = network(other, lengths, *given)
        if case.output.per_step:  # answers to padded steps mean nothing
            outputs = torch.where(valid.unsqueeze(2), outputs[:, : inputs.shape[1]], reference)
        torch.testing.assert_close(outputs, reference, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("model", "case"), [pair for pair in PAIRS if pair.values[1].output.causal])
def test_what_is_to_be_predicted_is_not_known_before(model, case):
    if model.family == "baseline":
        network = case.baseline(model)
        network.fit(case.samples(60, seed=10), seed=0)
    else:
        network = case.network(model).eval()
    first, other = (case.samples(5, seed=seed).inputs for seed in (11, 12))
    changed = first.copy()
    changed[:, 15:] = other[:, 15:]
    before, after = network(torch.from_numpy(first))[:, :15], network(torch.from_numpy(changed))[:, :15]
    torch.testing.assert_close(before, after, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("model", "case"), sequences(NETWORKS))
def test_nan_in_the_padding_reaches_no_gradient(model, case):
    network = case.network(model)
    samples = case.samples(4, seed=3)
    inputs, _ = tensors(samples)
    lengths = torch.tensor([case.input.length, 9, 12, 7])
    valid = valid_positions(lengths, inputs.shape[1]).unsqueeze(2)
    outputs = network(torch.where(valid, inputs, torch.nan), lengths)
    if case.output.per_step:
        outputs = outputs[valid.squeeze(2)]
    outputs.square().sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters())


@pytest.mark.parametrize(("model", "case"), sequences(NETWORKS))
def test_a_causal_encoder_streams_and_others_say_that_they_cannot(model, case):
    encoder = case.network(model).eval().encoder
    if not isinstance(encoder, SequenceEncoder) or not encoder.causal:
        with pytest.raises((NotImplementedError, AttributeError)):
            encoder.initial_state(3)
        return
    inputs, _ = tensors(case.samples(3, seed=4))
    with torch.no_grad():
        at_once = encoder.sequence(inputs)
        state = encoder.initial_state(3)
        for t in range(inputs.shape[1]):
            features, state = encoder.step(inputs[:, t], state)
            torch.testing.assert_close(features, at_once[:, t], rtol=0, atol=1e-5)


@pytest.mark.parametrize(("model", "case"), sequences(NETWORKS))
def test_the_future_changes_the_past_of_a_causal_encoder_no_more_than_it_says(model, case):
    encoder = case.network(model).eval().encoder
    if not isinstance(encoder, SequenceEncoder):
        return
    inputs, _ = tensors(case.samples(3, seed=5))
    now = inputs.shape[1] // 2
    changed = torch.cat([inputs[:, :now], -inputs[:, now:]], 1)
    with torch.no_grad():
        difference = (encoder.sequence(inputs) - encoder.sequence(changed)).abs()
    assert difference[:, now:].max() > 1e-3
    assert (difference[:, :now].max() < 1e-6) == encoder.causal


@pytest.mark.parametrize(("model", "case"), BASELINES)
def test_a_baseline_is_fitted_saved_and_no_worse_than_chance(model, case):
    train, test = case.samples(120, seed=6), case.samples(60, seed=7)
    fitted = case.baseline(model)
    assert isinstance(fitted, ClosedForm)
    fitted.fit(train, seed=0)
    outputs = fitted(*shown(test))
    assert outputs.shape == shape(case, 60)
    assert outputs.isfinite().all()
    if case.values:
        chance = torch.from_numpy(test.targets).square().mean()  # of answering 0, the mean that they are drawn with
        assert loss(outputs, test, case) <= 1.1 * chance
    elif case.output.labels:
        assert loss(outputs, test, case) <= 1.02 * case.output.size * math.log(2)  # of doubting every label
    else:
        targets = torch.from_numpy(test.targets)
        counted = targets != IGNORED
        accuracy = (outputs.argmax(-1) == targets)[counted].float().mean()
        assert accuracy >= 1 / case.output.size - 0.02
    if case.output.sequence:
        assert loss(outputs, test, case) <= math.log(case.output.size)  # of thinking all tokens equally likely

    restored = case.baseline(model)
    restored.load_state_dict(fitted.state_dict())
    assert torch.equal(restored(*shown(test)), outputs)


# The windows of a forecast are never padded.
@pytest.mark.parametrize(
    ("model", "case"), [pair for pair in sequences(BASELINES) if not pair.values[1].output.forecast]
)
def test_padding_changes_nothing_to_a_baseline(model, case):
    fitted = case.baseline(model)
    fitted.fit(case.samples(60, seed=8), seed=0)
    inputs, _ = tensors(case.samples(4, seed=9))
    lengths = torch.tensor([case.input.length, 9, 12, 7])
    valid = valid_positions(lengths, inputs.shape[1]).unsqueeze(2)
    reference = fitted(torch.where(valid, inputs, 0.0), lengths)
    shorter = fitted(inputs[1:, :12], lengths[1:])
    for outputs in (
        fitted(torch.where(valid, inputs, torch.nan), lengths),
        fitted(F.pad(inputs, (0, 0, 0, 5)), lengths)[:, : reference.shape[1]],
    ):
        if case.output.per_step:  # answers to padded steps mean nothing
            outputs = torch.where(valid, outputs, reference)
        torch.testing.assert_close(outputs, reference, rtol=0, atol=1e-5)
    known = reference[1:, : shorter.shape[1]]
    if case.output.per_step:
        shorter = torch.where(valid[1:, : shorter.shape[1]], shorter, known)
    torch.testing.assert_close(shorter, known, rtol=0, atol=1e-5)
