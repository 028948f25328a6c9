"""Splits whose test part, too, is drawn anew for every seed, so that a verdict on few samples hangs on no single draw.

Samples are drawn at random, stratified by class, or as whole groups; those with an order in time are split by it.
"""

from __future__ import annotations

import itertools

import numpy as np
from jaxtyping import Bool, Int, Shaped

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.splits import Split, split_pool, train_and_valid

ORIGINS = 5  # of a rolling origin; seeds beyond take them in turn again
BLOCK = 0.1  # of all time: a test part, and the validation part before it


def repeated_split(
    targets: Shaped[np.ndarray, "sample ..."],
    groups: Int[np.ndarray, " sample"] | None,
    valid: Bool[np.ndarray, " sample"] | None,
    identical: Int[np.ndarray, " sample"],
    test_fraction: float,
    valid_fraction: float,
    seed: int,
) -> Split:
    """Positions of a pool to train on, to validate and to test on; `train_and_valid` says what the arguments are.

    What is tested is never trained or validated on: a duplicate of a test sample is in no other part.
    Raises UserError where a part would be empty.
    """
    rest, test = split_pool(targets, groups, test_fraction, seed)
    rest = rest[~np.isin(identical[rest], identical[test])]
    if not len(rest):
        raise UserError("the data cannot be split: its training and test samples are the same; add others")
    within = train_and_valid(
        targets[rest],
        None if groups is None else groups[rest],
        None if valid is None else valid[rest],
        identical[rest],
        valid_fraction,
        seed,
    )
    return Split(rest[within.train], rest[within.valid], test)


def rolling_split(spans: Int[np.ndarray, "sample 2"], seed: int) -> Split:
    """Train on what comes before, validate on the next tenth of all time, test on the tenth after it.

    The origin moves on with the seed, so that five seeds test the last half (rolling origin, expanding window: Tashman
    2000, International Journal of Forecasting 16(4)). A sample whose span crosses a border is in no part.
    Raises UserError where a part would be empty.
    """
    first, last = spans[:, 0].min(), spans[:, 1].max()
    ends = (0.5 + BLOCK * (seed % ORIGINS)) + BLOCK * np.array([-1, 0, 1])
    borders = [first, *(first + np.round(ends * (last - first)).astype(int))]
    train, valid, test = (
        np.flatnonzero((spans[:, 0] >= start) & (spans[:, 1] <= stop)) for start, stop in itertools.pairwise(borders)
    )
    if not (len(train) and len(valid) and len(test)):
        raise UserError("the data is too short to be split by time again and again: set repeated to false")
    return Split(train, valid, test)
