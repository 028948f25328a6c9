"""Batches sliced from tensors that lie in memory: no worker processes, no per-sample Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Int, Shaped
from torch import Tensor

from cnn_vs_rnn.tasks.data import BEGIN, IGNORED, Samples

BUCKET_BATCHES = 4  # sequences of this many batches are sorted by length together


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
    """The batches of one part of a task.

    In training the order is drawn anew each epoch from (seed, epoch) alone, so that a resumed training sees the
    batches it would have seen. Sequences of unequal length are bucketed: those of similar length share a batch, which
    is cut to its longest.

    Args:
        samples: of the part.
        batch_size: of all processes together.
        shuffle_seed: of the order in training; None keeps the samples as they come.
        share: (rank, processes): of every batch, only what falls to this process.
        pinned: for a GPU.
    """

    def __init__(
        self,
        samples: Samples,
        batch_size: int,
        shuffle_seed: int | None = None,
        share: tuple[int, int] = (0, 1),
        pinned: bool = False,
    ) -> None:
        self.inputs = torch.from_numpy(samples.inputs)
        self.targets = torch.from_numpy(samples.targets)
        self.lengths = None if samples.lengths is None else torch.from_numpy(samples.lengths)
        self.target_lengths = None if samples.target_lengths is None else torch.from_numpy(samples.target_lengths)
        self.batch_size = batch_size
        self.shuffle_seed = shuffle_seed
        self.share, self.pinned = share, pinned
        self.epoch = 0  # set before each epoch; read when the first batch is asked for

    def __len__(self) -> int:
        return -(-len(self.inputs) // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        for index in self._order():
            batch = self._batch(*self._shared(index))
            yield batch.pinned() if self.pinned else batch

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

    def _order(self) -> tuple[Int[Tensor, " chosen"], ...]:
        if self.shuffle_seed is None:
            return torch.arange(len(self.inputs)).split(self.batch_size)
        generator = torch.Generator().manual_seed(self.shuffle_seed * 1_000_003 + self.epoch)
        order = torch.randperm(len(self.inputs), generator=generator)
        if self.lengths is None:
            return order.split(self.batch_size)
        buckets = order.split(self.batch_size * BUCKET_BATCHES)
        order = torch.cat([bucket[self.lengths[bucket].argsort(stable=True)] for bucket in buckets])
        batches = order.split(self.batch_size)
        return tuple(batches[i] for i in torch.randperm(len(batches), generator=generator))


def given_before(targets: Int[Tensor, "batch answer"]) -> Int[Tensor, "batch answer"]:
    """The token before each one of an answer: BEGIN before the first; padding where there is none.

    >>> given_before(torch.tensor([[7, 8, 3], [9, 3, -100]])).tolist()
    [[2, 7, 8], [2, 9, 3]]
    """
    before = torch.cat([targets.new_full((len(targets), 1), BEGIN), targets[:, :-1]], dim=1)
    return before.masked_fill(before == IGNORED, 0)
