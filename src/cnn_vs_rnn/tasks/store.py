"""Ingested tasks on disk: loaded once, checked, their test part set aside, and verified whenever they are read.

One folder a variant of a task, ``<root>/<task>/<digest of its configuration>/``: pool.npz, test.npz, card.json, and
task.json, which is written last and says that the others are whole.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from jaxtyping import Int
from pydantic import ValidationError

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.tasks.arrays import Arrays, digest_of, read_arrays, write_arrays
from cnn_vs_rnn.tasks.card import DataCard, describe
from cnn_vs_rnn.tasks.check import check
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, Samples
from cnn_vs_rnn.tasks.load import load_task
from cnn_vs_rnn.tasks.repeated_splits import repeated_split, rolling_split
from cnn_vs_rnn.tasks.splits import Split, train_and_valid

log = logging.getLogger(__name__)

FEW_SAMPLES = 1000  # that are not tested: below, a task refits unless it says otherwise


class IngestedTask(Strict):
    """A task on disk. Serialises to JSON; the arrays stay in its folder."""

    key: str  # "<task name>/<digest of its configuration, 12 hex>", unique to the variant
    name: str
    directory: str
    digest: str  # of all data, sha256
    pool_digest: str
    test_digest: str
    code_digest: str  # of the source that made the data
    input: InputSpec
    output: OutputSpec
    classes: tuple[str, ...]  # empty for regression
    vocabulary: tuple[str, ...] = ()  # the text of each token
    merges: tuple[str, ...] = ()  # of subwords: which two become one, in their order
    pool_samples: int  # of repeated splits, those of the test parts included
    test_samples: int  # of repeated splits, those of seed 0

    def pool(self) -> Samples:
        """Training and validation samples, unscaled, and of repeated splits the test samples.

        Raises UserError where the file was changed.
        """
        return _samples(self._read("pool"))

    def test(self) -> Samples:
        """Test samples, unscaled; none of repeated splits. Raises UserError where the file was changed."""
        return _samples(self._read("test"))

    def groups(self) -> Int[np.ndarray, " sample"] | None:
        """The group of each pool sample; None where samples are independent."""
        return self._read("pool").get("groups")

    def split(self, config: TaskConfig, seed: int) -> Split:
        """Positions in the pool of each part. Raises UserError where it cannot be split."""
        _, (split,), _ = self.pool_and_splits(config, [seed])
        return split

    def pool_and_splits(self, config: TaskConfig, seeds: Iterable[int]) -> tuple[Samples, list[Split], bool]:
        """The pool, read once for all seeds, how each seed splits it, and whether the task refits (`TaskConfig.refit`).

        Raises UserError as `pool` and `split`.
        """
        stored = self._read("pool")
        return _samples(stored), [_split(stored, config, seed) for seed in seeds], _refits(stored, config)

    def card(self) -> DataCard:
        """The data card. Raises UserError where the file is missing or damaged."""
        path = Path(self.directory) / "card.json"
        try:
            return DataCard.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise UserError(f"{path} cannot be read: {self._advice()}") from error

    def _read(self, part: str) -> dict[str, np.ndarray]:
        digest = {"pool": self.pool_digest, "test": self.test_digest}[part]
        return read_arrays(Path(self.directory) / f"{part}.npz", digest, advice=self._advice())

    def _advice(self) -> str:
        return f"run ingestion again to rebuild task {self.name}"


def task_key(config: TaskConfig) -> str:
    """``<task name>/<12 hex digits>``: equal for equal configurations alone."""
    text = json.dumps(config.model_dump(mode="json"), sort_keys=True)
    return f"{config.name}/{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def ingest(config: TaskConfig, root: Path) -> IngestedTask:
    """Load, check and store a task below `root`, or find it there, whole and made by the same code.

    Raises UserError where the task cannot be loaded, holds nothing usable, or `root` cannot be written.
    """
    directory = root / task_key(config)
    code_digest = _code_digest(config)
    return _stored(config, directory, code_digest) or _store(config, directory, code_digest)


def _stored(config: TaskConfig, directory: Path, code_digest: str) -> IngestedTask | None:
    path = directory / "task.json"
    if not path.exists():
        return None
    try:
        task = IngestedTask.model_validate({**json.loads(path.read_bytes()), "directory": str(directory)})
        if task.code_digest != code_digest:
            return None
        task.pool()
        task.test()
        task.card()
    except UserError as damage:
        log.warning("%s; doing so now", damage)
        return None
    except (OSError, ValueError, TypeError):
        log.warning("%s is damaged: task %s is ingested again", path, config.name)
        return None
    return task


def _store(config: TaskConfig, directory: Path, code_digest: str) -> IngestedTask:
    raw = load_task(config)
    checked = check(config, raw)
    output = raw.output.model_copy(update={"balanced": config.balanced})
    arrays = {"pool": _arrays(checked.pool, checked.extra), "test": _arrays(checked.test)}
    split = _split(arrays["pool"], config, seed=0)
    notes = (*raw.notes, *checked.notes)
    card = describe(config, checked, split, raw.input, output, raw.classes, notes, raw.vocabulary)
    digests = {part: digest_of(arrays[part]) for part in arrays}
    task = IngestedTask(
        key=task_key(config),
        name=config.name,
        directory=str(directory),
        digest=digest_of({}, digests["pool"], digests["test"]),
        pool_digest=digests["pool"],
        test_digest=digests["test"],
        code_digest=code_digest,
        input=raw.input,
        output=output,
        classes=raw.classes,
        vocabulary=raw.vocabulary,
        merges=raw.merges,
        pool_samples=len(checked.pool),
        test_samples=len(checked.test) if split.test is None else len(split.test),
    )
    for part in arrays:
        write_arrays(directory / f"{part}.npz", arrays[part])
    write_text(directory / "card.json", card.model_dump_json(indent=2))
    # The folder is left out, so that a data directory can be moved or shared.
    write_text(directory / "task.json", task.model_dump_json(indent=2, exclude={"directory"}))
    return task


def _refits(stored: Arrays, config: TaskConfig) -> bool:
    if config.refit is not None:
        return config.refit
    untested = len(stored["targets"]) * (1 - (config.test_fraction or 0.0) * config.repeated)
    return "valid" not in stored and untested < FEW_SAMPLES


def _split(stored: Arrays, config: TaskConfig, seed: int) -> Split:
    who = stored["targets"], stored.get("groups"), stored.get("valid"), stored["identical"]
    in_turn = _refits(stored, config)
    if not config.repeated:
        return train_and_valid(*who, config.valid_fraction, seed, in_turn=in_turn)
    if "spans" in stored:
        return rolling_split(stored["spans"], seed)
    assert config.test_fraction is not None
    return repeated_split(*who, config.test_fraction, config.valid_fraction, seed)


def _arrays(samples: Samples, extra: Arrays | None = None) -> dict[str, np.ndarray]:
    arrays = {**vars(samples), **(extra or {})}
    return {name: array for name, array in arrays.items() if array is not None}


def _samples(arrays: dict[str, np.ndarray]) -> Samples:
    return Samples(arrays["inputs"], arrays["targets"], arrays.get("lengths"), arrays.get("target_lengths"))


def _code_digest(config: TaskConfig) -> str:
    """Of this package and the loader's module (without importing it): an edited loader is run again."""
    module = config.target.partition(":")[0]
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        spec = None
    own = [] if spec is None or spec.origin is None else [Path(spec.origin)]
    paths = {*Path(__file__).parent.glob("*.py"), *own}
    return digest_of({path.name: np.frombuffer(path.read_bytes(), np.uint8) for path in paths})
