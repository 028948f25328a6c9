"""Batches sliced from tensors that lie in memory: no worker processes, no per-sample Python."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from jaxtyping import Int, Shaped
from torch import Tensor

from cnn_vs_rnn.tasks.data import Samples

BUCKET_BATCHES = 4  # sequences of this many batches are sorted by length together


class Batch:
    """inputs: images (batch, channel, height, width), sequences (batch, time, channel) or tokens (batch, time).

    lengths in time steps. weight: of the batch's mean loss in the mean over the processes that share a batch.

    A plain class on purpose: Lightning walks through tuples and dataclasses several times a step, which costs a small
    network a tenth of its speed, and moves anything else that has a `to`.
    """

    __slots__ = ("inputs", "lengths", "targets", "weight")

    def __init__(
        self,
        inputs: Shaped[Tensor, "batch ..."],
        targets: Shaped[Tensor, "batch ..."],
        lengths: Int[Tensor, " batch"] | None,
        weight: float = 1.0,
    ) -> None:
        self.inputs, self.targets, self.lengths, self.weight = inputs, targets, lengths, weight

    def to(self, device: torch.device, non_blocking: bool = False) -> Batch:
        """The same batch on a device."""
        if self.inputs.device == device:
            return self
        lengths = None if self.lengths is None else self.lengths.to(device, non_blocking=non_blocking)
        inputs = self.inputs.to(device, non_blocking=non_blocking)
        return Batch(inputs, self.targets.to(device, non_blocking=non_blocking), lengths, self.weight)

    def pinned(self) -> Batch:
        """The same in memory from which a GPU copies while it computes."""
        lengths = None if self.lengths is None else self.lengths.pin_memory()
        return Batch(self.inputs.pin_memory(), self.targets.pin_memory(), lengths, self.weight)


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
        if self.lengths is None:
            return Batch(self.inputs[index], self.targets[index], None, weight)
        lengths = self.lengths[index]
        longest = int(lengths.max())
        targets = self.targets[index]
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
