"""Trials as jobs of a SLURM cluster, whose nodes share the project's folder.

``kedro run --params executor=slurm,executor.partition=gpu`` submits one array of jobs for all trials that are not
trained yet, by submitit, and follows them. Nothing of a job is kept in this process alone: stopped, by Ctrl-C or
otherwise, and started again it finds its jobs by their names and takes up what they have answered meanwhile. A job that
runs out of time, is preempted, or loses its node is queued again, and its trial goes on from its last checkpoint.
"""

from __future__ import annotations

import contextlib
import functools
import io
import itertools
import logging
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

from submitit import SlurmExecutor as Submitter
from submitit.core.utils import FailedJobError, FailedSubmissionError

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.executor_config import SlurmConfig
from cnn_vs_rnn.executors.executor import OnDone, OnTick
from cnn_vs_rnn.executors.slurm_job import RunChunk, Submission
from cnn_vs_rnn.executors.slurm_queue import QueuedJob, cancel, end_of, missing_commands, queued_jobs
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.5
LOST_SECONDS = 15.0  # without a job in the queue: one that is queued again is absent for a moment
LOG_LINES = 15


@dataclass
class _Job:
    """One job that is followed: the trials it has not answered for, and what it has answered."""

    submission: Submission
    place: int
    waiting: list[Path]
    answers: dict[Path, str | None] = field(default_factory=dict)
    state: str = "PENDING"
    began: bool = False
    missing_since: float | None = None  # in the queue


class SlurmExecutor:
    """Submits, follows, takes up again.

    Args:
        config: what `conf/executor/slurm.yaml` says.
        experiment: the jobs' name begins with it.
        root: a folder that the nodes share, for what belongs to jobs.
    """

    def __init__(self, config: SlurmConfig, experiment: str, root: Path) -> None:
        self.config = config
        self._prefix = f"cnn-vs-rnn-{experiment}-"
        self._root = root / experiment
        self._jobs: dict[Path, _Job] = {}  # trial -> the job that has it
        self._found_before = False
        self._silent_since: float | None = None

    def at_once(self, trials: int) -> int:
        return max(1, min(self.config.workers, ceil(trials / self.config.chunk)))

    def check(self, trials: Sequence[Trial]) -> None:
        missing = missing_commands()
        if missing:
            raise UserError(
                f"executor=slurm: this machine has no {', '.join(missing)}; start it on a node that submits"
            )
        for trial in trials:
            if trial.trainer.accelerator == "gpu" and not self.config.gpus:
                raise UserError("executor.gpus=0: trainer.accelerator=gpu needs executor.gpus=1")
            if trial.processes > 1 and self.config.chunk > 1:
                raise UserError("executor.chunk: trials of several processes go one to a job, executor.chunk=1")

    def dispatch(self, folders: Iterable[Path]) -> None:
        """Submit what no job has yet."""
        if not self._found_before:
            self._found_before = True
            self._find_jobs()
        new = [folder for folder in folders if folder not in self._jobs]
        by_processes: dict[tuple[int, int], list[Path]] = {}
        for folder in new:
            trial = TrialFolder(folder).trial()
            shape = (trial.trainer.nodes, trial.trainer.devices) if trial.processes > 1 else (1, 1)
            by_processes.setdefault(shape, []).append(folder)
        for (nodes, devices), group in by_processes.items():
            chunks = list(_batched(group, self.config.chunk))
            for array in _batched(chunks, self.config.array):
                self._submit(array, nodes, devices)

    def run(self, folders: Iterable[Path], on_done: OnDone, on_tick: OnTick) -> None:
        waiting = dict.fromkeys(folders)  # in order, and quick to take one from
        self.dispatch(waiting)
        next_look = time.monotonic()
        try:
            while waiting:
                if time.monotonic() >= next_look:
                    self._look()
                    next_look = time.monotonic() + self.config.poll_seconds
                    ended = [(folder, *outcome) for folder in waiting if (outcome := self._outcome(folder)) is not None]
                    for folder, failure in ended:
                        del waiting[folder]
                        del self._jobs[folder]
                        following = list(on_done(folder, failure) or ())
                        self.dispatch(following)
                        waiting |= dict.fromkeys(following)
                on_tick([folder for folder in waiting if self._is_running(folder)])
                if waiting:
                    time.sleep(min(TICK_SECONDS, self.config.poll_seconds))
        except KeyboardInterrupt:
            self._interrupted()
            raise

    def close(self) -> None:
        """Jobs go on without this process."""

    def _find_jobs(self) -> None:
        """What an earlier process of this experiment has submitted and is not over."""
        live = queued_jobs(self._prefix)
        if live is None:
            raise UserError("executor=slurm: the controller of the cluster does not answer squeue; try again later")
        chunks_of = functools.cache(Submission.chunks)
        submission_of = functools.cache(lambda name: Submission(self._root / name.removeprefix(self._prefix)))
        for one in live:
            submission = submission_of(one.name)
            with contextlib.suppress(OSError, ValueError, IndexError):  # of another project's run of the same name
                answered = submission.answers(one.place)
                rest = [folder for folder in chunks_of(submission)[one.place] if folder not in answered]
                job = _Job(submission, one.place, rest, state=one.state, began=one.state == "RUNNING")
                self._jobs |= dict.fromkeys(rest, job)
        if self._jobs:
            logger.info("slurm   %d trials are with jobs of an earlier start, which are followed", len(self._jobs))

    def _submit(self, chunks: list[list[Path]], nodes: int, devices: int) -> None:
        config = self.config
        name = uuid.uuid4().hex[:8]
        submission = Submission(self._root / name)
        submission.create(chunks)
        submitter = Submitter(submission.folder, max_num_timeout=config.requeues)
        settings = {
            "job_name": f"{self._prefix}{name}",
            "time": config.minutes,
            "nodes": nodes,
            "ntasks_per_node": devices,
            "cpus_per_task": config.cpus,
            "gpus_per_node": config.gpus * devices or None,
            "mem": None if config.memory_gb is None else f"{round(1024 * config.memory_gb * devices)}MB",
            "partition": config.partition,
            "account": config.account,
            "setup": config.setup or None,
            "array_parallelism": config.workers,
            "signal_delay_s": config.warning_seconds,
            "srun_args": ["--kill-on-bad-exit=1"],
            "additional_parameters": {"requeue": True, **config.options},
        }
        submitter.update_parameters(**{key: value for key, value in settings.items() if value is not None})
        run_chunk = RunChunk(submission.folder, nodes * devices, config.cpus, config.trial_minutes)
        try:
            with contextlib.redirect_stderr(io.StringIO()):  # it prints what it raises, too
                submitted = submitter.map_array(run_chunk, range(len(chunks)))
        except (FailedJobError, FailedSubmissionError) as error:
            raise UserError(
                f"SLURM refused the jobs: {_last_line(str(error))}; see executor.* and docs/cluster.md"
            ) from error
        submission.number = submitted[0].job_id.partition("_")[0]
        for place, chunk in enumerate(chunks):
            self._jobs |= dict.fromkeys(chunk, _Job(submission, place, list(chunk)))
        logger.info("slurm   job %s: %d trials in %d jobs", submission.number, sum(map(len, chunks)), len(chunks))

    def _look(self) -> None:
        """Where each job stands in the queue, and what it has answered."""
        queue = queued_jobs(self._prefix)
        if queue is None:
            if self._silent_since is None:
                self._silent_since = time.monotonic()
                logger.warning("slurm   the controller does not answer: jobs go on, and it is asked again")
            return
        if self._silent_since is not None:
            logger.warning("slurm   the controller answers again")
            self._silent_since = None
        live = {(one.name.removeprefix(self._prefix), one.place): one for one in queue}
        for job in {id(job): job for job in self._jobs.values()}.values():
            self._note(job, live.get((job.submission.folder.name, job.place)))
            if job.state != "PENDING" or job.missing_since:
                job.answers = job.submission.answers(job.place)
                job.waiting = [folder for folder in job.waiting if folder not in job.answers]

    @staticmethod
    def _note(job: _Job, found: QueuedJob | None) -> None:
        if found is None:
            job.missing_since = job.missing_since or time.monotonic()
            return
        job.missing_since = None
        job.state = found.state
        if job.began and job.state == "PENDING" and job.waiting:
            trial = TrialFolder(job.waiting[0]).trial().name
            logger.warning("slurm   %s: its job was queued again, and goes on from its last checkpoint", trial)
        job.began = job.state == "RUNNING" or (job.began and job.state != "PENDING")

    def _outcome(self, folder: Path) -> tuple[str | None] | None:
        """The failure, or None in a tuple, of a trial that has ended; None of one that has not."""
        job = self._jobs[folder]
        if folder in job.answers:
            return (job.answers[folder],)
        lost = job.missing_since is not None and time.monotonic() - job.missing_since >= LOST_SECONDS
        return (self._lost(folder, job),) if lost else None

    def _lost(self, folder: Path, job: _Job) -> str:
        """Why a trial whose job is gone has no answer, with the end of the job's log in the trial's folder."""
        number = job.submission.number
        alone = len(job.submission.chunks()) == 1
        state = end_of(number, job.place, alone).lower().replace("_", " ") or "gone"
        reason = f"its job {number if alone else f'{number}_{job.place}'} ended ({state}) without a result"
        logs = job.submission.logs(job.place)
        lines = [line for log in logs for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
        write_text(TrialFolder(folder).error, "\n".join([*lines[-LOG_LINES:], reason]) + "\n")
        return f"{reason}; its log ends: {lines[-1][:200]}" if lines else reason

    def _is_running(self, folder: Path) -> bool:
        job = self._jobs[folder]
        return job.state == "RUNNING" and bool(job.waiting) and job.waiting[0] == folder

    def _interrupted(self) -> None:
        names = Counter(f"{self._prefix}{job.submission.folder.name}" for job in self._jobs.values())
        if self.config.cancel:
            cancel(names)
            logger.warning(
                "slurm   the jobs of %d trials are ended; the same command goes on where they were", names.total()
            )
        else:
            logger.warning(
                "slurm   the jobs of %d trials go on; the same command follows them again, scancel --name=%s ends them",
                names.total(),
                ",".join(names),
            )


def _batched(items: Sequence, size: int) -> Iterator[list]:
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"
