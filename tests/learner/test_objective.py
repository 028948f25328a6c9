"""Loss and score against the same computed by hand."""

import math

import pytest
import torch

from cnn_vs_rnn.learner.objective import loss_of, per_sample_score
from cnn_vs_rnn.tasks.data import IGNORED

LOGITS = torch.tensor([[2.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
NLL = [-2 + math.log(math.exp(2) + 2), -0.0 + math.log(math.e + 2), math.log(3)]  # of classes 0, 2 and 1


def test_squared_error():
    outputs, targets = torch.tensor([[1.0, 2.0], [0.0, 0.0]]), torch.tensor([[0.0, 0.0], [0.0, 2.0]])
    assert per_sample_score("mse", outputs, targets).tolist() == [2.5, 2.0]
    assert loss_of("mse", outputs, targets).item() == 2.25


def test_accuracy_and_likelihood_of_a_class():
    targets = torch.tensor([0, 2, 1])
    assert per_sample_score("accuracy", LOGITS, targets).tolist() == [1, 0, 0]
    assert per_sample_score("nll", LOGITS, targets).tolist() == pytest.approx(NLL)
    assert loss_of("cross_entropy", LOGITS, targets).item() == pytest.approx(sum(NLL) / 3)


def test_steps_without_a_target_count_for_nothing():
    outputs = LOGITS.expand(2, 3, 3)
    targets = torch.tensor([[0, 2, IGNORED], [IGNORED, IGNORED, 1]])
    assert per_sample_score("accuracy", outputs, targets).tolist() == [0.5, 0]
    assert per_sample_score("nll", outputs, targets).tolist() == pytest.approx([(NLL[0] + NLL[1]) / 2, NLL[2]])
    assert loss_of("cross_entropy", outputs, targets).item() == pytest.approx(sum(NLL) / 3)  # a mean over steps
    spoilt = outputs.clone()
    spoilt[0, 2] = torch.nan
    assert per_sample_score("nll", spoilt, targets).tolist() == per_sample_score("nll", outputs, targets).tolist()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_outputs_that_are_not_finite_are_wrong_or_infinitely_wrong(value):
    outputs, targets = LOGITS.clone(), torch.tensor([0, 1, 0])
    outputs[1, 1] = value
    assert per_sample_score("accuracy", outputs, targets).tolist() == [1, 0, 1]
    assert per_sample_score("nll", outputs, targets)[1] == math.inf
    assert per_sample_score("nll", outputs[None], torch.tensor([[0, 1, 0]])).tolist() == [math.inf]
    assert per_sample_score("mse", outputs, torch.zeros(3, 3)).tolist() == pytest.approx([4 / 3, math.inf, 0])


def test_an_error_too_large_for_a_float_is_infinite():
    assert per_sample_score("mse", torch.tensor([[1e30]]), torch.tensor([[0.0]])).tolist() == [math.inf]
