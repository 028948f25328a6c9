"""Trials in real worker processes."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from contest import ADDING, FOR_EVER, assert_same_result, compose, opened, planned

from cnn_vs_rnn.executors.local import LocalExecutor
from cnn_vs_rnn.trials.folder import TrialFolder


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    return planned(compose(ADDING | {"seeds": 4}), tmp_path_factory.mktemp("adding"))


@pytest.fixture(scope="module")
def endless(tmp_path_factory):
    return planned(compose(ADDING | FOR_EVER), tmp_path_factory.mktemp("endless"))[0]


@pytest.fixture(scope="module")
def executor():
    """Two workers, kept warm from test to test."""
    executor = LocalExecutor(workers=2)
    yield executor
    executor.close()


def run(executor, folders, on_tick=lambda busy: None):
    """Folder -> its failure, in the order in which they ended."""
    ended = {}
    executor.run([folder.path for folder in folders], ended.__setitem__, on_tick)
    return {TrialFolder(path).path.name: failure for path, failure in ended.items()}


def test_one_worker_or_two_and_each_gives_the_same_results(executor, trials, tmp_path):
    two = [opened(trial, tmp_path / "two" / str(trial.seed)) for trial in trials]
    one = [opened(trial, tmp_path / "one" / str(trial.seed)) for trial in trials]
    assert run(executor, two) == {"0": None, "1": None, "2": None, "3": None}
    single = LocalExecutor(workers=1)
    assert list(run(single, one)) == ["0", "1", "2", "3"]
    [worker] = single._pool
    single.close()
    assert worker.process.poll() == 0
    for mine, other in zip(two, one, strict=True):
        assert_same_result(mine, other)


def test_a_failing_trial_is_reported_and_the_others_go_on(executor, trials, tmp_path):
    folders = {name: opened(trials[0], tmp_path / name) for name in ("gone", "broken", "diverging", "first", "second")}
    folders["gone"].config.unlink()
    folders["broken"].config.write_text("{")
    recipe = trials[0].recipe.model_copy(update={"learning_rate": 1e38, "optimizer": "sgd", "gradient_clip": 0.0})
    folders["diverging"].open(trials[0].model_copy(update={"recipe": recipe}))
    failures = run(executor, folders.values())
    assert failures["first"] is None
    assert failures["second"] is None
    assert failures["gone"].startswith("FileNotFoundError: ")
    assert failures["broken"].startswith("ValidationError: ")
    assert failures["diverging"] == (
        "DivergedError: the loss was not finite in round 1: lower recipe.learning_rate=1e+38, as at 1e+37"
    )
    assert not any("\n" in failure for failure in failures.values() if failure)
    for name, folder in folders.items():
        assert (folder.record() is None) == folder.error.exists() == (failures[name] is not None)
        assert not folder.error.exists() or "Traceback" in folder.error.read_text()


def test_a_worker_killed_from_outside_is_reported_and_replaced(executor, trials, endless, tmp_path):
    killed, others = opened(endless, tmp_path / "killed"), [opened(t, tmp_path / str(t.seed)) for t in trials]
    assert run(executor, []) == {}
    victim = executor._pool[0].process
    ticks = []

    def on_tick(busy):
        ticks.append(busy)
        if killed.rounds_trained() and all(folder.result.exists() for folder in others[:2]):
            victim.kill()

    failures = run(executor, [killed, *others], on_tick)
    assert failures.pop("killed") == "its worker process ended with status -9 (killed, or out of memory)"
    assert failures == {"0": None, "1": None, "2": None, "3": None}
    assert ticks[0] == [killed.path, others[0].path]
    assert all(1 <= len(busy) <= 2 for busy in ticks[:-1])
    assert ticks[-1] == []
    assert len(executor._pool) == 2
    assert victim not in [worker.process for worker in executor._pool]


def test_a_worker_killed_while_it_waits_fails_no_trial(executor, trials, tmp_path):
    executor._fill(2)
    victim = executor._pool[0].process
    victim.kill()
    victim.wait()
    assert run(executor, [opened(t, tmp_path / str(t.seed)) for t in trials[:2]]) == {"0": None, "1": None}


def test_no_worker_is_started_without_need(trials):
    executor = LocalExecutor(workers=5)
    assert run(executor, []) == {}
    assert not executor._pool
    assert LocalExecutor().workers == len(os.sched_getaffinity(0))


def test_workers_end_with_the_process_that_started_them(endless, tmp_path):
    folder = opened(endless, tmp_path)
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from cnn_vs_rnn.executors.local import LocalExecutor
        executor = LocalExecutor(workers=1)
        executor._fill(1)
        print(executor._pool[0].process.pid, flush=True)
        executor.run([Path(sys.argv[1])], print, lambda busy: None)
    """)
    parent = subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE, text=True)
    worker = int(parent.stdout.readline())
    while not folder.validated.last.exists():
        assert parent.poll() is None
        time.sleep(0.01)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    for _ in range(1000):
        if not is_alive(worker):
            break
        time.sleep(0.02)
    assert not is_alive(worker)
    rounds = folder.rounds_trained()
    time.sleep(0.3)
    assert folder.rounds_trained() == rounds
    assert not folder.result.exists()


def is_alive(pid):
    """Whether a process runs (a dead one that nobody has waited for does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
