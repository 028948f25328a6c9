"""The data card: what a reader must know of a task's data before trusting a result on it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from cnn_vs_rnn.config import Modality, Strict, TaskConfig
from cnn_vs_rnn.tasks.check import CheckedTask
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, Samples
from cnn_vs_rnn.tasks.padding import valid_values
from cnn_vs_rnn.tasks.splits import Split, split_notes
from cnn_vs_rnn.tasks.vocabulary_card import VocabularyCard, describe_vocabulary
from cnn_vs_rnn.tasks.warnings import constant_channels, constant_pixels, duplicates, imbalance


class Lengths(Strict):
    """Time steps of the sequences of all parts, or tokens of their answers."""

    min: int
    median: float
    max: int
    trained: int  # the longest to train and validate on; longer ones are in the test part alone


class DataCard(Strict):
    """Counts are those of the split with seed 0; other seeds draw train and valid anew, and test if it is repeated."""

    name: str
    description: str
    source: str
    modality: Modality
    input: InputSpec
    output: OutputSpec
    samples: dict[str, int]  # part -> samples
    classes: dict[str, dict[str, int]]  # class or label -> part -> samples (time steps where each step has an answer)
    lengths: Lengths | None  # None for images
    answer_lengths: Lengths | None  # without their end; None where answers are no sequences
    vocabulary: VocabularyCard | None  # where answers are sequences
    value_range: tuple[float, float] | None  # of the inputs before scaling, padding left out; None for tokens
    target_range: tuple[float, float] | None  # of values to predict; None for classes and sequences
    quarantined: tuple[tuple[str, str], ...]  # item, why it was left out
    # "test also in pool": how many samples were left out of the second because their exact input is in the first
    duplicates: dict[str, int]
    groups: int | None  # kept whole by every split; None where samples are independent
    warnings: tuple[str, ...]  # what may be wrong with it: tasks/warnings.py
    notes: tuple[str, ...]


def describe(
    config: TaskConfig,
    checked: CheckedTask,
    split: Split,
    input: InputSpec,
    output: OutputSpec,
    classes: tuple[str, ...],
    notes: tuple[str, ...],
    vocabulary: tuple[str, ...] = (),
) -> DataCard:
    """The card of checked data. split: that of seed 0. notes: what its loader and the checks say of the data.

    vocabulary: the text of each token.
    """
    pool, test, groups = checked.pool, checked.test, checked.groups
    tested = test if split.test is None else pool.take(split.test)
    parts = {"train": pool.take(split.train), "valid": pool.take(split.valid), "test": tested}
    stored = [part for part in (pool, test) if len(part)]  # no test part where every seed draws its own
    inputs = [valid_values(part) for part in stored]
    values = None if classes or output.labels or output.sequence else np.concatenate([pool.targets, test.targets])
    whole_pool = len(pool) if split.test is None else len(pool) - len(split.test)
    twice = 0 if checked.spans is not None else whole_pool - len(split.train) - len(split.valid)
    counts = {
        label: {
            name: int((part.targets[..., index] == 1).sum() if output.labels else (part.targets == index).sum())
            for name, part in parts.items()
        }
        for index, label in enumerate(classes)
    }
    return DataCard(
        name=config.name,
        description=config.description,
        source=config.source,
        modality=config.modality,
        input=input,
        output=output,
        samples={name: len(part) for name, part in parts.items()},
        classes=counts,
        lengths=None if input.kind == "image" else _lengths(*(_steps(part) for part in (pool, test))),
        answer_lengths=None if output.sequence is None else _lengths(*(_answer_tokens(part) for part in (pool, test))),
        vocabulary=None if output.sequence is None else describe_vocabulary(parts["train"], input, vocabulary),
        value_range=(
            None
            if input.kind == "tokens"
            else (float(min(part.min() for part in inputs)), float(max(part.max() for part in inputs)))
        ),
        target_range=None if values is None else (float(values.min()), float(values.max())),
        quarantined=checked.quarantined,
        duplicates={
            "test also in pool": checked.duplicates,
            "valid also in train": twice,
        },
        groups=None if groups is None else len(np.unique(groups)),
        warnings=(
            *imbalance(config, output, counts),
            *constant_channels(input, inputs),
            *duplicates(checked.duplicates, twice),
        ),
        notes=(
            _test_note(config, checked),
            *(() if checked.valid is None else ("validation part as the data brings it, the same for every seed",)),
            *_scaling_notes(config, input),
            *constant_pixels(input, [part.inputs for part in stored]),
            *notes,
            *(() if checked.valid is not None else split_notes(pool.targets, groups, config.valid_fraction, classes)),
        ),
    )


def _test_note(config: TaskConfig, checked: CheckedTask) -> str:
    if config.repeated and checked.spans is not None:
        return "each seed trains on what comes before, and validates and tests on the next two tenths of the time"
    if config.repeated:
        return f"test part: {config.test_fraction:g} of the samples, drawn anew for every seed"
    if config.test_fraction is None:
        return "test part as the data brings it"
    return f"test part: {config.test_fraction:g} of the samples, drawn with seed {config.split_seed}"


def _scaling_notes(config: TaskConfig, input: InputSpec) -> tuple[str, ...]:
    if input.kind == "tokens":
        return (f"each token looked up in an embedding of {input.channels} numbers, the same size for every network",)
    scaled = "each channel standardised on the training part" if config.scale else "inputs used as they are, unscaled"
    return (scaled, "targets standardised on the training part") if config.scale_targets else (scaled,)


def _steps(part: Samples) -> Int[np.ndarray, " sample"]:
    return np.full(len(part), part.inputs.shape[1]) if part.lengths is None else part.lengths


def _answer_tokens(part: Samples) -> Int[np.ndarray, " sample"]:
    assert part.target_lengths is not None
    return part.target_lengths - 1


def _lengths(of_pool: Int[np.ndarray, " pool"], of_test: Int[np.ndarray, " test"]) -> Lengths:
    steps = np.concatenate([of_pool, of_test])
    return Lengths(
        min=int(steps.min()), median=float(np.median(steps)), max=int(steps.max()), trained=int(of_pool.max())
    )
