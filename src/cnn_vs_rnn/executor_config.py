"""Where trials run, and how each executor is set (``conf/executor``). It never changes a result."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cnn_vs_rnn.strict import Strict

# A trial that takes longer counts as hung: its process is killed, and the trial has failed. 0: no limit.
Limit = Annotated[float, Field(ge=0)]


class LocalConfig(Strict):
    """Worker processes of this machine."""

    name: Literal["local"]
    workers: Annotated[int, Field(ge=0)] = 0  # 0: one a core
    trial_minutes: Limit = 0.0


class SlurmConfig(Strict):
    """Jobs of a SLURM cluster, whose nodes share the project's folder: docs/cluster.md."""

    name: Literal["slurm"]
    workers: Annotated[int, Field(ge=1)] = 64  # jobs of an array that run at once, at most
    chunk: Annotated[int, Field(ge=1)] = 1  # trials of one job, one after the other
    partition: str | None = None  # None: the cluster's default, as of all below
    account: str | None = None
    minutes: Annotated[int, Field(ge=1)] = 60  # of a job: then it is stopped, queued again, and goes on
    memory_gb: Annotated[float, Field(gt=0)] | None = None
    cpus: Annotated[int, Field(ge=1)] = 1  # of each process, and its threads
    gpus: Annotated[int, Field(ge=0)] = 0  # of each process
    trial_minutes: Limit = 0.0
    requeues: Annotated[int, Field(ge=0)] = 20  # how often a job may run out of its minutes
    warning_seconds: Annotated[int, Field(ge=5)] = 60  # before that, in which it is stopped
    poll_seconds: Annotated[float, Field(gt=0)] = 5.0  # between two looks at the queue
    array: Annotated[int, Field(ge=1)] = 1000  # jobs of one array, at most: the cluster's MaxArraySize less 1
    cancel: bool = False  # Ctrl-C also ends the jobs
    setup: list[str] = []  # lines of shell before the job's own, as `module load cuda`
    options: dict[str, str | int | bool] = {}  # further options of sbatch: {qos: high, exclude: node7}


ExecutorConfig = Annotated[LocalConfig | SlurmConfig, Field(discriminator="name")]
