"""From what a loader returns to parts that can be trusted: quarantine, a test part of its own, no leak, a limit."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Int, Shaped

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.data import RawTask, Samples
from cnn_vs_rnn.tasks.quarantine import unusable, without_padding_noise
from cnn_vs_rnn.tasks.splits import drawn_at_most, split_pool

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CheckedTask:
    """The usable samples of a task. Arrays other than `test` go along with the pool, sample by sample.

    test: none where every seed draws its own from the pool.

    identical: the same number for samples of the pool with exactly the same input.
    """

    pool: Samples
    test: Samples
    groups: Int[np.ndarray, " sample"] | None  # numbered from 0
    valid: Bool[np.ndarray, " sample"] | None
    spans: Int[np.ndarray, "sample 2"] | None
    identical: Int[np.ndarray, " sample"]
    quarantined: tuple[tuple[str, str], ...]  # item, why it was left out
    duplicates: int  # samples that were taken out of the pool because their input is also in the test part
    notes: tuple[str, ...]

    @property
    def extra(self) -> dict[str, np.ndarray]:
        """What is stored beside the samples of the pool."""
        extra = {"groups": self.groups, "valid": self.valid, "spans": self.spans, "identical": self.identical}
        return {name: array for name, array in extra.items() if array is not None}

    def take(self, index: Int[np.ndarray, " chosen"]) -> CheckedTask:
        """The same with these samples of the pool alone."""
        return replace(
            self,
            pool=self.pool.take(index),
            groups=None if self.groups is None else np.unique(self.groups[index], return_inverse=True)[1],
            valid=None if self.valid is None else self.valid[index],
            spans=None if self.spans is None else self.spans[index],
            identical=self.identical[index],
        )


def check(config: TaskConfig, raw: RawTask) -> CheckedTask:
    """The parts of a task.

    Unusable samples are quarantined, the test part is drawn where there is none, samples of the pool that are also in
    the test part are taken out, and both are limited as configured.

    Raises UserError where nothing usable is left, or an official test part is denied or a missing one assumed.
    """
    quarantined = list(raw.quarantined)
    pool, kept = _usable(raw.pool, raw, "pool", quarantined)
    keys = _keys(pool) if raw.keys is None else np.array(raw.keys[0])[kept]
    checked = CheckedTask(
        pool=pool,
        test=pool,
        groups=None if raw.groups is None else np.unique(raw.groups[kept], return_inverse=True)[1],
        valid=None if raw.valid is None else raw.valid[kept],
        spans=None if raw.spans is None else raw.spans[kept],
        identical=np.unique(keys, return_inverse=True)[1],
        quarantined=(),
        duplicates=0,
        notes=(),
    )
    if raw.test is not None and config.test_fraction is not None:
        raise UserError(f"task {config.name} has an official test part: set test_fraction to null")
    if raw.test is not None and config.repeated:
        raise UserError(f"task {config.name} has an official test part, the same for every seed: set repeated to false")
    if raw.test is not None:
        test, kept = _usable(raw.test, raw, "test", quarantined)
        test_keys = _keys(test) if raw.keys is None else np.array(raw.keys[1])[kept]
        leaked = np.isin(keys, test_keys)
    elif config.repeated:
        if config.test_fraction is None and checked.spans is None:
            raise UserError(f"task {config.name}: repeated splits draw test parts: set test_fraction, such as 0.2")
        test, leaked = pool.take(np.arange(0)), np.zeros(len(pool), bool)
    elif config.test_fraction is None:
        raise UserError(f"task {config.name} has no official test part: set test_fraction, such as 0.2")
    else:
        rest, held_out = split_pool(pool.targets, checked.groups, config.test_fraction, config.split_seed)
        leaked = np.isin(checked.identical[rest], checked.identical[held_out])
        test, checked = pool.take(held_out), checked.take(rest)
    if quarantined:
        item, reason = quarantined[0]
        log.warning("task %s: %d quarantined, the first %s: %s", config.name, len(quarantined), item, reason)
    checked = replace(checked, test=test, quarantined=tuple(quarantined), duplicates=int(leaked.sum()))
    _refuse_empty(config, checked)
    checked = _limited(config, checked.take(np.flatnonzero(~leaked)) if leaked.any() else checked)
    _refuse_empty(config, checked)
    return checked


def _usable(
    samples: Samples, raw: RawTask, part: str, quarantined: list[tuple[str, str]]
) -> tuple[Samples, Int[np.ndarray, " kept"]]:
    samples = without_padding_noise(samples)
    reasons = unusable(samples, raw.input, raw.output)
    quarantined += [(f"{part} sample {position}", reason) for position, reason in sorted(reasons.items())]
    kept = np.setdiff1d(np.arange(len(samples)), np.fromiter(reasons, np.int64, len(reasons)))
    return (samples.take(kept) if reasons else samples), kept


def _refuse_empty(config: TaskConfig, checked: CheckedTask) -> None:
    if not len(checked.pool) or not (len(checked.test) or config.repeated):
        empty = "test part" if len(checked.pool) else "pool"
        raise UserError(f"task {config.name}: no usable sample is left in its {empty}; mend its data ({config.source})")


def _keys(samples: Samples) -> Shaped[np.ndarray, " sample"]:
    """Equal for samples with equal inputs alone."""
    return np.array([_key(samples, position) for position in range(len(samples))])


def _key(samples: Samples, position: int) -> str:
    length = None if samples.lengths is None else int(samples.lengths[position])
    content = samples.inputs[position] if length is None else samples.inputs[position, :length]
    return hashlib.blake2b(np.ascontiguousarray(content).tobytes(), digest_size=16).hexdigest()


def _limited(config: TaskConfig, checked: CheckedTask) -> CheckedTask:
    notes = []
    if config.limit is not None and len(checked.pool) > config.limit:
        notes.append(f"limited to {config.limit:,} of {len(checked.pool):,} samples for training and validation")
        checked = checked.take(_chosen(config, checked))
    if config.test_limit is not None and len(checked.test) > config.test_limit:
        notes.append(f"limited to {config.test_limit:,} of {len(checked.test):,} test samples")
        chosen = drawn_at_most(checked.test.targets, config.test_limit, config.split_seed)
        checked = replace(checked, test=checked.test.take(chosen))
    return replace(checked, notes=tuple(notes))


def _chosen(config: TaskConfig, checked: CheckedTask) -> Int[np.ndarray, " chosen"]:
    """Positions of the pool that stay; those that the data sets aside for validation keep their share."""
    targets, seed = checked.pool.targets, config.split_seed
    assert config.limit is not None
    if checked.valid is None:
        return drawn_at_most(targets, config.limit, seed)
    parts = []
    for part in (np.flatnonzero(~checked.valid), np.flatnonzero(checked.valid)):
        limit = max(1, round(config.limit * len(part) / len(targets)))
        parts.append(part[drawn_at_most(targets[part], limit, seed)])
    return np.sort(np.concatenate(parts))
