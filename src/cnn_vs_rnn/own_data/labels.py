"""What is to be predicted: classes or numbers, how it is scored, and whether there is enough to learn it from."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Shaped

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.parts import Part
from cnn_vs_rnn.tasks.class_names import in_order

MOST_CLASSES_OF_NUMBERS = 20  # whole numbers of more kinds are values
FEWEST = 3  # samples of a class: one each to train on, to validate and to test
MOSTLY = 0.9  # of the labels are numbers: the others are mistakes
PER_CLASS = 3  # samples a class on average, below which the label column is probably another
IMBALANCED = 10  # times that the largest class is larger than the smallest
TEST_SHARE = 0.2


@dataclass(frozen=True)
class Answers:
    """Classes in their order, or none where the labels are values."""

    classes: tuple[str, ...]
    counts: dict[str, int]

    @property
    def size(self) -> int:
        """Outputs of a network."""
        return len(self.classes) or 1

    @property
    def imbalanced(self) -> bool:
        """Whether a class is so rare that accuracy would pass over it."""
        return bool(self.counts) and max(self.counts.values()) > IMBALANCED * min(self.counts.values())

    def targets(self, labels: Sequence[str]) -> Shaped[np.ndarray, "sample ..."]:
        """Class indices (sample,), or values (sample, 1)."""
        if not self.classes:
            return np.array([[float(label)] for label in labels], np.float32)
        index = {label: at for at, label in enumerate(self.classes)}
        return np.array([index[label] for label in labels], np.int64)

    def scoring(self, test_samples: int) -> dict[str, Any]:
        """Loss, score and margin of the task."""
        if not self.classes:
            # standardised: the error of always answering the mean is 1
            return {"loss": "mse", "score": "mse", "also": ("mae",), "scale_targets": True, "equivalence": 0.02}
        # no finer than two test samples can tell
        margin = max(0.01, math.ceil(200 / max(test_samples, 1)) / 100)
        score, also = ("macro_f1", "accuracy") if self.imbalanced else ("accuracy", "macro_f1")
        return {
            "loss": "cross_entropy",
            "score": score,
            "also": (also,),
            "balanced": self.imbalanced,
            "equivalence": margin,
        }

    def said(self) -> str:
        """What was found, in a sentence."""
        if not self.classes:
            return "the labels are numbers: a regression, scored by the squared error in standard deviations"
        named = ", ".join(f"{label} ({self.counts[label]:,})" for label in self.classes[:8])
        more = f", and {len(self.classes) - 8} more" if len(self.classes) > 8 else ""
        uneven = "; strongly imbalanced: scored by macro F1, with class weights" if self.imbalanced else ""
        return f"{len(self.classes)} classes: {named}{more}{uneven}"


def answers_of(labels: Sequence[str], where: str, parts: Sequence[Part | None] = ()) -> Answers:
    """Whether labels are classes or values.

    parts: of each sample, where the data says which; empty where it says nothing. where: the file or folder, for the
    message. Raises UserError where there are fewer than two classes, more than the samples allow, one with too few
    samples, or nothing to train on.
    """
    if not labels:
        raise UserError(f"{where}: no usable sample is left; what was left out is named above, mend it")
    trained = [label for label, part in zip(labels, parts, strict=True) if part in (None, "train")] if parts else labels
    if not trained:
        raise UserError(f"{where}: every sample is meant to validate or to test: leave some to train on")
    if _are_values(labels):
        return Answers((), {})
    tally = Counter(labels)
    counts = {label: tally[label] for label in in_order(tally)}
    if len(counts) < 2:
        raise UserError(f"{where}: every sample is of the class {labels[0]!r}: a contest needs two classes or more")
    if len(labels) < PER_CLASS * len(counts):
        raise UserError(
            f"{where}: {len(counts):,} classes are more than {len(labels):,} samples allow: name the right label "
            "(label_column=...), or bring more samples"
        )
    fewest = FEWEST - ("valid" in parts) - ("test" in parts)
    to_train = Counter(trained)
    label, count = min(((label, to_train[label]) for label in counts), key=lambda item: item[1])
    if count < fewest:
        given = " besides those that the data sets aside" if len(trained) < len(labels) else ""
        raise UserError(
            f"{where}: class {label!r} has {count} sample{'s' * (count != 1)}{given}, too few to split "
            f"(it takes {fewest}): add some, or leave it out"
        )
    return Answers(tuple(counts), counts)


def strays(labels: Sequence[str]) -> list[bool]:
    """Where a label is no number, or not a finite one, although nearly all are: of values alone, not of classes."""
    numbers = [_number(label) for label in labels]
    known = [number for number in numbers if number is not None]
    values = len(known) > MOSTLY * len(labels) and _are_values([str(number) for number in known])
    return [values and number is None for number in numbers]


def _number(label: str) -> float | None:
    try:
        number = float(label)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _are_values(labels: Sequence[str]) -> bool:
    numbers = [_number(label) for label in labels]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return False
    return not all(map(float.is_integer, known)) or len(set(known)) > MOST_CLASSES_OF_NUMBERS
