"""What runs inside a job of SLURM: the trials of a chunk, one after the other.

What a job has to do, and what came of it, lies in plain files in the folder of its submission, which the nodes and the
machine of the run share:

- ``chunks.json``: the trial folders of each job of the array;
- ``answers-<job>.jsonl``: a line for each trial that has ended, as a worker gives it. A job that is queued again, after
  its time ran out, a preemption or the failure of its node, goes on after these.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
from pathlib import Path

from submitit.helpers import Checkpointable

from cnn_vs_rnn.executors.local import LocalExecutor
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.trials.folder import TrialFolder


class Submission:
    """One array of jobs; `job` counts from 0."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._chunks = folder / "chunks.json"
        self._number = folder / "number"

    def create(self, chunks: list[list[Path]]) -> None:
        """Write down what each job has to do."""
        write_text(self._chunks, json.dumps([[str(folder) for folder in chunk] for chunk in chunks], indent=1))

    @property
    def number(self) -> str:
        """SLURM's number of the array; empty where it was not told before this process died."""
        return self._number.read_text(encoding="utf-8") if self._number.exists() else ""

    @number.setter
    def number(self, number: str) -> None:
        write_text(self._number, number)

    def chunks(self) -> list[list[Path]]:
        """The trial folders of each job."""
        return [[Path(folder) for folder in chunk] for chunk in json.loads(self._chunks.read_text(encoding="utf-8"))]

    def answers(self, job: int) -> dict[Path, str | None]:
        """The trials of a job that have ended, and why they failed, if they did."""
        try:
            lines = self._answers(job).read_text(encoding="utf-8").splitlines(keepends=True)
        except FileNotFoundError:
            return {}
        found = {}
        for line in lines:
            with contextlib.suppress(ValueError):  # half a line, of a job that was killed as it wrote
                answer = json.loads(line)
                found[Path(answer["folder"])] = answer["failure"]
        return found

    def answer(self, job: int, folder: Path, failure: str | None) -> None:
        """Note that a trial has ended."""
        line = json.dumps({"folder": str(folder), "failure": failure})
        with self._answers(job).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")  # behind half a line, if there is one
            file.flush()
            os.fsync(file.fileno())

    def logs(self, job: int) -> list[Path]:
        """What the processes of a job have printed."""
        return sorted(path for pattern in (f"*_{job}_*_log.err", "*_log.err") for path in self.folder.glob(pattern))

    def _answers(self, job: int) -> Path:
        return self.folder / f"answers-{job}.jsonl"


class RunChunk(Checkpointable):
    """The function that a job calls with its place in the array; queued again, it is called with the same.

    Args:
        folder: of the submission.
        processes: that train each trial together. One: each trial gets a process of its own, whose death, or hanging,
            is its failure alone. Several: this is one of them.
        threads: of each process.
        trial_minutes: after which a trial counts as hung; 0: never.
    """

    def __init__(self, folder: Path, processes: int, threads: int, trial_minutes: float) -> None:
        self.folder, self.processes, self.threads, self.trial_minutes = folder, processes, threads, trial_minutes

    def __call__(self, job: int) -> None:
        """Train what has not ended yet."""
        submission = Submission(self.folder)
        answered = submission.answers(job)
        waiting = [folder for folder in submission.chunks()[job] if folder not in answered]
        if self.processes == 1:
            executor = LocalExecutor(1, trial_minutes=self.trial_minutes, threads=self.threads)
            executor.run(waiting, lambda folder, failure: submission.answer(job, folder, failure), lambda _: None)
            executor.close()
        else:
            for folder in waiting:
                self._train_together(submission, job, folder)

    def _train_together(self, submission: Submission, job: int, path: Path) -> None:
        import torch

        from cnn_vs_rnn.executors.node import NodeMetrics
        from cnn_vs_rnn.executors.train import train_one
        from cnn_vs_rnn.learner.fit import fit

        torch.set_num_threads(self.threads)
        if self.trial_minutes:
            faulthandler.dump_traceback_later(60 * self.trial_minutes, exit=True)
        folder = TrialFolder(path)
        if int(os.environ["SLURM_PROCID"]) == 0:
            submission.answer(job, path, train_one(folder))
        elif folder.record() is None:  # the first process holds the folder for all of them
            fit(folder, [NodeMetrics(path)])
        faulthandler.cancel_dump_traceback_later()
