"""Scores against torchmetrics, scikit-learn and numbers by hand."""

import math

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight
from torchmetrics import functional as M

from cnn_vs_rnn.learner.answered import Answered
from cnn_vs_rnn.learner.objective import class_weights, loss_of
from cnn_vs_rnn.learner.scores import PartScore, macro_f1_contributions
from cnn_vs_rnn.tasks.data import IGNORED


def score(kind, outputs, targets, batch=7):
    part = PartScore(kind)
    for start in range(0, len(outputs), batch):
        part.add(Answered(outputs[start : start + batch], targets[start : start + batch]))
    return part.value()


@pytest.fixture
def answers():
    """Class scores and classes of 50 samples, four classes of five in the truth."""
    random = torch.Generator().manual_seed(0)
    targets = torch.randint(0, 4, (50,), generator=random)
    return 2 * torch.nn.functional.one_hot(targets, 5) + torch.randn(50, 5, generator=random) * 1.5, targets


@pytest.fixture
def labels():
    """Log-odds and labels, (40, 6)."""
    random = torch.Generator().manual_seed(1)
    truth = (torch.rand(40, 6, generator=random) < 0.3).float()
    return truth * 2 - 1 + torch.randn(40, 6, generator=random), truth


@pytest.fixture
def values():
    random = torch.Generator().manual_seed(2)
    return torch.randn(30, 4, generator=random), torch.randn(30, 4, generator=random)


def test_classes_agree_with_torchmetrics(answers):
    outputs, targets = answers
    accuracy = M.classification.multiclass_accuracy(outputs, targets, 5, average="micro")
    f1 = M.classification.multiclass_f1_score(outputs, targets, 5, average="macro")
    nll = M.text.perplexity(outputs[None], targets[None]).log()
    assert score("accuracy", outputs, targets) == pytest.approx(accuracy.item())
    assert score("macro_f1", outputs, targets) == pytest.approx(f1.item(), abs=1e-6)
    assert score("nll", outputs, targets) == pytest.approx(nll.item(), rel=1e-5)
    assert score("bits", outputs, targets) == pytest.approx(nll.item() / math.log(2), rel=1e-5)


def test_labels_agree_with_torchmetrics(labels):
    outputs, targets = labels
    accuracy = M.classification.multilabel_accuracy(outputs.sigmoid(), targets.int(), 6, average="micro")
    f1 = M.classification.multilabel_f1_score(outputs.sigmoid(), targets.int(), 6, average="macro")
    assert score("accuracy", outputs, targets) == pytest.approx(accuracy.item())
    assert score("macro_f1", outputs, targets) == pytest.approx(f1.item(), abs=1e-6)


def test_values_agree_with_torchmetrics(values):
    outputs, targets = values
    assert score("mse", outputs, targets) == pytest.approx(M.mean_squared_error(outputs, targets).item())
    assert score("mae", outputs, targets) == pytest.approx(M.mean_absolute_error(outputs, targets).item())
    assert loss_of("mae", outputs, targets).item() == pytest.approx(M.mean_absolute_error(outputs, targets).item())


def test_macro_f1_by_hand():
    answered, true = torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1]]), torch.tensor([[1.0, 0], [1, 0], [1, 0], [0, 1]])
    # class 0: 2 hits of 2 answered and 3 true, F1 = 4/5; class 1: 1 hit of 2 and 1, F1 = 2/3
    assert macro_f1_contributions(answered, true).mean().item() == pytest.approx((4 / 5 + 2 / 3) / 2)


def test_macro_f1_does_not_depend_on_the_batches(answers):
    assert score("macro_f1", *answers, batch=3) == score("macro_f1", *answers, batch=50)


@pytest.mark.parametrize("samples", [200, 2000])
def test_the_spread_of_contributions_is_that_of_resampled_f1(samples):
    random = np.random.default_rng(samples)
    truth = random.choice(4, samples, p=[0.6, 0.25, 0.1, 0.05])
    guess = np.where(random.random(samples) < 0.75, truth, random.integers(0, 4, samples))
    hot = torch.eye(4)
    contributions = macro_f1_contributions(hot[guess], hot[truth]).numpy()
    draws = random.integers(samples, size=(400, samples))
    resampled = [macro_f1_contributions(hot[guess[draw]], hot[truth[draw]]).mean().item() for draw in draws]
    assert contributions.std() / math.sqrt(samples) == pytest.approx(np.std(resampled), rel=0.12)


def test_an_output_that_is_not_finite_is_no_answer(answers):
    outputs, targets = answers
    best = 9.0 * torch.nn.functional.one_hot(targets, 5)
    spoilt = best.clone()
    spoilt[0] = torch.nan
    assert score("macro_f1", best, targets) == pytest.approx(1)
    assert score("macro_f1", spoilt, targets) < 1
    assert math.isfinite(score("macro_f1", torch.full_like(outputs, torch.nan), targets))


def test_labels_of_padded_steps_count_for_nothing(labels):
    outputs, targets = (one.view(8, 5, 6) for one in labels)
    targets = targets.clone()
    targets[:, 3:] = IGNORED
    by_hand = torch.nn.functional.binary_cross_entropy_with_logits(
        outputs[:, :3], targets[:, :3], reduction="none"
    ).sum(-1)
    assert loss_of("binary_cross_entropy", outputs, targets).item() == pytest.approx(by_hand.mean().item(), rel=1e-6)
    assert score("nll", outputs, targets) == pytest.approx(by_hand.mean().item(), rel=1e-6)
    spoilt = outputs.clone()
    spoilt[:, 3:] = 50.0
    assert score("nll", spoilt, targets) == score("nll", outputs, targets)
    assert score("accuracy", spoilt, targets) == score("accuracy", outputs, targets)


def test_class_weights_are_those_of_scikit_learn(answers):
    targets = answers[1]
    known = compute_class_weight("balanced", classes=np.arange(4), y=targets.numpy())
    assert class_weights(targets, 5).tolist() == pytest.approx([*known, 0])
    padded = torch.cat([targets, torch.full((9,), IGNORED)]).view(1, -1)
    assert torch.equal(class_weights(padded, 5), class_weights(targets, 5))


def test_under_class_weights_every_class_counts_alike():
    outputs, targets = torch.tensor([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0], [2.0, 0.0]]), torch.tensor([0, 0, 0, 1])
    low, high = math.log(1 + math.exp(-2)), 2 + math.log(1 + math.exp(-2))  # of a right and a wrong answer
    loss = loss_of("cross_entropy", outputs, targets, class_weights(targets, 2))
    assert loss.item() == pytest.approx((low + high) / 2, rel=1e-5)
