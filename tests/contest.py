"""Small contests for tests: composed from conf/ as a user would, ingested and prepared for real, trained in seconds."""

from __future__ import annotations

import contextlib
import csv
import resource
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import torch

from cnn_vs_rnn.augmentation.scaling import PreparedTask, prepare
from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.learner.checkpoints import COLUMNS, REFIT_COLUMNS
from cnn_vs_rnn.planning.plan import plan_trials
from cnn_vs_rnn.tasks.store import ingest
from cnn_vs_rnn.trials.conditions import task_variants
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial
from pipelines.config_loader import compose_experiment

CONF = Path(__file__).parents[1] / "conf"
# A task that a small LSTM trains on in a fraction of a second, in 20 rounds of 3 steps; each trial trains once.
ADDING = {
    "tasks": "adding",
    "models": "lstm",
    "seeds": 2,
    "budget.parameters": 500,
    "tasks.adding.options.length": 5,
    "tasks.adding.options.samples": 60,
    "tasks.adding.options.test_samples": 20,
    "tasks.adding.refit": False,
    "recipe.batch_size": 16,
    "recipe.learning_rate": 0.1,
    "trainer.steps": 60,
    "trainer.rounds": 20,
}
TWICE = {"tasks.adding.refit": True}  # each trial trains without its fold, and then on all samples
FOR_EVER = {"trainer.steps": 3_000_000, "trainer.rounds": 1_000_000}


class Killed(BaseException):
    """Stands for SIGKILL: nothing runs after it but what tidies up memory."""


@contextlib.contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file of this process can grow beyond `size` bytes: a write fails as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def compose(params: Mapping[str, object]) -> ExperimentConfig:
    """The default experiment with these parameters."""
    return compose_experiment(CONF, params)


def prepared(experiment: ExperimentConfig, root: Path) -> dict[str, dict[str, PreparedTask]]:
    """What `plan_trials` wants: condition -> task -> its data, below `root`."""
    return {
        condition: {
            name: prepare(ingest(task, root / "ingested"), task, experiment.seed_numbers, root / "prepared")
            for name, task in tasks.items()
        }
        for condition, tasks in task_variants(experiment).items()
    }


def planned(experiment: ExperimentConfig, root: Path) -> list[Trial]:
    """Every trial of an experiment, its data prepared below `root`."""
    return plan_trials(experiment, prepared(experiment, root))


def opened(trial: Trial, path: Path) -> TrialFolder:
    """A fresh folder of a trial."""
    folder = TrialFolder(path)
    folder.open(trial)
    return folder


def with_(trial: Trial, part: str, **changes: object) -> Trial:
    """The trial with another recipe, trainer, or whatever `part` names."""
    return trial.model_copy(update={part: getattr(trial, part).model_copy(update=changes)})


def history(folder: TrialFolder) -> list[dict[str, str]]:
    """The rows of history.csv, and then of refit.csv if there is one, without their seconds."""
    told = []
    for path, columns in ((folder.history, COLUMNS), (folder.refit.history, REFIT_COLUMNS)):
        if path == folder.history or path.exists():
            with path.open(newline="") as file:
                rows = list(csv.DictReader(file))
            assert all(tuple(row) == columns for row in rows)
            told += [{name: value for name, value in row.items() if name != "seconds"} for row in rows]
    return told


def assert_same_result(one: TrialFolder, other: TrialFolder) -> None:
    """The same weights, history and record, bit for bit; only seconds may differ."""
    assert history(one) == history(other)
    records = [folder.record() for folder in (one, other)]
    assert None not in records
    assert records[0].model_copy(update={"train_seconds": records[1].train_seconds}) == records[1]
    assert_same_weights(one.weights, other.weights)
    assert one.fold.weights.exists() == other.fold.weights.exists()
    if one.fold.weights.exists():
        assert_same_weights(one.fold.weights, other.fold.weights)


def assert_same_weights(one: Path, other: Path) -> None:
    """Two checkpoints with the same tensors, bit for bit."""
    mine, theirs = (torch.load(path, weights_only=True)["state_dict"] for path in (one, other))
    assert mine.keys() == theirs.keys()
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)


class Worker:
    """A real worker process, with trial folders waiting on its standard input."""

    def __init__(self, folders: Iterable[TrialFolder] = ()) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cnn_vs_rnn.executors.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.give(*folders)

    def give(self, *folders: TrialFolder) -> None:
        self.process.stdin.writelines(f"{folder.path}\n" for folder in folders)
        self.process.stdin.flush()

    def kill(self) -> str:
        """SIGKILL; returns what it had written to standard error."""
        self.process.kill()
        return self.end()

    def end(self) -> str:
        """Wait for its end; returns what it had written to standard error."""
        self.process.stdin.close()
        self.process.stdout.close()
        said = self.process.stderr.read()
        self.process.stderr.close()
        self.process.wait()
        return said
