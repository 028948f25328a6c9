"""Batches sliced from tensors that lie in memory: no worker processes, no per-sample Python."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator

import torch
from jaxtyping import Int, Shaped
from torch import Tensor

from cnn_vs_rnn.tasks.data import BEGIN, IGNORED, Samples

BUCKET_BATCHES = 4  # of sequences, which are sorted by length together


class Batch:
    """inputs: images (batch, channel, height, width), sequences (batch, time, channel) or tokens (batch, time).

    lengths in time steps. weight: of the batch's mean loss in the mean over the processes that share a batch. given: of
    answers that are sequences, the right token before each (teacher forcing; Williams & Zipser 1989).

    A plain class on purpose: Lightning walks through tuples and dataclasses several times a step, which costs a small
    network a tenth of its speed, and moves anything else that has a `to`.
    """

    __slots__ = ("given", "inputs", "lengths", "targets", "weight")

    def __init__(
        self,
        inputs: Shaped[Tensor, "batch ..."],
        targets: Shaped[Tensor, "batch ..."],
        lengths: Int[Tensor, " batch"] | None,
        weight: float = 1.0,
        given: Int[Tensor, "batch answer"] | None = None,
    ) -> None:
        self.inputs, self.targets, self.lengths, self.weight, self.given = inputs, targets, lengths, weight, given

    @property
    def shown(self) -> tuple[Tensor | None, ...]:
        """What a model is called with to answer step by step: inputs and lengths, and what is given."""
        return (self.inputs, self.lengths) if self.given is None else (self.inputs, self.lengths, self.given)

    def to(self, device: torch.device, non_blocking: bool = False) -> Batch:
        """The same batch on a device."""
        if self.inputs.device == device:
            return self
        return self._moved(lambda tensor: tensor.to(device, non_blocking=non_blocking))

    def pinned(self) -> Batch:
        """The same in memory from which a GPU copies while it computes."""
        return self._moved(Tensor.pin_memory)

    def _moved(self, move: Callable[[Tensor], Tensor]) -> Batch:
        lengths = None if self.lengths is None else move(self.lengths)
        given = None if self.given is None else move(self.given)
        return Batch(move(self.inputs), move(self.targets), lengths, self.weight, given)


class Batches:
    """All samples of one part of a task, in their order.

    Args:
        samples: of the part.
        batch_size: of all processes together.
        share: (rank, processes): of every batch, only what falls to this process.
        pinned: for a GPU.
    """

    def __init__(
        self, samples: Samples, batch_size: int, share: tuple[int, int] = (0, 1), pinned: bool = False
    ) -> None:
        self.inputs = torch.from_numpy(samples.inputs)
        self.targets = torch.from_numpy(samples.targets)
        self.lengths = None if samples.lengths is None else torch.from_numpy(samples.lengths)
        self.target_lengths = None if samples.target_lengths is None else torch.from_numpy(samples.target_lengths)
        self.batch_size = batch_size
        self.share, self.pinned = share, pinned

    def __len__(self) -> int:
        return -(-len(self.inputs) // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        for index in self._order():
            batch = self._batch(*self._shared(index))
            yield batch.pinned() if self.pinned else batch

    def _order(self) -> Iterable[Int[Tensor, " chosen"]]:
        return torch.arange(len(self.inputs)).split(self.batch_size)

    def _shared(self, index: Int[Tensor, " chosen"]) -> tuple[Int[Tensor, " shared"], float]:
        """What falls to this process, and its weight; of a batch too small for all, a sample that does not count."""
        rank, processes = self.share
        if processes == 1:
            return index, 1.0
        own = index[rank::processes]
        return (own, len(own) * processes / len(index)) if len(own) else (index[:1], 0.0)

    def _batch(self, index: Int[Tensor, " chosen"], weight: float) -> Batch:
        targets, given = self.targets[index], None
        if self.target_lengths is not None:
            targets = targets[:, : int(self.target_lengths[index].max())]
            given = given_before(targets)
        if self.lengths is None:
            return Batch(self.inputs[index], targets, None, weight, given)
        lengths = self.lengths[index]
        longest = int(lengths.max())
        if given is not None:
            return Batch(self.inputs[index, :longest], targets, lengths, weight, given)
        per_step = targets.ndim == 3 or (targets.ndim == 2 and not targets.is_floating_point())
        return Batch(self.inputs[index, :longest], targets[:, :longest] if per_step else targets, lengths, weight)


class TrainingBatches(Batches):
    """The batches of one round of a training, all of full size.

    The samples come as an endless stream, one permutation of them after the other, and each batch takes the next of it:
    no batch is small because an epoch ends. Sequences of unequal length are bucketed: of a few batches, those of
    similar length share one, which is cut to its longest. A batch follows from the seed and the number of its step
    alone, so that a resumed training sees the batches it would have seen.

    steps: of a round. The others as of `Batches`.
    """

    def __init__(
        self,
        samples: Samples,
        batch_size: int,
        *,
        steps: int,
        seed: int,
        share: tuple[int, int] = (0, 1),
        pinned: bool = False,
    ) -> None:
        super().__init__(samples, batch_size, share, pinned)
        self.steps, self.seed = steps, seed
        self.round = 0  # set before each round; read when its first batch is asked for
        self._permuted = functools.lru_cache(maxsize=2)(self._permutation)

    def __len__(self) -> int:
        return self.steps

    def _order(self) -> Iterator[Int[Tensor, " chosen"]]:
        first, size = self.round * self.steps, self.batch_size
        if self.lengths is None:
            for step in range(first, first + self.steps):
                yield self._stream(step * size, (step + 1) * size)
            return
        for bucket in range(first // BUCKET_BATCHES, -(-(first + self.steps) // BUCKET_BATCHES)):
            for place, index in enumerate(self._bucket(bucket, self.lengths)):
                if first <= bucket * BUCKET_BATCHES + place < first + self.steps:
                    yield index

    def _bucket(self, number: int, lengths: Int[Tensor, " sample"]) -> list[Int[Tensor, " chosen"]]:
        """A few batches of the stream, the samples in them sorted by length and the batches in random order."""
        size = BUCKET_BATCHES * self.batch_size
        drawn = self._stream(number * size, (number + 1) * size)
        batches = drawn[lengths[drawn].argsort(stable=True)].split(self.batch_size)
        generator = torch.Generator().manual_seed((self.seed + 1) * 1_000_003 + number)
        return [batches[place] for place in torch.randperm(len(batches), generator=generator)]

    def _stream(self, begin: int, end: int) -> Int[Tensor, " chosen"]:
        count = len(self.inputs)
        epochs = range(begin // count, -(-end // count))
        return torch.cat([self._permuted(one)[max(0, begin - one * count) : end - one * count] for one in epochs])

    def _permutation(self, epoch: int) -> Int[Tensor, " sample"]:
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
        return torch.randperm(len(self.inputs), generator=generator)


def given_before(targets: Int[Tensor, "batch answer"]) -> Int[Tensor, "batch answer"]:
    """The token before each one of an answer: BEGIN before the first; padding where there is none.

    >>> given_before(torch.tensor([[7, 8, 3], [9, 3, -100]])).tolist()
    [[2, 7, 8], [2, 9, 3]]
    """
    before = torch.cat([targets.new_full((len(targets), 1), BEGIN), targets[:, :-1]], dim=1)
    return before.masked_fill(before == IGNORED, 0)
