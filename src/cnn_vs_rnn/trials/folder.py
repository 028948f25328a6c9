"""What a trial leaves on disk, and when it counts as done."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock
from pydantic import ValidationError

from cnn_vs_rnn.config import Strict
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.trials.trial import Trial

logger = logging.getLogger(__name__)


class FitRecord(Strict):
    """How a training went. Epochs are counted from 0, best_epoch is that of `best.ckpt`.

    Seconds are wall-clock, resumed parts added up.
    """

    epochs: int
    best_epoch: int
    valid_score: float
    train_seconds: float
    diverged: bool
    converged: bool
    retried: bool = False  # a first training had diverged, and this is that of the second


class TrialFolder:
    """`config.json`, `last.ckpt`, `best.ckpt`, `history.csv`, and at the end `result.json`, or `error.txt`.

    A file `stop` ends a training after its epoch, without a result. `diverged.csv` is the history of a first training
    that diverged: where it lies, the second one has begun.

    `result.json` holds a digest over itself and over the files it vouches for: a trial is done where it holds.
    `.lock` is empty, and locked by the process that trains.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "config.json"
        self.last = path / "last.ckpt"
        self.best = path / "best.ckpt"
        self.history = path / "history.csv"
        self.diverged = path / "diverged.csv"
        self.result = path / "result.json"
        self.error = path / "error.txt"
        self.stop = path / "stop"
        self.lock = path / ".lock"

    def open(self, trial: Trial) -> None:
        """Write the config that a worker will read; what ended an earlier attempt is forgotten."""
        self.stop.unlink(missing_ok=True)
        self.error.unlink(missing_ok=True)
        write_text(self.config, trial.model_dump_json(indent=1))

    def trial(self) -> Trial:
        """The trial that this folder belongs to."""
        return Trial.model_validate_json(self.config.read_text(encoding="utf-8"))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold this folder; another process, of any machine that shares the file system, waits until it is let go.

        The kernel lets go of it when a process dies. Raises UserError where there can be no lock.
        """
        lock = FileLock(self.lock, fallback_to_soft=False)  # a soft one would outlive a process that is killed
        try:
            lock.acquire()
        except OSError as error:
            raise UserError(f"{self.lock} cannot be locked: {error.strerror}; its file system must allow it") from error
        try:
            yield
        finally:
            lock.release()

    def finish(self, record: FitRecord) -> None:
        """Declare the trial done."""
        content = record.model_dump()
        write_text(self.result, json.dumps({**content, "digest": self._digest(content)}, indent=1))
        for leftover in (self.last, self.error, *self.path.glob(".*.tmp")):  # the last: of a process that was killed
            leftover.unlink(missing_ok=True)

    def fail(self, failure: str, traceback: str = "") -> None:
        """Declare that the trial failed, for this reason of one line; as far as the disk allows."""
        with contextlib.suppress(UserError):  # a full disk was perhaps the failure
            write_text(self.error, f"{traceback}{failure}\n")

    def failure(self) -> str | None:
        """Why the last attempt failed, in one line; None where it did not."""
        try:
            return self.error.read_text(encoding="utf-8").splitlines()[-1]
        except (FileNotFoundError, IndexError):
            return None

    def record(self) -> FitRecord | None:
        """How the training went, or None where the trial is not (validly) done."""
        if not self.result.exists():
            return None
        try:
            content = json.loads(self.result.read_text(encoding="utf-8"))
            digest = content.pop("digest")
            record = FitRecord.model_validate(content)
            if digest == self._digest(content):
                return record
            reason = "its digest does not hold"
        except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
            reason = "it cannot be read"
        except FileNotFoundError as error:
            reason = f"{Path(error.filename).name} is missing"
        logger.warning("%s is damaged (%s): this trial is trained again", self.result, reason)
        self.discard()
        return None

    def discard(self) -> None:
        """Forget everything but the config."""
        _remove(self.result, self.last, self.best, self.history, self.diverged)

    def begin_again(self) -> None:
        """Keep nothing of a training that diverged but its history, whose name then tells that this is the second.

        Killed in between, the first one is trained once more, and diverges in the same way.
        """
        _remove(self.last, self.best)
        self.history.replace(self.diverged)

    def epochs_trained(self) -> int:
        """Rows of the history so far, for a progress display."""
        try:
            return max(0, self.history.read_text(encoding="utf-8").count("\n") - 1)
        except FileNotFoundError:
            return 0

    def epochs(self) -> list[dict[str, str]]:
        """The row of every epoch so far, those of a first training that diverged included."""
        rows: list[dict[str, str]] = []
        for path in (self.diverged, self.history):
            with contextlib.suppress(FileNotFoundError), path.open(newline="", encoding="utf-8") as file:
                rows += csv.DictReader(file)
        return rows

    def valid_scores(self) -> list[float]:
        """The validation score of each of these epochs."""
        return [float(row["valid_score"]) for row in self.epochs()]

    def _digest(self, content: dict) -> str:
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode())
        first = (self.diverged,) if content["retried"] else ()
        for path in (self.best, self.history, *first):
            digest.update(path.read_bytes())
        return digest.hexdigest()


def _remove(*paths: Path) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise UserError(f"{path} cannot be removed: {error.strerror}; unlock its folder") from error
