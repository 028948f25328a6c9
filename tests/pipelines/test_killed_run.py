"""SIGKILL at random moments of a whole `kedro run`; those of its training alone: tests/executors/test_killed.py."""

import contextlib
import csv
import json
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
from project import make_project

from cnn_vs_rnn.learner.predict import Predictions

# Each kill comes at a random moment after so many files of this kind are there, which an earlier run did not leave.
KILLS = [
    ("02_intermediate/small/ingested.json", 0),
    ("06_models/small/*/*/*/last.ckpt", 1),
    ("06_models/small/*/*/*/result.json", 6),
    ("06_models/small/longer/*/*/*/*/result.json", 3),
    ("06_models/small/*/*/*/result.json", 14),
    ("07_model_output/small/predictions/*/*/*.npz", 1),
    ("08_reporting/small/leaderboard.csv", 1),
]
SMALL = """\
# @package _global_
defaults:
  - /task: [adding]
  - /model: [fcn, lstm, linear]

experiment: small
question: Does it come to its end?
seeds: 3
budget: {parameters: 2000}
trainer: {steps: 60, rounds: 12}
executor: {workers: 2}
tasks: {adding: {options: {length: 12, samples: 200, test_samples: 40}}}
conditions:
  default: {}
  diverging:
    {recipe.optimizer: sgd, recipe.learning_rate: 1.0e+38, recipe.gradient_clip: 0.0, recipe.diverged_rate: 1.0e-39}
"""
MEASURED = ("train_seconds", "step_ms", "latency_ms", "mlflow_run_id")


def project_at(root):
    project = make_project(root)
    (project.root / "conf/experiment/small.yaml").write_text(SMALL)
    return project


def start(project):
    """A run in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "kedro", "run", "--params", "experiment=small"],
        cwd=project.root,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def found(project):
    """All that a run has to say, what it measured of time left out."""
    report = project.root / "data/08_reporting/small"
    tables = {}
    for name in ("trials.csv", "leaderboard.csv"):
        with (report / name).open(newline="") as file:
            rows = [{key: value for key, value in row.items() if key not in MEASURED} for row in csv.DictReader(file)]
        tables[name] = rows
    return tables | {"verdicts": json.loads((report / "verdicts.json").read_text())}


def predictions(project):
    root = project.root / "data/07_model_output/small/predictions"
    return {path.relative_to(root): Predictions.read(str(path)) for path in sorted(root.rglob("*.npz"))}


def is_over(process):
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.status() == psutil.STATUS_ZOMBIE
    return True


def test_killed_and_started_again_it_reports_what_the_undisturbed_run_reports(tmp_path):
    undisturbed, project = project_at(tmp_path / "undisturbed"), project_at(tmp_path / "killed")
    answer = undisturbed.kedro("run", "--params", "experiment=small")
    assert answer.returncode == 0, answer.stderr
    assert "adding/lstm diverging seed 0 diverged at learning rate 1e+38 and was trained again at 0.1" in answer.stdout

    moments, done = random.Random(6), {}
    for kill, (files, count) in enumerate(KILLS):
        run = start(project)
        while len(list((project.root / "data").glob(files))) < count:
            assert run.poll() is None
            time.sleep(0.02)
        time.sleep(moments.uniform(0, 0.6 if count else 4))
        assert run.poll() is None
        children = psutil.Process(run.pid).children(recursive=True)
        (os.killpg if kill % 2 else os.kill)(run.pid, signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL
        while not all(map(is_over, children)):
            time.sleep(0.01)
        results = {path: path.stat().st_mtime_ns for path in project.root.glob("data/06_models/small/**/result.json")}
        assert {path: results[path] for path in done} == done
        done = results
    answer = project.kedro("run", "--params", "experiment=small")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "damaged" not in answer.stdout + answer.stderr
    assert {path: path.stat().st_mtime_ns for path in done} == done
    assert found(project) == found(undisturbed)
    mine, theirs = predictions(project), predictions(undisturbed)
    assert mine.keys() == theirs.keys()
    assert len(mine) == 18
    for path, one in mine.items():
        assert np.array_equal(one.per_sample, theirs[path].per_sample)
        assert np.array_equal(one.predicted, theirs[path].predicted)
