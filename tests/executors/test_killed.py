"""SIGKILL at random moments of a small experiment: nothing is lost, nothing torn is taken, nothing is done twice."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from contest import ADDING, TWICE, assert_same_result, compose, opened, planned

from cnn_vs_rnn.evaluation.evaluate import evaluate_trial
from cnn_vs_rnn.learner.checkpoints import read_checkpoint
from cnn_vs_rnn.learner.predict import Predictions

KILLS = 44  # and six of whole `kedro run`s, in tests/pipelines/test_killed_run.py
DIVERGING = {"optimizer": "sgd", "learning_rate": 1e38, "gradient_clip": 0.0, "diverged_rate": 1e-39}


class WarmRuns:
    """Runs of the local executor, one at a time; see warm_runs.py."""

    def __init__(self, said):
        script = Path(__file__).with_name("warm_runs.py")
        command, pipe = [sys.executable, script], subprocess.PIPE
        with said.open("w") as file:
            self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=file, text=True)

    def start(self, folders):
        self.process.stdin.write(json.dumps([str(folder.path) for folder in folders]) + "\n")
        self.process.stdin.flush()
        return psutil.Process(int(self.process.stdout.readline()))

    def exit_code(self):
        assert self.process.stdout.readline() == "ended\n"
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return os.waitstatus_to_exitcode(int(self.process.stdout.readline()))


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    """Networks and baselines, some of which train twice, and one each of whose trainings diverges at first."""
    root = tmp_path_factory.mktemp("adding")
    trials = planned(compose(ADDING | {"models": "lstm+linear"}), root / "once")
    trials += planned(compose(ADDING | TWICE | {"models": "lstm+linear", "seeds": 1}), root / "twice")
    lstm = next(trial for trial in trials if trial.model.name == "lstm" and trial.refits)
    return [*trials, lstm.model_copy(update={"recipe": lstm.recipe.model_copy(update=DIVERGING)})]


def is_alive(process):
    """Of a psutil.Process, which knows whether its number is another one's by now."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill(run, workers, how, moments):
    """SIGKILL a run alone, its whole group, or one of its workers."""
    with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):  # it had ended
        if how == "group":
            os.killpg(run.pid, signal.SIGKILL)
        else:
            (moments.choice(workers) if how == "worker" and workers else run).kill()


def wait_for(condition):
    end = time.monotonic() + 100
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.002)


def assert_nothing_is_torn(folders):
    for folder in folders:
        assert folder.trial()
        for files in (folder.validated, folder.fold, folder.refit):
            for checkpoint in (files.weights, files.last):
                assert not checkpoint.exists() or read_checkpoint(checkpoint)
            assert all(None not in row and None not in row.values() for row in files.rows())
        assert not folder.result.exists() or folder.record() is not None


def results_of(folders, trials, root):
    return [evaluate_trial(folder, trial, folder.record(), root) for folder, trial in zip(folders, trials, strict=True)]


def without_places(result):
    return result.model_copy(update={"directory": "", "predictions": "", "train_seconds": 0.0})


def test_after_every_kill_the_results_are_those_of_the_undisturbed_run(trials, tmp_path, caplog):
    moments = random.Random(6)
    runs = WarmRuns(tmp_path / "said")

    def fresh(name):
        return [opened(trial, tmp_path / name / str(number)) for number, trial in enumerate(trials)]

    undisturbed = fresh("undisturbed")
    runs.start(undisturbed)
    began = time.monotonic()
    assert runs.exit_code() == 0
    seconds = time.monotonic() - began
    expected = results_of(undisturbed, trials, tmp_path / "undisturbed")
    assert expected[-1].retried

    killed, lives, folders, done = dict.fromkeys(("parent", "group", "worker"), 0), 0, [], {}
    while sum(killed.values()) < KILLS or folders:
        if not folders:
            lives += 1
            folders, done = fresh(f"life {lives}"), {}
        run = runs.start(folders)
        how = moments.choice(list(killed))
        # Also in the first moments, before anything is trained.
        end = time.monotonic() + moments.uniform(0, 0.8 * seconds)
        wait_for(lambda: time.monotonic() >= end or not is_alive(run))  # noqa: B023
        workers = run.children()
        if sum(killed.values()) < KILLS:
            kill(run, workers, how, moments)
        code = runs.exit_code()
        if code == 1:
            killed["worker"] += 1
        elif code == -signal.SIGKILL:
            killed["group" if how == "group" else "parent"] += 1
        wait_for(lambda: not any(map(is_alive, workers)))  # noqa: B023
        assert_nothing_is_torn(folders)
        results = {folder.result: folder.result.stat() for folder in folders if folder.result.exists()}
        assert {path: results[path] for path in done} == done  # a trial that is done is left alone
        done = results
        if code == 0:
            assert len(results) == len(folders)
            for mine, theirs in zip(folders, undisturbed, strict=True):
                assert_same_result(mine, theirs)
            for mine, theirs in zip(results_of(folders, trials, tmp_path / f"life {lives}"), expected, strict=True):
                assert without_places(mine) == without_places(theirs)
                one, other = Predictions.read(mine.predictions), Predictions.read(theirs.predictions)
                assert np.array_equal(one.per_sample, other.per_sample)
                assert np.array_equal(one.predicted, other.predicted)
            folders = []
    runs.process.stdin.close()
    assert runs.process.wait() == 0
    runs.process.stdout.close()
    assert sum(killed.values()) == KILLS
    assert min(killed.values()) >= 5
    assert lives >= 2
    assert not caplog.records  # nothing was found damaged: not here,
    assert (tmp_path / "said").read_text() == ""  # and not there
