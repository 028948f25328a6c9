"""What SLURM's own commands say of jobs."""

from __future__ import annotations

import getpass
import re
import shutil
import subprocess
from collections.abc import Iterable
from typing import NamedTuple

COMMAND_SECONDS = 60  # after which a busy controller is asked again


class QueuedJob(NamedTuple):
    """A job of an array that is waiting, running or ending. place: in its array, from 0."""

    name: str
    number: str
    place: int
    state: str
    nodes: str


def missing_commands() -> list[str]:
    """Those that this machine lacks."""
    return [command for command in ("sbatch", "srun", "squeue", "scontrol", "scancel") if shutil.which(command) is None]


def queued_jobs(prefix: str) -> list[QueuedJob] | None:
    """This user's jobs whose name begins so; None where the controller does not answer."""
    user = getpass.getuser()
    answer = _answer("squeue", f"--user={user}", "--noheader", "--array", "--format=%j|%F|%K|%T|%N")
    if answer is None:
        return None
    jobs = []
    for line in answer.splitlines():
        name, number, place, state, nodes = line.strip().split("|")
        if name.startswith(prefix):
            jobs.append(QueuedJob(name, number, int(place) if place.isdigit() else 0, state, nodes))
    return jobs


def end_of(number: str, place: int, alone: bool) -> str:
    """How a job that left the queue has ended, as SLURM says it; empty where it has forgotten."""
    answer = _answer("scontrol", "--oneliner", "show", "job", number if alone else f"{number}_{place}") or ""
    found = re.search(r"\bJobState=(\S+)", answer)
    return found.group(1) if found else ""


def cancel(names: Iterable[str]) -> None:
    """End all jobs of these names."""
    for name in names:
        _answer("scancel", f"--user={getpass.getuser()}", f"--name={name}")


def _answer(*command: str) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None
