"""On what a result was measured."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("torch", "pytorch-lightning", "numpy", "scikit-learn", "aeon", "kornia")


def environment(project: Path) -> dict[str, str]:
    """Machine, load, versions, commit and date, as a report shows them."""
    load = os.getloadavg()[0]
    return {
        "machine": f"{_processor()}, {len(os.sched_getaffinity(0))} cores, {_memory_gib():.0f} GiB of memory",
        "load": f"{load:.1f} processes waiting or running on average over the last minute",
        "system": platform.platform(aliased=True, terse=True),
        "Python": platform.python_version(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        "commit": commit(project) or "outside a repository",
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def commit(project: Path) -> str:
    """The commit of the project, with '+' where files differ from it; '' outside a repository."""
    head = _git(project, "rev-parse", "--verify", "--quiet", "HEAD")
    return head + "+" * bool(head and _git(project, "status", "--porcelain", "--untracked-files=no"))


def _git(project: Path, *arguments: str) -> str:
    command = ["git", "-C", str(project), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:  # no git on this machine
        return ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
