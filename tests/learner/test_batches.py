"""Every sample once an epoch, in an order that (seed, epoch) alone decides; sequences cut to the longest of a batch."""

import itertools

import numpy as np
import pytest
import torch

from cnn_vs_rnn.learner.batches import Batches
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


def epoch_of(samples, seed, epoch, size=16):
    batches = Batches(samples, size, shuffle_seed=seed)
    batches.epoch = epoch
    return numbers(batches)


@pytest.mark.parametrize("samples", [images(), sequences(), sequences(per_step=True)], ids=["images", "one", "steps"])
@pytest.mark.parametrize("size", [1, 16, 200, 203, 500])
def test_every_sample_comes_once_an_epoch(samples, size):
    expected = sorted(samples.inputs.reshape(COUNT, -1)[:, 0].astype(int).tolist())
    for epoch in range(3):
        order = epoch_of(samples, 0, epoch, size)
        assert sorted(in_a_row(order)) == expected
        assert len(order) == len(Batches(samples, size, shuffle_seed=0)) == -(-COUNT // size)
        assert sorted(map(len, order), reverse=True)[:-1] == [size] * (len(order) - 1)


@pytest.mark.parametrize("samples", [images(), sequences()], ids=["images", "sequences"])
def test_the_order_follows_from_seed_and_epoch_alone(samples):
    torch.manual_seed(1)
    orders = {(seed, epoch): epoch_of(samples, seed, epoch) for seed in range(3) for epoch in range(4)}
    assert len({str(order) for order in orders.values()}) == 12
    torch.manual_seed(2)
    assert all(epoch_of(samples, *key) == order for key, order in orders.items())
    batches = Batches(samples, 16, shuffle_seed=0)
    assert numbers(batches) == numbers(batches) == orders[0, 0]  # asked twice in one epoch


def test_without_a_seed_the_order_is_that_of_the_samples():
    assert in_a_row(numbers(Batches(images(), 16))) == list(range(COUNT))
    assert in_a_row(numbers(Batches(sequences(), 16))) == list(range(1, COUNT + 1))


@pytest.mark.parametrize("seed", [0, None])
def test_a_batch_is_cut_to_its_longest_sequence_and_targets_a_step_with_it(seed):
    samples = sequences(per_step=True)
    for batch in Batches(samples, 16, shuffle_seed=seed):
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
    for batch in Batches(images(), 16, shuffle_seed=3):
        assert torch.equal(batch.inputs.flatten().long(), batch.targets)
        assert batch.lengths is None


def test_bucketing_saves_most_of_the_padding_and_mixes_lengths_over_the_epoch():
    samples = sequences()
    padded = {}
    for name, batches in (("bucketed", Batches(samples, 16, shuffle_seed=0)), ("as it comes", Batches(samples, 16))):
        cells = sum(batch.inputs.shape[0] * batch.inputs.shape[1] for batch in batches)
        padded[name] = cells - samples.lengths.sum()
    assert padded["bucketed"] < padded["as it comes"] / 2
    longest = [batch.inputs.shape[1] for batch in Batches(samples, 16, shuffle_seed=0)]
    assert longest != sorted(longest)


def test_a_batch_moves_to_a_device_whole():
    batch = next(iter(Batches(sequences(per_step=True), 4)))
    assert batch.to(torch.device("cpu")) is batch
    moved = batch.to(torch.device("meta"))
    assert {tensor.device.type for tensor in (moved.inputs, moved.targets, moved.lengths)} == {"meta"}


@pytest.mark.parametrize("samples", [images(), sequences(), sequences(per_step=True)], ids=["images", "one", "steps"])
@pytest.mark.parametrize("processes", [2, 3])
def test_processes_share_each_batch_and_each_sample_counts_the_same(samples, processes):
    whole = Batches(samples, 20, shuffle_seed=5)
    shares = [Batches(samples, 20, shuffle_seed=5, share=(rank, processes)) for rank in range(processes)]
    assert {len(share) for share in shares} == {len(whole)}  # none waits for the others at the end of an epoch
    for batch, parts in zip(whole, zip(*shares, strict=True), strict=True):
        own = [numbers([part])[0] if part.weight else [] for part in parts]
        assert sorted(in_a_row(own)) == sorted(numbers([batch])[0])
        of_each = [part.weight / processes / len(mine) for part, mine in zip(parts, own, strict=True) if mine]
        assert of_each == pytest.approx([1 / len(batch.inputs)] * len(of_each))


def test_a_process_that_a_small_batch_leaves_out_gets_a_sample_that_does_not_count():
    last = [list(Batches(images(), 101, shuffle_seed=0, share=(rank, 3)))[-1] for rank in range(3)]  # of one sample
    assert [len(batch.inputs) for batch in last] == [1, 1, 1]
    assert [batch.weight for batch in last] == [3.0, 0.0, 0.0]


@pytest.mark.parametrize("seed", [0, None])
def test_answers_are_cut_to_their_longest_and_shown_one_token_late(seed):
    samples, narrower = pairs(), 0
    for batch in Batches(samples, 16, shuffle_seed=seed):
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


@pytest.mark.parametrize("processes", [2, 3])
def test_processes_that_share_a_batch_of_pairs_see_each_of_them_once(processes):
    shares = [Batches(pairs(), 20, shuffle_seed=5, share=(rank, processes)) for rank in range(processes)]
    seen = [int(number) for share in shares for batch in share if batch.weight for number in batch.inputs[:, 0]]
    assert sorted(seen) == list(range(4, COUNT + 4))
