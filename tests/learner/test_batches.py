"""Full batches of an endless stream that the seed alone decides; sequences cut to the longest of their batch."""

import collections
import functools
import itertools
import math

import numpy as np
import pytest
import torch

from cnn_vs_rnn.learner.batches import BUCKET_BATCHES, Batches, TrainingBatches
from cnn_vs_rnn.tasks.data import BEGIN, END, IGNORED, Samples
from cnn_vs_rnn.tasks.sequence_pairs import pair_samples

COUNT, LONGEST = 203, 40


def images():
    """The number of each sample is its only pixel."""
    numbers = np.arange(COUNT, dtype=np.float32)
    return Samples(numbers.reshape(-1, 1, 1, 1), np.arange(COUNT))


def sequences(per_step=False):
    """Sequences full of their own number, padded with 0; targets a step are the number of the step."""
    lengths = np.random.default_rng(0).integers(1, LONGEST, endpoint=True, size=COUNT)
    steps = np.arange(LONGEST)
    padding = steps >= lengths[:, None]
    inputs = np.repeat(np.arange(1, COUNT + 1, dtype=np.float32)[:, None], LONGEST, 1)
    inputs[padding] = 0
    targets = np.where(padding, IGNORED, steps) if per_step else np.arange(1, COUNT + 1)
    return Samples(inputs[:, :, None], targets, lengths)


def pairs():
    """Sources full of their own number, and answers of other lengths that count upwards from it."""
    random = np.random.default_rng(1)
    lengths, answered = random.integers(1, LONGEST, (2, COUNT), endpoint=True).tolist()
    sources = [[number] * length for number, length in enumerate(lengths, start=4)]
    answers = [list(range(number, number + length)) for number, length in enumerate(answered, start=4)]
    return pair_samples(sources, answers, LONGEST)


def numbers(batches):
    """The number of each sample, batch by batch."""
    return [batch.inputs.flatten(1)[:, 0].int().tolist() for batch in batches]


def in_a_row(order):
    return list(itertools.chain.from_iterable(order))


def drawn(samples, size=16, *, steps=10, rounds=1, first=0, seed=0, **options):
    """The batches of some rounds of a training."""
    batches = TrainingBatches(samples, size, steps=steps, seed=seed, **options)
    seen = []
    for batches.round in range(first, first + rounds):
        seen += batches
    return seen


KINDS = pytest.mark.parametrize(
    "samples", [images(), sequences(), sequences(per_step=True), pairs()], ids=["images", "one", "steps", "pairs"]
)
BOTH = pytest.mark.parametrize("batches", [lambda some: Batches(some, 16), drawn], ids=["in order", "training"])


@KINDS
@pytest.mark.parametrize("size", [1, 16, 200, 203, 500])
def test_every_batch_is_full_and_no_sample_comes_again_before_all_have_come(samples, size):
    bucket = 1 if samples.lengths is None else BUCKET_BATCHES
    steps = -(-4 * COUNT // size // bucket) * bucket
    order = numbers(drawn(samples, size, steps=steps))
    assert [len(batch) for batch in order] == [size] * steps
    counted = collections.Counter(in_a_row(order))
    assert len(counted) == COUNT
    epochs = steps * size / COUNT
    assert set(counted.values()) <= {math.floor(epochs), math.ceil(epochs)}


def test_images_come_as_one_permutation_after_the_other():
    stream = in_a_row(numbers(drawn(images(), 16, steps=3 * COUNT)))
    epochs = [stream[first : first + COUNT] for first in range(0, len(stream), COUNT)]
    assert len(epochs) == 48
    assert all(sorted(epoch) == list(range(COUNT)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 48


@KINDS
@pytest.mark.parametrize("steps", [1, 3, 4, 10])
def test_how_the_steps_are_divided_into_rounds_changes_no_batch(samples, steps):
    at_once = numbers(drawn(samples, steps=60))
    assert numbers(drawn(samples, steps=steps, rounds=60 // steps)) == at_once
    resumed = drawn(samples, steps=steps, first=2, rounds=60 // steps - 2)
    assert numbers(resumed) == at_once[2 * steps :]


@pytest.mark.parametrize("samples", [images(), sequences()], ids=["images", "sequences"])
def test_the_order_follows_from_seed_and_round_alone(samples):
    torch.manual_seed(1)
    orders = {(seed, first): numbers(drawn(samples, seed=seed, first=first)) for seed in range(3) for first in range(4)}
    assert len({str(order) for order in orders.values()}) == 12
    torch.manual_seed(2)
    assert all(numbers(drawn(samples, seed=seed, first=first)) == order for (seed, first), order in orders.items())
    batches = TrainingBatches(samples, 16, steps=10, seed=0)
    assert numbers(batches) == numbers(batches) == orders[0, 0]  # asked twice for one round
    assert len(batches) == 10


@KINDS
@pytest.mark.parametrize("size", [1, 16, 200, 203, 500])
def test_outside_training_every_sample_comes_once_in_its_order(samples, size):
    batches = Batches(samples, size)
    order = numbers(batches)
    assert in_a_row(order) == samples.inputs.reshape(COUNT, -1)[:, 0].astype(int).tolist()
    assert len(order) == len(batches) == -(-COUNT // size)
    assert {len(batch) for batch in order[:-1]} <= {size}


@BOTH
def test_a_batch_is_cut_to_its_longest_sequence_and_targets_a_step_with_it(batches):
    samples = sequences(per_step=True)
    for batch in batches(samples):
        longest = int(batch.lengths.max())
        assert batch.inputs.shape[1] == batch.targets.shape[1] == longest
        index = batch.inputs[:, 0, 0].int().numpy() - 1
        np.testing.assert_array_equal(batch.lengths, samples.lengths[index])
        np.testing.assert_array_equal(batch.inputs, samples.inputs[index, :longest])
        np.testing.assert_array_equal(batch.targets, samples.targets[index, :longest])


def test_one_target_a_sample_is_not_cut_whatever_its_shape():
    samples = sequences()
    values = Samples(samples.inputs, np.ones((COUNT, 3), np.float32), samples.lengths)
    assert {batch.targets.shape[1] for batch in Batches(values, 16)} == {3}


def test_samples_and_their_targets_stay_together():
    for batch in drawn(images(), seed=3):
        assert torch.equal(batch.inputs.flatten().long(), batch.targets)
        assert batch.lengths is None


def test_bucketing_saves_most_of_the_padding_and_mixes_lengths_over_the_training():
    samples = sequences()
    padding = {}
    for name, batches in (("bucketed", drawn(samples, steps=96)), ("as it comes", Batches(samples, 16))):
        cells = sum(batch.inputs.shape[0] * batch.inputs.shape[1] for batch in batches)
        padding[name] = 1 - sum(int(batch.lengths.sum()) for batch in batches) / cells
    assert padding["bucketed"] < padding["as it comes"] / 2
    longest = np.array([batch.inputs.shape[1] for batch in drawn(samples, steps=96)])
    assert (np.diff(longest) > 0).sum() == pytest.approx(48, abs=12)


def test_a_batch_moves_to_a_device_whole():
    batch = next(iter(Batches(sequences(per_step=True), 4)))
    assert batch.to(torch.device("cpu")) is batch
    moved = batch.to(torch.device("meta"))
    assert {tensor.device.type for tensor in (moved.inputs, moved.targets, moved.lengths)} == {"meta"}


@KINDS
@pytest.mark.parametrize("processes", [2, 3])
@pytest.mark.parametrize("training", [True, False])
def test_processes_share_each_batch_and_each_sample_counts_the_same(samples, processes, training):
    def of(rank, count):
        share = (rank, count)
        return drawn(samples, 20, steps=12, seed=5, share=share) if training else list(Batches(samples, 20, share))

    whole, shares = of(0, 1), [of(rank, processes) for rank in range(processes)]
    assert {len(share) for share in shares} == {len(whole)}  # none waits for the others at the end of a round
    for batch, parts in zip(whole, zip(*shares, strict=True), strict=True):
        own = [numbers([part])[0] if part.weight else [] for part in parts]
        assert sorted(in_a_row(own)) == sorted(numbers([batch])[0])
        of_each = [part.weight / processes / len(mine) for part, mine in zip(parts, own, strict=True) if mine]
        assert of_each == pytest.approx([1 / len(batch.inputs)] * len(of_each))


@pytest.mark.parametrize(
    "batches", [Batches, functools.partial(TrainingBatches, steps=1, seed=0)], ids=["in order", "training"]
)
def test_a_process_that_a_small_batch_leaves_out_gets_a_sample_that_does_not_count(batches):
    last = [list(batches(images(), 2, share=(rank, 3)))[-1] for rank in range(3)]
    assert [len(batch.inputs) for batch in last] == [1, 1, 1]
    assert sorted(batch.weight for batch in last) in ([0.0, 0.0, 3.0], [0.0, 1.5, 1.5])


@BOTH
def test_answers_are_cut_to_their_longest_and_shown_one_token_late(batches):
    samples, narrower = pairs(), 0
    for batch in batches(samples):
        index = batch.inputs[:, 0].numpy() - 4
        longest = samples.target_lengths[index].max()
        assert batch.targets.shape == batch.given.shape == (len(index), longest)
        narrower += longest < LONGEST + 1
        assert batch.inputs.shape[1] == samples.lengths[index].max()
        np.testing.assert_array_equal(batch.targets, samples.targets[index, :longest])
        for given, target, length in zip(batch.given, batch.targets, samples.target_lengths[index], strict=True):
            assert given[:length].tolist() == [BEGIN, *target[: length - 1].tolist()]
            # After its END an answer shows END, and padding, which is followed by nothing that counts
            assert set(given[length:].tolist()) <= {END, 0}
            assert (target[length:] == IGNORED).all()
    assert narrower


def test_what_a_model_is_shown_ends_with_what_is_given_where_answers_are_sequences():
    of_pairs, of_steps = (next(iter(Batches(samples, 4))) for samples in (pairs(), sequences(per_step=True)))
    assert [id(one) for one in of_pairs.shown] == [id(of_pairs.inputs), id(of_pairs.lengths), id(of_pairs.given)]
    assert of_steps.given is None
    assert [id(one) for one in of_steps.shown] == [id(of_steps.inputs), id(of_steps.lengths)]
    moved = of_pairs.to(torch.device("meta"))
    assert {tensor.device.type for tensor in (*moved.shown, moved.targets)} == {"meta"}
    assert of_pairs.to(torch.device("cpu")) is of_pairs
