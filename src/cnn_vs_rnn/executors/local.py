"""A pool of worker processes on this machine, kept warm between calls."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.executors.executor import OnDone, OnTick
from cnn_vs_rnn.trials.trial import Trial

POLL_SECONDS = 0.5


class LocalExecutor:
    """Runs trials in `workers` processes (0: one a core), each a `cnn_vs_rnn.executors.worker` with one thread."""

    def __init__(self, workers: int = 0) -> None:
        self.workers = workers or len(os.sched_getaffinity(0))
        self._pool: list[_Worker] = []

    def check(self, trials: Sequence[Trial]) -> None:
        if any(trial.processes > 1 for trial in trials):
            raise UserError("trainer.devices, trainer.nodes: several processes for one trial need executor=slurm")
        if any(trial.trainer.accelerator == "gpu" for trial in trials) and not _has_gpu():
            raise UserError("trainer.accelerator=gpu: PyTorch finds no GPU here; choose cpu, or install its CUDA build")

    def dispatch(self, folders: Iterable[Path]) -> None:
        """Nothing waits elsewhere: `run` hands trials to the workers."""

    def run(self, folders: Iterable[Path], on_done: OnDone, on_tick: OnTick) -> None:
        waiting = deque(folders)
        with selectors.DefaultSelector() as selector:
            busy: dict[_Worker, Path] = {}

            def hand_out(worker: _Worker) -> None:
                if waiting:
                    busy[worker] = waiting.popleft()
                    selector.register(worker.answers, selectors.EVENT_READ, worker)
                    worker.send(busy[worker])

            self._fill(min(self.workers, len(waiting)))
            for worker in list(self._pool):
                hand_out(worker)
            on_tick(list(busy.values()))
            while busy:
                for key, _ in selector.select(POLL_SECONDS):
                    worker: _Worker = key.data
                    selector.unregister(worker.answers)
                    folder = busy.pop(worker)
                    answer = worker.receive()
                    if answer is None:
                        status = worker.stop()
                        self._pool.remove(worker)
                        failure = f"its worker process ended with status {status} (killed, or out of memory)"
                        worker = _Worker()
                        self._pool.append(worker)
                    else:
                        failure = answer["failure"]
                    waiting.extend(on_done(folder, failure) or ())
                    hand_out(worker)
                on_tick(list(busy.values()))

    def close(self) -> None:
        """End the worker processes."""
        for worker in self._pool:
            worker.stop()
        self._pool.clear()

    def _fill(self, count: int) -> None:
        for worker in [worker for worker in self._pool if worker.process.poll() is not None]:
            worker.stop()  # killed while it waited
            self._pool.remove(worker)
        while len(self._pool) < count:
            self._pool.append(_Worker())


class _Worker:
    """One process and the two pipes to it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cnn_vs_rnn.executors.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.requests, self.answers = self.process.stdin, self.process.stdout

    def send(self, folder: Path) -> None:
        """Hand out a trial; a process that has died is noticed at `receive`."""
        with contextlib.suppress(BrokenPipeError):
            self.requests.write(f"{folder}\n".encode())
            self.requests.flush()

    def receive(self) -> dict | None:
        """Its answer, or None where the process died."""
        line = self.answers.readline()
        return json.loads(line) if line.endswith(b"\n") else None

    def stop(self) -> int:
        """End the process and return its exit status."""
        with contextlib.suppress(BrokenPipeError):
            self.requests.close()
        status = self.process.wait()
        self.answers.close()
        return status


def _has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()
