"""What the local executor does about processes that hang, and to what its workers listen."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
import torch
from contest import ADDING, FOR_EVER, assert_same_result, compose, opened, planned

from cnn_vs_rnn.executors.gpus import gpus_to_share
from cnn_vs_rnn.executors.local import LocalExecutor
from cnn_vs_rnn.learner.fit import fit

STUCK = """\
import ctypes
from cnn_vs_rnn.models.lstm import LSTM


class Net(LSTM):
    def forward(self, inputs, lengths=None):
        ctypes.PyDLL(None).sleep(3600)  # in native code, without letting other threads of Python run
"""

GREEDY = """\
import resource

import psutil
import torch

from cnn_vs_rnn.models.lstm import LSTM


class Net(LSTM):
    def forward(self, inputs, lengths=None):
        before = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + 300_000_000, before[1]))
        try:
            hoard = []
            while True:
                hoard.append(torch.ones(1_000_000))
        finally:
            resource.setrlimit(resource.RLIMIT_AS, before)
"""


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return planned(compose(ADDING), tmp_path_factory.mktemp("adding"))[0]


@pytest.fixture(scope="module")
def endless(tmp_path_factory):
    return planned(compose(ADDING | FOR_EVER), tmp_path_factory.mktemp("endless"))[0]


def with_net(trial, folder, source, monkeypatch):
    """The trial with a network that only its worker knows."""
    folder.mkdir()
    (folder / f"{folder.name}_net.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    return trial.model_copy(update={"model": trial.model.model_copy(update={"target": f"{folder.name}_net:Net"})})


@pytest.fixture
def stuck(trial, tmp_path, monkeypatch):
    """A trial that never comes back from its first batch."""
    return with_net(trial, tmp_path / "stuck", STUCK, monkeypatch)


def test_a_trial_that_takes_too_long_is_ended_and_the_others_go_on(trial, endless, stuck, tmp_path):
    hanging, slow = opened(stuck, tmp_path / "hanging"), opened(endless, tmp_path / "slow")
    others = [opened(trial, tmp_path / name) for name in ("first", "second")]
    executor = LocalExecutor(workers=2, trial_minutes=0.1)
    failures = {}
    executor.run([folder.path for folder in (hanging, slow, *others)], failures.__setitem__, lambda busy: None)
    executor.close()
    said = "it took longer than executor.trial_minutes=0.1: its process was ended"
    assert [failures[folder.path] for folder in (hanging, slow, *others)] == [said, said, None, None]
    assert hanging.failure() == slow.failure() == said
    assert slow.validated.last.exists()  # to go on from
    here = opened(trial, tmp_path / "here")
    fit(here)
    for other in others:
        assert other.failure() is None
        assert_same_result(other, here)


def test_a_trial_that_wants_more_memory_than_there_is_fails_alone(trial, tmp_path, monkeypatch):
    greedy = opened(with_net(trial, tmp_path / "greedy", GREEDY, monkeypatch), tmp_path / "trial")
    other = opened(trial, tmp_path / "other")
    executor = LocalExecutor(workers=1)
    failures = {}
    executor.run([greedy.path, other.path], failures.__setitem__, lambda busy: None)
    executor.close()
    assert failures[other.path] is None
    assert failures[greedy.path].startswith("RuntimeError: ")
    assert "memory" in failures[greedy.path]
    assert "\n" not in failures[greedy.path]
    assert greedy.failure() == failures[greedy.path]


def test_workers_leave_the_signals_of_a_terminal_and_of_a_scheduler_to_the_parent(endless, tmp_path):
    folder = opened(endless, tmp_path)
    executor = LocalExecutor(workers=1)
    executor._fill(1)
    [worker] = executor._pool
    sent = [signal.SIGUSR2, signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGCONT]
    for number in sent:
        worker.process.send_signal(number)  # while it starts
    rounds = []

    def on_tick(busy):
        if folder.rounds_trained() and not rounds:
            for number in sent:
                worker.process.send_signal(number)
            rounds.append(folder.rounds_trained())
        elif rounds and folder.rounds_trained() > rounds[0]:
            folder.stop.touch()

    ended = {}
    executor.run([folder.path], ended.__setitem__, on_tick)
    assert ended == {folder.path: None}
    assert executor._pool == [worker]
    executor.close()
    assert worker.process.returncode == 0


def test_a_worker_stuck_in_native_code_dies_with_the_process_that_started_it(stuck, tmp_path):
    folder = opened(stuck, tmp_path / "trial")
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from cnn_vs_rnn.executors.local import LocalExecutor
        executor = LocalExecutor(workers=1)
        executor._fill(1)
        [worker] = executor._pool
        worker.send(Path(sys.argv[1]))
        print(worker.process.pid, worker.receive(), flush=True)
        sys.stdin.read()
    """)
    parent = subprocess.Popen(
        [sys.executable, "-c", script, folder.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pid, _, begun = parent.stdout.readline().partition(" ")
    assert "begun" in begun
    worker = psutil.Process(int(pid))
    time.sleep(1)  # until it is stuck; were it not yet, it would die as well
    parent.kill()
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()
    assert psutil.wait_procs([worker], timeout=60)[1] == []


def environment_of(worker):
    while not (content := Path(f"/proc/{worker.process.pid}/environ").read_text()):  # it is still being started
        assert worker.process.poll() is None
    return dict(entry.split("=", 1) for entry in content.split("\0") if entry)


def test_each_worker_sees_a_gpu_of_its_own_also_after_another_died():
    executor = LocalExecutor(workers=3, threads=2, gpus=["4", "GPU-5e6f"])
    executor._fill(3)
    seen = [environment_of(worker) for worker in executor._pool]
    assert [environment["CUDA_VISIBLE_DEVICES"] for environment in seen] == ["4", "GPU-5e6f", "4"]
    assert {environment["OMP_NUM_THREADS"] for environment in seen} == {"2"}
    victim = executor._pool[1].process
    victim.kill()
    victim.wait()
    executor._fill(3)
    assert environment_of(executor._pool[2])["CUDA_VISIBLE_DEVICES"] == "GPU-5e6f"
    executor.close()


@pytest.mark.parametrize(
    ("accelerator", "count", "listed", "shared"),
    [
        ("cpu", 4, None, []),
        ("gpu", 1, None, []),
        ("auto", 0, None, []),
        ("gpu", 3, None, ["0", "1", "2"]),
        ("auto", 2, "3, GPU-5e6f", ["3", "GPU-5e6f"]),
        ("gpu", 2, "1,0,-1,2", ["1", "0"]),  # CUDA stops at the first that is none
    ],
)
def test_gpus_are_shared_out_where_there_are_several(trial, monkeypatch, accelerator, count, listed, shared):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if listed is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", listed)
    assert gpus_to_share(trial.trainer.model_copy(update={"accelerator": accelerator})) == shared


def test_a_worker_has_the_threads_it_is_told():
    script = (
        "import torch\nfrom cnn_vs_rnn.executors import train, worker\n"
        "def say(folder, begun): raise SystemExit(torch.get_num_threads())\n"
        "train.train_one = say\nworker.main({})"
    )
    for threads in ("", "2"):
        command = [sys.executable, "-c", script.format(threads)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as worker:
            worker.stdin.write("x\n")
            worker.stdin.flush()
            assert worker.wait() == int(threads or 1)
