"""What each baseline answers, against answers known beforehand."""

import math

import numpy as np
import pytest
import torch
from cases import sequence
from sklearn.datasets import load_digits
from torch.nn import functional as F

from cnn_vs_rnn.models.linear import Linear
from cnn_vs_rnn.models.majority import Majority
from cnn_vs_rnn.models.minirocket import MiniRocket
from cnn_vs_rnn.models.one_nn import OneNN
from cnn_vs_rnn.tasks.data import IGNORED, InputSpec, OutputSpec, Samples


def fitted(cls, spec, output, samples, seed=0):
    model = cls(spec, output)
    model.fit(samples, seed)
    return model


def series(count, length=30, channels=2, seed=0):
    """Two classes that differ in frequency, at a random phase."""
    random = np.random.default_rng(seed)
    targets = np.arange(count) % 2
    time = np.arange(length)[:, None] * np.where(targets, 0.9, 0.5)[:, None, None]
    inputs = np.sin(time + random.uniform(0, 6, (count, 1, channels))) + 0.3 * random.normal(
        size=(count, length, channels)
    )
    return Samples(inputs.astype(np.float32), targets)


def accuracy(model, samples):
    lengths = None if samples.lengths is None else torch.from_numpy(samples.lengths)
    answers = model(torch.from_numpy(samples.inputs), lengths).argmax(-1).numpy()
    return (answers == samples.targets).mean()


def test_majority_gives_the_class_frequencies():
    samples = Samples(np.zeros((10, 4, 1), np.float32), np.array([0] * 6 + [2] * 4))
    scores = fitted(Majority, sequence(4, 1), OutputSpec(size=3), samples)(torch.zeros(5, 4, 1))
    torch.testing.assert_close(scores.exp(), torch.tensor([[7, 1, 5]]).expand(5, 3) / 13)


def test_majority_gives_the_mean_value():
    samples = Samples(np.zeros((3, 4, 1), np.float32), np.array([[1.0], [2.0], [6.0]], np.float32))
    assert fitted(Majority, sequence(4, 1), OutputSpec(size=1), samples)(torch.zeros(2, 4, 1)).tolist() == [
        [3.0],
        [3.0],
    ]


@pytest.mark.parametrize("span", [20, 200])
def test_majority_on_copy_memory_is_the_answer_without_memory(span):
    random, count, length = np.random.default_rng(0), 1000, span + 20
    targets = np.zeros((2 * count, length), np.int64)
    targets[:, -10:] = random.integers(1, 9, (2 * count, 10))
    train = Samples(np.zeros((count, length, 10), np.float32), targets[:count])
    model = fitted(Majority, sequence(length, 10), OutputSpec(size=10, per_step=True), train)
    scores = model(torch.zeros(count, length, 10))
    loss = F.cross_entropy(scores.flatten(0, 1), torch.from_numpy(targets[count:]).flatten()).item()
    assert loss == pytest.approx(10 * math.log(8) / length, rel=0.02)


def test_majority_counts_no_padded_step_and_answers_beyond_the_last_one():
    targets = np.array([[0, 1, 1], [0, 1, IGNORED], [0, IGNORED, IGNORED]])
    model = fitted(
        Majority, sequence(3, 1), OutputSpec(size=2, per_step=True), Samples(np.zeros((3, 3, 1), np.float32), targets)
    )
    scores = model(torch.zeros(1, 5, 1))[0]
    torch.testing.assert_close(scores.exp().sum(1), torch.ones(5))
    torch.testing.assert_close(scores[0].exp()[0], torch.tensor((3 + 0.5) / 4))
    assert torch.equal(scores[3], scores[2])


def test_linear_reads_digits():
    images, targets = load_digits(return_X_y=True)
    images = ((images - images.mean()) / images.std()).reshape(-1, 1, 8, 8).astype(np.float32)
    spec = InputSpec(kind="image", channels=1, height=8, width=8)
    model = fitted(Linear, spec, OutputSpec(size=10), Samples(images[:900], targets[:900]))
    assert accuracy(model, Samples(images[900:], targets[900:])) > 0.88


@pytest.mark.parametrize("cls", [Linear, MiniRocket])
def test_a_linear_map_recovers_values(cls):
    random = np.random.default_rng(0)
    targets = random.normal(size=(120, 2)).astype(np.float32)
    inputs = np.concatenate([targets, random.normal(size=(120, 28))], 1).reshape(120, 15, 2).astype(np.float32)
    inputs += targets[:, :1, None]
    samples = Samples(inputs[:100], targets[:100])
    answers = fitted(cls, sequence(15, 2), OutputSpec(size=2), samples)(torch.from_numpy(inputs[100:])).numpy()
    assert ((answers - targets[100:]) ** 2).mean() < (0.01 if cls is Linear else 0.6)


@pytest.mark.parametrize("cls", [Linear, MiniRocket])
@pytest.mark.parametrize("classes", [[0, 2, 3], [1, 3]], ids=["three", "two"])
def test_a_class_without_samples_is_never_answered(cls, classes):
    samples = series(30, length=12)
    targets = np.array(classes)[np.arange(30) % len(classes)]
    scores = fitted(cls, sequence(12, 2), OutputSpec(size=5), Samples(samples.inputs, targets))(
        torch.from_numpy(samples.inputs)
    )
    assert scores.shape == (30, 5)
    assert set(scores.argmax(1).tolist()) <= set(classes)


def test_linear_takes_a_class_with_a_single_sample():
    samples = series(20)
    targets = samples.targets.copy()
    targets[0] = 2
    model = fitted(Linear, sequence(30, 2), OutputSpec(size=3), Samples(samples.inputs, targets))
    assert model(torch.from_numpy(samples.inputs)).isfinite().all()


def test_one_nn_finds_the_neighbour():
    samples = series(20)
    model = fitted(OneNN, sequence(30, 2), OutputSpec(size=2), samples)
    assert accuracy(model, samples) == 1
    near = samples.inputs + np.random.default_rng(1).normal(size=samples.inputs.shape).astype(np.float32) / 100
    scores = model(torch.from_numpy(near))
    torch.testing.assert_close(scores.softmax(1), scores.exp())
    torch.testing.assert_close(scores.exp().max(1).values, torch.full((20,), 0.99))
    values = Samples(samples.inputs, np.arange(20, dtype=np.float32)[:, None])
    answers = fitted(OneNN, sequence(30, 2), OutputSpec(size=1), values)(torch.from_numpy(near))
    assert answers.flatten().tolist() == list(range(20))


@pytest.mark.parametrize("channels", [1, 3])
def test_minirocket_tells_frequencies_apart_as_aeons_own_classifier_does(channels):
    from aeon.classification.convolution_based import MiniRocketClassifier

    train, test = series(60, channels=channels), series(60, channels=channels, seed=1)
    model = fitted(MiniRocket, sequence(30, channels), OutputSpec(size=2), train, seed=3)
    # contiguous, or numba compiles all of it again for the other memory layout
    as_aeon = [np.ascontiguousarray(samples.inputs.transpose(0, 2, 1)) for samples in (train, test)]
    theirs = MiniRocketClassifier(random_state=3).fit(as_aeon[0], train.targets)
    answers = model(torch.from_numpy(test.inputs)).argmax(1).numpy()
    assert (answers == theirs.predict(as_aeon[1])).all()
    assert (answers == test.targets).mean() > 0.9


def test_minirocket_takes_series_shorter_than_its_kernels():
    model = fitted(MiniRocket, sequence(5, 2), OutputSpec(size=2), series(20, length=5))
    assert model(torch.zeros(3, 5, 2)).isfinite().all()


def test_minirocket_is_decided_by_its_seed():
    train, test = series(40, channels=3), torch.from_numpy(series(10, channels=3, seed=1).inputs)
    first, again, other = (fitted(MiniRocket, sequence(30, 3), OutputSpec(size=2), train, seed) for seed in (1, 1, 2))
    assert torch.equal(first(test), again(test))
    assert not torch.equal(first(test), other(test))
