"""The data card: what a reader must know of a task's data before trusting a result on it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from cnn_vs_rnn.config import Modality, Strict, TaskConfig
from cnn_vs_rnn.tasks.arrays import digest_of
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, Samples
from cnn_vs_rnn.tasks.padding import valid_values
from cnn_vs_rnn.tasks.splits import split_notes, split_pool


class Lengths(Strict):
    """Time steps of the sequences of all parts."""

    min: int
    median: float
    max: int


class DataCard(Strict):
    """Counts are those of the split with seed 0; other seeds draw train and valid anew, never test."""

    name: str
    description: str
    source: str
    modality: Modality
    input: InputSpec
    output: OutputSpec
    samples: dict[str, int]  # part -> samples
    classes: dict[str, dict[str, int]]  # class -> part -> samples (time steps where each step has a class)
    lengths: Lengths | None  # None for images
    value_range: tuple[float, float]  # of the inputs before scaling, padding left out
    target_range: tuple[float, float] | None  # of values to predict; None for classes
    quarantined: tuple[tuple[str, str], ...]  # item, why it was left out
    duplicates: dict[str, int]  # "test also in pool": samples of the first whose exact input is in the second
    groups: int | None  # kept whole by every split; None where samples are independent
    notes: tuple[str, ...]


def describe(
    config: TaskConfig,
    pool: Samples,
    test: Samples,
    groups: Int[np.ndarray, " sample"] | None,
    input: InputSpec,
    output: OutputSpec,
    classes: tuple[str, ...],
    quarantined: tuple[tuple[str, str], ...],
) -> DataCard:
    """The card of checked data."""
    train_index, valid_index = split_pool(pool.targets, groups, config.valid_fraction, seed=0)
    parts = {"train": pool.take(train_index), "valid": pool.take(valid_index), "test": test}
    inputs = [valid_values(part) for part in (pool, test)]
    values = None if classes else np.concatenate([pool.targets, test.targets])
    return DataCard(
        name=config.name,
        description=config.description,
        source=config.source,
        modality=config.modality,
        input=input,
        output=output,
        samples={name: len(part) for name, part in parts.items()},
        classes={
            label: {name: int((part.targets == index).sum()) for name, part in parts.items()}
            for index, label in enumerate(classes)
        },
        lengths=_lengths(pool, test, input),
        value_range=(float(min(part.min() for part in inputs)), float(max(part.max() for part in inputs))),
        target_range=None if values is None else (float(values.min()), float(values.max())),
        quarantined=quarantined,
        duplicates={
            "test also in pool": _shared(test, pool),
            "valid also in train": _shared(parts["valid"], parts["train"]),
        },
        groups=None if groups is None else len(np.unique(groups)),
        notes=(
            "test part as the data brings it"
            if config.test_fraction is None
            else f"test part: {config.test_fraction:g} of the samples, drawn with seed {config.split_seed}",
            "each channel standardised on the training part" if config.scale else "inputs used as they are, unscaled",
            *split_notes(pool.targets, groups, config.valid_fraction, classes),
        ),
    )


def _lengths(pool: Samples, test: Samples, input: InputSpec) -> Lengths | None:
    if input.kind == "image":
        return None
    steps = np.concatenate(
        [np.full(len(part), part.inputs.shape[1]) if part.lengths is None else part.lengths for part in (pool, test)]
    )
    return Lengths(min=int(steps.min()), median=float(np.median(steps)), max=int(steps.max()))


def _shared(some: Samples, others: Samples) -> int:
    """How many of `some` have exactly the input of one of `others`."""
    known = {_fingerprint(others, position) for position in range(len(others))}
    return sum(_fingerprint(some, position) in known for position in range(len(some)))


def _fingerprint(samples: Samples, position: int) -> str:
    length = "" if samples.lengths is None else str(samples.lengths[position])
    return digest_of({"input": samples.inputs[position]}, length)
