"""A pool of worker processes on this machine, kept warm between calls."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.executors.executor import OnDone, OnTick
from cnn_vs_rnn.executors.orphans import starting_children
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial

POLL_SECONDS = 0.5
END_SECONDS = 10.0  # that a process may take to end of itself


class LocalExecutor:
    """Runs trials in worker processes of its own, each a `cnn_vs_rnn.executors.worker`.

    Args:
        workers: how many; 0: one a core.
        trial_minutes: a trial in training longer than this is given up, and its process killed; 0: no limit.
        threads: of each worker.
        gpus: those that the workers share, each seeing one, as CUDA_VISIBLE_DEVICES names them; none: all see all.
    """

    def __init__(self, workers: int = 0, trial_minutes: float = 0, threads: int = 1, gpus: Sequence[str] = ()) -> None:
        self.workers = workers or len(os.sched_getaffinity(0))
        self.trial_minutes, self.threads, self.gpus = trial_minutes, threads, gpus
        self._pool: list[_Worker] = []

    def at_once(self, trials: int) -> int:
        return max(1, min(self.workers, trials))

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
                    answer = worker.receive()
                    if answer is not None and "failure" not in answer:
                        continue  # it has begun
                    selector.unregister(worker.answers)
                    folder = busy.pop(worker)
                    failure = self._failure_of_dead(worker, folder) if answer is None else answer["failure"]
                    if worker.dying or answer is None:
                        worker = self._replaced(worker)
                    waiting.extend(on_done(folder, failure) or ())
                    hand_out(worker)
                self._end_overdue(busy)
                on_tick(list(busy.values()))

    def close(self) -> None:
        """End the worker processes."""
        for worker in self._pool:
            worker.stop()
        self._pool.clear()

    def _end_overdue(self, busy: Iterable[_Worker]) -> None:
        for worker in busy:
            if self.trial_minutes and worker.seconds_in_training() > 60 * self.trial_minutes:
                worker.kill()

    def _failure_of_dead(self, worker: _Worker, path: Path) -> str | None:
        """Why a trial has no answer; None where its process had finished it before it died."""
        folder, status = TrialFolder(path), worker.stop()
        if folder.record() is not None:
            return None
        failure = f"its worker process ended with status {status} (killed, or out of memory)"
        if worker.dying:
            failure = f"it took longer than executor.trial_minutes={self.trial_minutes:g}: its process was ended"
        folder.fail(failure)
        return failure

    def _replaced(self, worker: _Worker) -> _Worker:
        worker.stop()
        self._pool.remove(worker)
        return self._start()

    def _start(self) -> _Worker:
        place = next(place for place in count() if place not in {worker.place for worker in self._pool})
        environment = {**os.environ, "OMP_NUM_THREADS": str(self.threads), "MKL_NUM_THREADS": str(self.threads)}
        if self.gpus:
            environment["CUDA_VISIBLE_DEVICES"] = self.gpus[place % len(self.gpus)]
        self._pool.append(_Worker(place, self.threads, environment))
        return self._pool[-1]

    def _fill(self, number: int) -> None:
        for worker in [worker for worker in self._pool if worker.process.poll() is not None]:
            worker.stop()  # killed while it waited
            self._pool.remove(worker)
        while len(self._pool) < number:
            self._start()


class _Worker:
    """One process and the two pipes to it.

    place: the lowest number that no other of its pool has.
    """

    def __init__(self, place: int, threads: int, environment: Mapping[str, str]) -> None:
        self.place = place
        with starting_children():
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cnn_vs_rnn.executors.worker", str(threads)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,  # or a second answer could lie in a buffer, where `select` does not see it
                env=environment,
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.requests, self.answers = self.process.stdin, self.process.stdout
        self.dying = False
        self._begun_at: float | None = None

    def send(self, folder: Path) -> None:
        """Hand out a trial; a process that has died is noticed at `receive`."""
        self._begun_at = None
        with contextlib.suppress(BrokenPipeError):
            self.requests.write(f"{folder}\n".encode())

    def receive(self) -> dict | None:
        """Its next answer, or None where the process died."""
        line = self.answers.readline()
        if not line.endswith(b"\n"):
            return None
        self._begun_at = time.monotonic()
        return json.loads(line)

    def seconds_in_training(self) -> float:
        """Since it has begun the trial that it was sent: after its imports, and after any wait for the folder."""
        return 0.0 if self._begun_at is None else time.monotonic() - self._begun_at

    def kill(self) -> None:
        """End the process, whatever it does; what becomes of its trial is noticed at `receive`."""
        self.dying = True
        self.process.kill()

    def stop(self) -> int:
        """End the process and return its exit status."""
        with contextlib.suppress(BrokenPipeError):
            self.requests.close()
        try:
            status = self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:  # stuck in native code
            self.process.kill()
            status = self.process.wait()
        self.answers.close()
        return status


def _has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()
