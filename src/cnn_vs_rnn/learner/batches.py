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

    lengths in time steps.

    A plain class on purpose: Lightning walks through tuples and dataclasses several times a step, which costs a small
    network a tenth of its speed, and moves anything else that has a `to`.
    """

    __slots__ = ("inputs", "lengths", "targets")

    def __init__(
        self,
        inputs: Shaped[Tensor, "batch ..."],
        targets: Shaped[Tensor, "batch ..."],
        lengths: Int[Tensor, " batch"] | None,
    ) -> None:
        self.inputs, self.targets, self.lengths = inputs, targets, lengths

    def to(self, device: torch.device, non_blocking: bool = False) -> Batch:
        """The same batch on a device."""
        if self.inputs.device == device:
            return self
        lengths = None if self.lengths is None else self.lengths.to(device, non_blocking=non_blocking)
        inputs = self.inputs.to(device, non_blocking=non_blocking)
        return Batch(inputs, self.targets.to(device, non_blocking=non_blocking), lengths)


class Batches:
    """The batches of one part of a task.

    In training the order is drawn anew each epoch from (seed, epoch) alone, so that a resumed training sees the
    batches it would have seen. Sequences of unequal length are bucketed: those of similar length share a batch, which
    is cut to its longest.
    """

    def __init__(self, samples: Samples, batch_size: int, shuffle_seed: int | None = None) -> None:
        self.inputs = torch.from_numpy(samples.inputs)
        self.targets = torch.from_numpy(samples.targets)
        self.lengths = None if samples.lengths is None else torch.from_numpy(samples.lengths)
        self.batch_size = batch_size
        self.shuffle_seed = shuffle_seed
        self.epoch = 0  # set before each epoch; read when the first batch is asked for

    def __len__(self) -> int:
        return -(-len(self.inputs) // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        for index in self._order():
            if self.lengths is None:
                yield Batch(self.inputs[index], self.targets[index], None)
                continue
            lengths = self.lengths[index]
            longest = int(lengths.max())
            targets = self.targets[index]
            per_step = targets.ndim == 3 or (targets.ndim == 2 and not targets.is_floating_point())
            yield Batch(self.inputs[index, :longest], targets[:, :longest] if per_step else targets, lengths)

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
