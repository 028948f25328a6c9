"""Standardised inputs, one split per seed, with statistics of the samples that are trained on alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.arrays import digest_of, read_arrays, write_arrays
from cnn_vs_rnn.tasks.data import UNKNOWN, OutputSpec, Samples
from cnn_vs_rnn.tasks.padding import valid_steps, valid_values
from cnn_vs_rnn.tasks.store import IngestedTask

# fit: train and valid together, all that is not tested
Part = Literal["train", "valid", "fit", "test"]
_FIT = "fit_"  # before the names of the scaling that is fitted on train and valid, in the file
_CHUNK = 4096  # samples whose values are in double precision at a time


@dataclass(frozen=True)
class Scaling:
    """(value - mean) / deviation: of inputs channel by channel, of values to predict output by output.

    Tokens and classes stay what they are; other inputs become float32.
    """

    mean: Float[np.ndarray, " channel"]
    deviation: Float[np.ndarray, " channel"]
    target_mean: Float[np.ndarray, " output"] | None = None
    target_deviation: Float[np.ndarray, " output"] | None = None

    @classmethod
    def fit(cls, train: Samples) -> Scaling:
        """Statistics over all pixels, or all time steps that are no padding; a constant channel is only centred."""
        pieces = np.array_split(np.arange(len(train)), len(train) // _CHUNK + 1)
        return cls(*_moments(lambda: (valid_values(train.take(piece)).astype(np.float64) for piece in pieces)))

    @classmethod
    def identity(cls, channels: int) -> Scaling:
        """Inputs as they are."""
        return cls(np.zeros(channels, np.float32), np.ones(channels, np.float32))

    def with_targets(self, train: Samples, output: OutputSpec) -> Scaling:
        """The same, and values to predict standardised: those of a forecast as the channels that they continue."""
        if output.forecast is not None:
            channels, horizon = list(output.forecast.channels), output.forecast.horizon
            mean, deviation = np.repeat(self.mean[channels], horizon), np.repeat(self.deviation[channels], horizon)
        else:
            mean, deviation = _moments(lambda: [train.targets.astype(np.float64)])
        return replace(self, target_mean=mean, target_deviation=deviation)

    @property
    def arrays(self) -> dict[str, Float[np.ndarray, "..."]]:
        """What `Scaling(**arrays)` restores."""
        return {name: array for name, array in vars(self).items() if array is not None}

    @classmethod
    def of(cls, stored: Mapping[str, np.ndarray]) -> Scaling:
        """From `arrays`, whatever else lies beside them."""
        return cls(**{field.name: stored[field.name] for field in fields(cls) if field.name in stored})

    def apply(self, samples: Samples) -> Samples:
        """Scaled samples; padding stays 0."""
        targets = samples.targets
        if self.target_mean is not None:
            targets = ((targets - self.target_mean) / self.target_deviation).astype(np.float32)
        if samples.inputs.ndim == 2:  # tokens
            return replace(samples, targets=targets)
        inputs = samples.inputs.astype(np.float32)
        inputs -= self._along(samples, self.mean)
        inputs /= self._along(samples, self.deviation)
        return self._padded(Samples(inputs, targets, samples.lengths))

    def undo(self, samples: Samples) -> Samples:
        """The inputs in their own unit again, the targets left scaled; padding stays 0."""
        if samples.inputs.ndim == 2:
            return samples
        inputs = samples.inputs * self._along(samples, self.deviation) + self._along(samples, self.mean)
        return self._padded(Samples(inputs, samples.targets, samples.lengths))

    def undo_targets(self, values: Float[np.ndarray, "sample output"]) -> Float[np.ndarray, "sample output"]:
        """Predicted values in their own unit again."""
        return values if self.target_mean is None else values * self.target_deviation + self.target_mean

    @staticmethod
    def _along(samples: Samples, values: Float[np.ndarray, " channel"]) -> Float[np.ndarray, "..."]:
        return values[:, None, None] if samples.inputs.ndim == 4 else values

    @staticmethod
    def _padded(samples: Samples) -> Samples:
        if samples.lengths is not None:
            samples.inputs[~valid_steps(samples.lengths, samples.inputs.shape[1])] = 0
        return samples


def _moments(
    chunks: Callable[[], Iterable[Float[np.ndarray, "value channel"]]],
) -> tuple[Float[np.ndarray, " channel"], Float[np.ndarray, " channel"]]:
    """Mean and standard deviation of a table that comes in pieces, twice; a deviation of 0 is given as 1."""
    count = sum(len(chunk) for chunk in chunks())
    mean = np.sum([chunk.sum(axis=0) for chunk in chunks()], axis=0) / count
    variance = np.sum([((chunk - mean) ** 2).sum(axis=0) for chunk in chunks()], axis=0) / count
    deviation = np.sqrt(variance).astype(np.float32)
    return mean.astype(np.float32), np.where(deviation > 0, deviation, np.float32(1))


class PreparedSplit(Strict):
    """The positions of each part in the pool, and the scaling fitted on train, for one seed."""

    seed: int
    path: str
    digest: str  # sha256 over the data's digest, the positions and the statistics
    train: int  # samples of this part
    fit: int  # of it and the validation part


class PreparedTask(Strict):
    """A task ready for training. Serialises to JSON."""

    task: IngestedTask
    splits: tuple[PreparedSplit, ...]
    refit: bool = False  # what is tested was trained on `fit`, and is scaled like it

    def split(self, seed: int) -> PreparedSplit:
        """The split of a seed; UserError where it was not prepared."""
        for split in self.splits:
            if split.seed == seed:
                return split
        raise UserError(f"task {self.task.name} is not prepared for seed {seed}: run the pipeline augmentation for it")


def prepare(task: IngestedTask, config: TaskConfig, seeds: Sequence[int], root: Path) -> PreparedTask:
    """Split the pool and fit the scaling for every seed; stored below ``<root>/<task.key>/``.

    Raises UserError where the pool cannot be split or `root` cannot be written.
    """
    pool, positions, refit = task.pool_and_splits(config, seeds)
    splits = []
    for seed, split in zip(seeds, positions, strict=True):
        fit = np.sort(np.concatenate([split.train, split.valid]))
        parts = {name: part for name, part in vars(split).items() if part is not None}
        arrays = {**parts, **_scaling(task, config, pool.take(split.train)).arrays}
        if refit:
            of_fit = _scaling(task, config, pool.take(fit)).arrays
            arrays |= {f"{_FIT}{name}": array for name, array in of_fit.items()}
        path = root / task.key / f"seed_{seed}.npz"
        write_arrays(path, arrays)
        splits.append(
            PreparedSplit(
                seed=seed,
                path=str(path),
                digest=digest_of(arrays, task.digest),
                train=len(split.train),
                fit=len(fit),
            )
        )
    return PreparedTask(task=task, splits=tuple(splits), refit=refit)


def _scaling(task: IngestedTask, config: TaskConfig, trained: Samples) -> Scaling:
    scaled = config.scale and task.input.kind != "tokens"
    scaling = Scaling.fit(trained) if scaled else Scaling.identity(task.input.channels)
    return scaling.with_targets(trained, task.output) if config.scale_targets else scaling


def read_part(prepared: PreparedTask, seed: int, part: Part) -> Samples:
    """Scaled samples of one part, ready for training.

    `test` is the same for every seed but for its scaling, except where splits are repeated. It is scaled like what is
    trained on last: `fit` where the task refits, else `train`.
    Raises UserError where a file was changed or the seed was not prepared.
    """
    stored = _read_split(prepared, seed)
    scaling = _scaling_of(part, stored, prepared)
    if part == "test" and "test" not in stored:
        return scaling.apply(prepared.task.test())
    pool = prepared.task.pool()
    fit = np.sort(np.concatenate([stored["train"], stored["valid"]]))
    samples = pool.take(fit if part == "fit" else stored[part])
    if part == "test" and pool.inputs.ndim == 2:  # tokens, of which the vocabulary knows all: but training does not
        seen = (samples.inputs == 0) | np.isin(samples.inputs, pool.inputs[fit])
        samples = replace(samples, inputs=np.where(seen, samples.inputs, UNKNOWN).astype(samples.inputs.dtype))
    return scaling.apply(samples)


def test_numbers(prepared: PreparedTask, seed: int) -> Int[np.ndarray, " test"]:
    """The number of each test sample of a seed, the same for the same sample whatever the seed."""
    stored = _read_split(prepared, seed)
    return stored["test"] if "test" in stored else np.arange(prepared.task.test_samples)


def read_scaling(prepared: PreparedTask, seed: int, part: Part = "test") -> Scaling:
    """The scaling that `read_part` applies to a part of this seed."""
    return _scaling_of(part, _read_split(prepared, seed), prepared)


def _scaling_of(part: Part, stored: Mapping[str, np.ndarray], prepared: PreparedTask) -> Scaling:
    prefix = _FIT if part == "fit" or (part == "test" and prepared.refit) else ""
    return Scaling.of({name.removeprefix(prefix): array for name, array in stored.items() if name.startswith(prefix)})


def _read_split(prepared: PreparedTask, seed: int) -> dict[str, np.ndarray]:
    split = prepared.split(seed)
    advice = "run augmentation again"
    return read_arrays(Path(split.path), split.digest, prepared.task.digest, advice=advice)
