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
from cnn_vs_rnn.tasks.class_names import in_order

MOST_CLASSES_OF_NUMBERS = 20  # whole numbers of more kinds are values
FEWEST = 3  # samples of a class: one each to train on, to validate and to test
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


def answers_of(labels: Sequence[str], where: str, *, test_given: bool = False) -> Answers:
    """Whether labels are classes or values.

    Raises UserError where there are fewer than two classes, more than the samples allow, or one with too few samples.
    where: the file or folder, for the message.
    """
    if not labels:
        raise UserError(f"{where}: no usable sample is left; what was left out is named above, mend it")
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
    fewest = FEWEST - test_given
    label, count = min(counts.items(), key=lambda item: item[1])
    if count < fewest:
        raise UserError(
            f"{where}: class {label!r} has {count} sample{'s' * (count > 1)}, too few to split (it takes {fewest}): "
            "add some, or leave it out"
        )
    return Answers(tuple(counts), counts)


def _are_values(labels: Sequence[str]) -> bool:
    try:
        numbers = [float(label) for label in labels]
    except ValueError:
        return False
    whole = all(number.is_integer() for number in numbers)
    return not whole or len(set(numbers)) > MOST_CLASSES_OF_NUMBERS
