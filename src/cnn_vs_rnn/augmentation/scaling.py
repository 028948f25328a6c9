"""Standardised inputs, one split a seed, with statistics of the training part alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.arrays import digest_of, read_arrays, write_arrays
from cnn_vs_rnn.tasks.data import Samples
from cnn_vs_rnn.tasks.padding import valid_steps, valid_values
from cnn_vs_rnn.tasks.splits import split_pool
from cnn_vs_rnn.tasks.store import IngestedTask

Part = Literal["train", "valid", "test"]


@dataclass(frozen=True)
class Scaling:
    """(input - mean) / deviation, channel by channel."""

    mean: Float[np.ndarray, " channel"]
    deviation: Float[np.ndarray, " channel"]

    @classmethod
    def fit(cls, train: Samples) -> Scaling:
        """Statistics over all pixels, or all time steps that are no padding; a constant channel is only centred."""
        values = valid_values(train)
        deviation = values.std(axis=0, dtype=np.float64).astype(np.float32)
        mean = values.mean(axis=0, dtype=np.float64).astype(np.float32)
        return cls(mean, np.where(deviation > 0, deviation, np.float32(1)))

    @classmethod
    def identity(cls, channels: int) -> Scaling:
        """Inputs as they are."""
        return cls(np.zeros(channels, np.float32), np.ones(channels, np.float32))

    def apply(self, samples: Samples) -> Samples:
        """Scaled samples; padding stays 0."""
        return self._changed(
            samples, (samples.inputs - self._along(samples, self.mean)) / self._along(samples, self.deviation)
        )

    def undo(self, samples: Samples) -> Samples:
        """The inputs in their own unit again; padding stays 0."""
        return self._changed(
            samples, samples.inputs * self._along(samples, self.deviation) + self._along(samples, self.mean)
        )

    @staticmethod
    def _along(samples: Samples, values: Float[np.ndarray, " channel"]) -> Float[np.ndarray, "..."]:
        return values[:, None, None] if samples.inputs.ndim == 4 else values

    @staticmethod
    def _changed(samples: Samples, inputs: Float[np.ndarray, "sample ..."]) -> Samples:
        if samples.lengths is not None:
            inputs[~valid_steps(samples.lengths, inputs.shape[1])] = 0
        return Samples(inputs, samples.targets, samples.lengths)


class PreparedSplit(Strict):
    """Train and valid positions in the pool, and the scaling fitted on train, for one seed."""

    seed: int
    path: str
    digest: str  # sha256 over the data's digest, the positions and the statistics


class PreparedTask(Strict):
    """A task ready for training. Serialises to JSON."""

    task: IngestedTask
    splits: tuple[PreparedSplit, ...]

    def split(self, seed: int) -> PreparedSplit:
        """The split of a seed; UserError where it was not prepared."""
        for split in self.splits:
            if split.seed == seed:
                return split
        raise UserError(f"task {self.task.name} is not prepared for seed {seed}: run augmentation with more seeds")


def prepare(task: IngestedTask, config: TaskConfig, seeds: int, root: Path) -> PreparedTask:
    """Split the pool and fit the scaling for every seed from 0; stored below ``<root>/<task.key>/``.

    Raises UserError where the pool cannot be split or `root` cannot be written.
    """
    pool, groups = task.pool(), task.groups()
    splits = []
    for seed in range(seeds):
        train, valid = split_pool(pool.targets, groups, config.valid_fraction, seed)
        scaling = Scaling.fit(pool.take(train)) if config.scale else Scaling.identity(task.input.channels)
        arrays = {"train": train, "valid": valid, "mean": scaling.mean, "deviation": scaling.deviation}
        path = root / task.key / f"seed_{seed}.npz"
        write_arrays(path, arrays)
        splits.append(PreparedSplit(seed=seed, path=str(path), digest=digest_of(arrays, task.digest)))
    return PreparedTask(task=task, splits=tuple(splits))


def read_part(prepared: PreparedTask, seed: int, part: Part) -> Samples:
    """Scaled samples of one part, ready for training; `test` is the same for every seed but for its scaling.

    Raises UserError where a file was changed or the seed was not prepared.
    """
    stored = _read_split(prepared, seed)
    samples = prepared.task.test() if part == "test" else prepared.task.pool().take(stored[part])
    return Scaling(stored["mean"], stored["deviation"]).apply(samples)


def read_scaling(prepared: PreparedTask, seed: int) -> Scaling:
    """The scaling that `read_part` applies with this seed."""
    stored = _read_split(prepared, seed)
    return Scaling(stored["mean"], stored["deviation"])


def _read_split(prepared: PreparedTask, seed: int) -> dict[str, np.ndarray]:
    split = prepared.split(seed)
    advice = "run augmentation again"
    return read_arrays(Path(split.path), split.digest, prepared.task.digest, advice=advice)
