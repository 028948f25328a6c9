"""What each baseline answers, against answers known beforehand."""

import math

import numpy as np
import pytest
import torch
from cases import sequence
from sklearn.datasets import load_digits
from torch.nn import functional as F

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.learner.objective import loss_of
from cnn_vs_rnn.models.bag_of_ngrams import BagOfNgrams
from cnn_vs_rnn.models.linear import Linear
from cnn_vs_rnn.models.majority import Majority
from cnn_vs_rnn.models.minirocket import MiniRocket
from cnn_vs_rnn.models.naive import Naive
from cnn_vs_rnn.models.ngram import NGram
from cnn_vs_rnn.models.one_nn import OneNN
from cnn_vs_rnn.tasks.data import IGNORED, Forecast, InputSpec, OutputSpec, Samples


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


def tokens_spec(length, vocabulary):
    return InputSpec(kind="tokens", channels=4, length=length, vocabulary=vocabulary)


def test_the_unigram_scores_the_entropy_of_its_text():
    random = np.random.default_rng(0)
    text = random.choice(5, p=[0.5, 0.2, 0.15, 0.1, 0.05], size=(200, 51))
    samples = Samples(text[:, :-1], text[:, 1:])
    model = NGram(tokens_spec(50, 5), OutputSpec(size=5, per_step=True, causal=True), order=1)
    model.fit(samples, seed=0)
    loss = F.cross_entropy(
        model(torch.from_numpy(samples.inputs)).flatten(0, 1), torch.from_numpy(samples.targets).flatten()
    )
    shares = np.bincount(samples.targets.flatten()) / samples.targets.size
    assert loss.item() == pytest.approx(-(shares * np.log(shares)).sum(), rel=1e-3)


def test_the_ngram_interpolates_as_witten_and_bell_do():
    text = np.array([[0, 1, 0, 1, 0, 2]])
    model = NGram(tokens_spec(5, 3), OutputSpec(size=3, per_step=True, causal=True), order=2)
    model.fit(Samples(text[:, :-1], text[:, 1:]), seed=0)
    chances = model(torch.tensor([[0, 1, 2]])).exp()[0]
    # of the answers 1 0 1 0 2: counts 2, 2, 1 of three kinds, before them a third each
    alone = (torch.tensor([2.0, 2.0, 1.0]) + 3 / 3) / 8
    torch.testing.assert_close(chances[0], (torch.tensor([0.0, 2.0, 1.0]) + 2 * alone) / 5)  # after 0: 1 1 2
    torch.testing.assert_close(chances[1], (torch.tensor([2.0, 0.0, 0.0]) + 1 * alone) / 3)  # after 1: 0 0
    torch.testing.assert_close(chances[2], alone)  # 2 was never followed by anything
    torch.testing.assert_close(chances.sum(1), torch.ones(3))


def test_the_ngram_learns_a_language_with_memory_and_refuses_an_order_it_cannot_number():
    random = np.random.default_rng(1)
    text = np.empty((100, 41), np.int64)
    text[:, :2] = random.integers(0, 4, (100, 2))
    for step in range(2, 41):
        text[:, step] = (text[:, step - 1] + text[:, step - 2]) % 4  # two characters decide the third
    output = OutputSpec(size=4, per_step=True, causal=True)
    for order, right in ((2, False), (3, True)):
        model = NGram(tokens_spec(40, 4), output, order=order)
        model.fit(Samples(text[:, :-1], text[:, 1:]), seed=0)
        answers = model(torch.from_numpy(text[:, :-1])).argmax(-1)[:, 1:]
        assert ((answers == torch.from_numpy(text[:, 2:])).float().mean() > 0.99) == right
    with pytest.raises(UserError, match="option order=9 is too large for 8,001 tokens: lower it"):
        NGram(tokens_spec(40, 8000), OutputSpec(size=8000, per_step=True), order=9)


def test_a_key_that_repeats_is_learnt_by_its_own_ngram():
    rolls = np.zeros((20, 31, 3), np.float32)
    rolls[:, :, 1] = np.arange(31) % 2  # on and off
    rolls[:, :, 2] = 1  # held
    samples = Samples(rolls[:, :-1], rolls[:, 1:])
    output = OutputSpec(size=3, per_step=True, labels=True, causal=True)
    spec = InputSpec(kind="sequence", channels=3, length=30)
    losses = {}
    for order in (1, 2):
        model = NGram(spec, output, order=order)
        model.fit(samples, seed=0)
        losses[order] = loss_of(
            "binary_cross_entropy", model(torch.from_numpy(samples.inputs)), torch.from_numpy(samples.targets)
        )
    assert losses[1] == pytest.approx(math.log(2), abs=0.02)  # the middle key is on half of the time
    assert losses[2] < 0.05


def test_majority_gives_how_often_each_label_is_true():
    labels = np.zeros((8, 2), np.float32)
    labels[:2, 0] = 1
    scores = fitted(
        Majority, sequence(4, 1), OutputSpec(size=2, labels=True), Samples(np.zeros((8, 4, 1), np.float32), labels)
    )(torch.zeros(3, 4, 1))
    torch.testing.assert_close(scores.sigmoid(), torch.tensor([[2.5 / 9, 0.5 / 9]]).expand(3, 2))


def test_naive_forecasts_repeat():
    spec = InputSpec(kind="sequence", channels=2, length=6)
    forecast = Forecast(horizon=4, channels=(1, 0), period=3)
    inputs = torch.arange(12.0).view(1, 6, 2)
    output = OutputSpec(size=8, forecast=forecast)
    assert Naive(spec, output)(inputs).tolist() == [[11.0] * 4 + [10.0] * 4]
    assert Naive(spec, output, seasonal=True)(inputs).tolist() == [[7.0, 9, 11, 7, 6, 8, 10, 6]]
    short = output.model_copy(update={"forecast": forecast.model_copy(update={"period": 7})})
    assert Naive(spec, short, seasonal=True)(inputs).tolist() == [[11.0] * 4 + [10.0] * 4]


def test_a_bag_of_ngrams_reads_pairs_in_their_order():
    random = np.random.default_rng(0)
    texts = random.integers(5, 60, (200, 12))
    targets = np.arange(200) % 2
    texts[:, 4:6] = np.where(targets[:, None] == 1, [2, 3], [3, 2])  # the same words, in another order
    texts[150:, 4:6], texts[150:, 8:10] = texts[150:, 8:10], texts[150:, 4:6].copy()  # elsewhere in the test part
    train, test = Samples(texts[:150], targets[:150]), Samples(texts[150:], targets[150:])
    spec, output = tokens_spec(12, 60), OutputSpec(size=2)
    assert accuracy(fitted(BagOfNgrams, spec, output, train), test) > 0.9
    alone = BagOfNgrams(spec, output, longest=1)
    alone.fit(train, seed=0)
    assert accuracy(alone, test) < 0.7


@pytest.mark.parametrize("cls", [Linear, MiniRocket, BagOfNgrams])
def test_a_rare_class_counts_as_much_as_a_frequent_one_where_the_task_says_so(cls):
    random = np.random.default_rng(0)
    targets = (np.arange(400) % 10 == 0).astype(np.int64)
    spec = sequence(12, 1)
    # Two classes that overlap: 90 of 100 times the frequent one is the safer answer
    inputs = (random.normal(size=(400, 12, 1)) + 0.4 * targets[:, None, None]).astype(np.float32)
    if cls is BagOfNgrams:
        spec = tokens_spec(6, 40)
        inputs = np.where(random.random((400, 6)) < 0.15 + 0.15 * targets[:, None], 2, random.integers(3, 40, (400, 6)))
    train, test = Samples(inputs[:200], targets[:200]), torch.from_numpy(inputs[200:])
    rare = {
        balanced: int(fitted(cls, spec, OutputSpec(size=2, balanced=balanced), train)(test).argmax(1).sum())
        for balanced in (False, True)
    }
    assert rare[False] < 20  # fewer than there are
    assert rare[True] > rare[False]
