"""Runs of a LocalExecutor that need not import torch each time: forked, workers and all, from a process that has.

Reads lines from standard input, each a JSON list of trial folders; runs what is not done yet in a process group of its
own, and writes its process id, "ended" when it has, and, asked for it by another line, its wait status.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import warnings
from pathlib import Path

import torch

from cnn_vs_rnn.executors import local, worker
from cnn_vs_rnn.executors.train import train_one as train_one  # imported here, once
from cnn_vs_rnn.trials.folder import TrialFolder


class Forked:
    """What `subprocess.Popen` is to the executor: a worker, with pipes to its standard input and output."""

    def __init__(self, command, *, stdin, stdout, bufsize, env):
        (their_requests, requests), (answers, their_answers) = os.pipe(), os.pipe()
        self.returncode = None
        self.pid = os.fork()
        if not self.pid:
            os.dup2(their_requests, 0)
            os.dup2(their_answers, 1)
            os.closerange(3, 1024)
            sys.stdin = open(0, closefd=False)  # noqa: SIM115
            worker.main(int(command[-1]))
        os.close(their_requests)
        os.close(their_answers)
        self.stdin, self.stdout = os.fdopen(requests, "wb", 0), os.fdopen(answers, "rb", 0)

    def poll(self):
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout=None):
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)


def run(folders: list[TrialFolder]) -> int:
    """What `kedro run` does with its trials; gives how many failed."""
    waiting = [folder for folder in folders if folder.record() is None]
    for folder in waiting:
        folder.open(folder.trial())
    failures: dict[Path, str | None] = {}
    executor = local.LocalExecutor(workers=2)
    executor.run([folder.path for folder in waiting], failures.__setitem__, lambda busy: None)
    executor.close()
    return sum(failure is not None for failure in failures.values())


def main() -> None:
    local.subprocess.Popen = Forked
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    for line in iter(sys.stdin.readline, ""):
        pid = os.fork()
        if not pid:
            os.setsid()
            os._exit(run([TrialFolder(Path(path)) for path in json.loads(line)]))
        os.write(1, f"{pid}\n".encode())
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # until it is asked for, its number is no other process's
        os.write(1, b"ended\n")
        sys.stdin.readline()
        os.write(1, f"{os.waitpid(pid, 0)[1]}\n".encode())


if __name__ == "__main__":
    main()
