"""Seeded splits that are stratified by class and never tear a group apart.

The same function draws the test part (once, with the task's split seed) and the validation part (with the trial's
seed). Exactly which samples must stay in training so that every class can be learnt is decided here too.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int, Shaped
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    KFold,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    StratifiedShuffleSplit,
)

from cnn_vs_rnn.errors import UserError


@dataclass(frozen=True)
class Split:
    """Positions in a pool, each in ascending order. test: None where the test part is no part of the pool."""

    train: Int[np.ndarray, " train"]
    valid: Int[np.ndarray, " valid"]
    test: Int[np.ndarray, " test"] | None = None


def split_pool(
    targets: Shaped[np.ndarray, "sample ..."],
    groups: Int[np.ndarray, " sample"] | None,
    fraction: float,
    seed: int,
) -> tuple[Int[np.ndarray, " kept"], Int[np.ndarray, " held_out"]]:
    """Positions to keep and to hold out, each in ascending order; together every position once.

    Class targets (sample,) are stratified; values and targets a step are not. `fraction` of the samples is held out,
    with groups as nearly as whole groups allow. A class found in one sample (or group) only is always kept.

    Raises UserError where nothing could be held out.
    """
    fixed = _always_kept(targets, groups)
    free = np.flatnonzero(~fixed)
    units = len(free) if groups is None else len(np.unique(groups[free]))
    if units == 0 or (units == 1 and not fixed.any()):
        what = "samples" if groups is None else "groups"
        raise UserError(f"the data cannot be split: too few {what} a class ({len(targets)} samples in all); add some")
    if units == 1:
        return np.flatnonzero(fixed), free
    count = min(max(1, round(fraction * len(targets))), len(free) - 1)
    if groups is not None:
        held_out = free[_hold_out_groups(targets[free], groups[free], fraction, seed)]
    elif _stratifiable(targets[free], count):
        splitter = StratifiedShuffleSplit(1, test_size=count, random_state=seed)
        held_out = free[next(splitter.split(free, targets[free]))[1]]
    else:
        held_out = free[next(ShuffleSplit(1, test_size=count, random_state=seed).split(free))[1]]
    held_out = np.sort(held_out)
    return np.setdiff1d(np.arange(len(targets)), held_out), held_out


def fold_of(
    targets: Shaped[np.ndarray, "sample ..."],
    groups: Int[np.ndarray, " sample"] | None,
    fraction: float,
    seed: int,
) -> tuple[Int[np.ndarray, " kept"], Int[np.ndarray, " held_out"]]:
    """As `split_pool`, but what is held out is a fold of a cross-validation: seeds 0 to 4 take those of one, 5 to 9
    those of another, where `fraction` is a fifth. A sample that `split_pool` always keeps is in no fold.
    """
    free = np.flatnonzero(~_always_kept(targets, groups))
    own = None if groups is None else groups[free]
    units = len(free) if own is None else len(np.unique(own))
    count = min(round(1 / fraction), units)
    if count < 2:
        return split_pool(targets, groups, fraction, seed)
    division, number = divmod(seed, count)
    most = np.unique(targets[free], return_counts=True)[1].max() if _has_classes(targets) else 0
    kinds = {
        (False, False): KFold,
        (False, True): StratifiedKFold,
        (True, False): GroupKFold,
        (True, True): StratifiedGroupKFold,
    }
    splitter = kinds[own is not None, bool(most >= count)](count, shuffle=True, random_state=division)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a class may be smaller than the number of folds
        folds = [held_out for _, held_out in splitter.split(free, targets[free], own) if len(held_out)]
    held_out = np.sort(free[folds[number % len(folds)]])
    return np.setdiff1d(np.arange(len(targets)), held_out), held_out


def train_and_valid(
    targets: Shaped[np.ndarray, "sample ..."],
    groups: Int[np.ndarray, " sample"] | None,
    valid: Bool[np.ndarray, " sample"] | None,
    identical: Int[np.ndarray, " sample"],
    fraction: float,
    seed: int,
    *,
    in_turn: bool = False,
) -> Split:
    """Positions of a pool to train on and to validate on.

    valid: the samples that the data itself sets aside for validation, whatever the seed; None draws `fraction` of them.
    in_turn: successive seeds take the folds of one division of the pool in turn, so that together they validate on
    every sample; else each seed draws for itself.
    identical: the same number for samples with the same input. What validates is never trained on, so that a
    duplicate of a validation sample is in neither part.

    Raises UserError where nothing could be held out, or nothing is left to train on.
    """
    if valid is None:
        train, held_out = (fold_of if in_turn else split_pool)(targets, groups, fraction, seed)
    else:
        train, held_out = np.flatnonzero(~valid), np.flatnonzero(valid)
    train = train[~np.isin(identical[train], identical[held_out])]
    if not len(train) or not len(held_out):
        raise UserError("the data cannot be split: its training and validation samples are the same; add others")
    return Split(train, held_out)


def drawn_at_most(
    targets: Shaped[np.ndarray, "sample ..."], limit: int | None, seed: int
) -> Int[np.ndarray, " chosen"]:
    """Positions of `limit` samples, stratified by class where there are enough; of all where there are no more."""
    if limit is None or len(targets) <= limit:
        return np.arange(len(targets))
    return split_pool(targets, None, limit / len(targets), seed)[1]


def split_notes(
    targets: Shaped[np.ndarray, "sample ..."],
    groups: Int[np.ndarray, " sample"] | None,
    fraction: float,
    classes: tuple[str, ...],
) -> tuple[str, ...]:
    """What a reader should know of how `split_pool` treats this data: one sentence each, none where all is usual."""
    if not _has_classes(targets):
        return ()
    fixed = _always_kept(targets, groups)
    notes = []
    if fixed.any():
        alone = [classes[index] for index in np.unique(targets) if fixed[targets == index].all()]
        unit = "sample" if groups is None else "group"
        notes.append(f"found in a single {unit} and therefore never held out: {', '.join(alone)}")
    if groups is None and not _stratifiable(targets[~fixed], max(1, round(fraction * len(targets)))):
        notes.append("too few samples for a stratified split: it was drawn without regard to class")
    return tuple(notes)


def _has_classes(targets: Shaped[np.ndarray, "sample ..."]) -> bool:
    return targets.ndim == 1 and np.issubdtype(targets.dtype, np.integer)


def _always_kept(
    targets: Shaped[np.ndarray, "sample ..."], groups: Int[np.ndarray, " sample"] | None
) -> Bool[np.ndarray, " sample"]:
    """True for samples (and their whole groups) without which a class would be missing from training."""
    fixed = np.zeros(len(targets), bool)
    if not _has_classes(targets):
        return fixed
    units = np.arange(len(targets)) if groups is None else groups
    for label in np.unique(targets):
        holders = np.unique(units[targets == label])
        if len(holders) == 1:
            fixed |= units == holders[0]
    return fixed


def _stratifiable(targets: Shaped[np.ndarray, "sample ..."], count: int) -> bool:
    """Whether every class can have a sample on both sides when `count` samples are held out."""
    if not _has_classes(targets):
        return False
    return len(np.unique(targets)) <= min(count, len(targets) - count)


def _hold_out_groups(
    targets: Shaped[np.ndarray, "sample ..."], groups: Int[np.ndarray, " sample"], fraction: float, seed: int
) -> Int[np.ndarray, " held_out"]:
    if not _has_classes(targets):
        splitter = GroupShuffleSplit(1, test_size=fraction, random_state=seed)
        return next(splitter.split(targets, groups=groups))[1]
    parts = min(max(2, round(1 / fraction)), len(np.unique(groups)), int(np.bincount(targets).max()))
    splitter = StratifiedGroupKFold(parts, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a class smaller than the number of parts is no fault here
        folds = [held_out for _, held_out in splitter.split(targets, targets, groups) if len(held_out)]
    return folds[seed % len(folds)]  # where group sizes leave one way to deal them out, seeds still differ
