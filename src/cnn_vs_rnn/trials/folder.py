"""What a trial leaves on disk, and when it counts as done."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from pydantic import ValidationError

from cnn_vs_rnn.config import Strict
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.trials.trial import Trial

logger = logging.getLogger(__name__)


class FitRecord(Strict):
    """How a training went. Rounds are counted from 0; train_seconds are wall-clock, resumed parts added up.

    steps: of the training whose weights are tested, and train_seconds its seconds. rounds, kept_round and valid_score:
    of the training that was validated, kept_round the one whose weights the score is of.
    """

    steps: int
    rounds: int
    kept_round: int
    valid_score: float
    train_seconds: float
    diverged: bool
    refitted: bool = False  # the tested weights come from a second training, on all samples that are not tested
    retried: bool = False  # a training had diverged, and was begun once more


@dataclass(frozen=True)
class TrainingFiles:
    """The files of one training. diverged: the history of a first attempt that diverged: where it lies, the second has
    begun.
    """

    last: Path  # where to go on
    weights: Path
    history: Path
    diverged: Path

    def begin_again(self) -> None:
        """Keep nothing of an attempt that diverged but its history.

        Killed in between, the first attempt is made once more, and diverges in the same way.
        """
        _remove(self.last, self.weights)
        self.history.replace(self.diverged)

    def rows(self) -> list[dict[str, str]]:
        """The row of every round so far, those of a first attempt that diverged included."""
        rows: list[dict[str, str]] = []
        for path in (self.diverged, self.history):
            with contextlib.suppress(FileNotFoundError), path.open(newline="", encoding="utf-8") as file:
                rows += csv.DictReader(file)
        return rows

    def discard(self) -> None:
        """Forget this training."""
        _remove(self.last, self.weights, self.history, self.diverged)


class TrialFolder:
    """`config.json`, `weights.ckpt`, `history.csv`, and at the end `result.json`, or `error.txt`.

    Where the tested weights come from a second training, on all samples that are not tested, its history is
    `refit.csv`, and `fold.ckpt` holds the weights of the first. While a training goes on, `last.ckpt` or
    `refit_last.ckpt` says where to go on; `diverged.csv` or `refit_diverged.csv` is the history of a first attempt that
    diverged. A file `stop` ends a training after its round, without a result.

    `result.json` holds a digest over itself and over the files it vouches for: a trial is done where it holds.
    `.lock` is empty, and locked by the process that trains.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "config.json"
        self.weights = path / "weights.ckpt"  # those that are tested
        self.result = path / "result.json"
        self.error = path / "error.txt"
        self.stop = path / "stop"
        self.lock = path / ".lock"
        validated = (path / "last.ckpt", self.weights, path / "history.csv", path / "diverged.csv")
        self.validated = TrainingFiles(*validated)  # where the trial trains once
        self.fold = TrainingFiles(validated[0], path / "fold.ckpt", *validated[2:])  # where it trains twice, the first
        self.refit = TrainingFiles(
            path / "refit_last.ckpt", self.weights, path / "refit.csv", path / "refit_diverged.csv"
        )
        self.history = self.validated.history

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
        killed = self.path.glob(".*.tmp")  # left by a process that was killed
        for leftover in (self.validated.last, self.refit.last, self.error, *killed):
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
        _remove(self.result)
        for files in (self.validated, self.fold, self.refit):
            files.discard()

    @property
    def retried(self) -> bool:
        """Whether a training had diverged, and was begun once more."""
        return self.validated.diverged.exists() or self.refit.diverged.exists()

    @property
    def validated_weights(self) -> Path:
        """Those that the validation score is of."""
        return self.fold.weights if self.fold.weights.exists() else self.weights

    def rounds_trained(self) -> int:
        """Rounds of both trainings so far, for a progress display."""
        rounds = 0
        for files in (self.validated, self.refit):
            with contextlib.suppress(FileNotFoundError):
                rounds += max(0, files.history.read_text(encoding="utf-8").count("\n") - 1)
        return rounds

    def valid_scores(self) -> list[float]:
        """The validation score of every round so far, those of a first attempt that diverged included."""
        return [float(row["valid_score"]) for row in self.validated.rows()]

    def _digest(self, content: dict) -> str:
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode())
        refitted = (self.fold.weights, self.refit.history) if content["refitted"] else ()
        attempts = (self.validated.diverged, self.refit.diverged)
        retried = [path for path in attempts if path.exists()] if content["retried"] else []
        for path in (self.weights, self.history, *refitted, *retried):
            digest.update(path.read_bytes())
        return digest.hexdigest()


def _remove(*paths: Path) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise UserError(f"{path} cannot be removed: {error.strerror}; unlock its folder") from error
