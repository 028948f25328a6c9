"""How much faster two workers finish an experiment than one, the whole `kedro run` included.

    python -m benchmarks.workers [experiment=quickstart,seeds=3,...]

Each run starts from nothing, in a temporary copy of the project. Run it on an idle machine with at least two cores.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def seconds(params: str, workers: int) -> float:
    """Wall-clock seconds of a `kedro run` from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("conf", "pipelines"):
            shutil.copytree(PROJECT / name, Path(folder, name))
        for name in ("pyproject.toml", ".telemetry"):
            shutil.copy(PROJECT / name, folder)
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "kedro", "run", "--params", f"{params},executor.workers={workers}"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - began


def main(params: str = "experiment=quickstart") -> None:
    one, two = seconds(params, 1), seconds(params, 2)
    print(f"{params}: {one:.0f} s with one worker, {two:.0f} s with two: {one / two:.2f}x as fast")


if __name__ == "__main__":
    main(*sys.argv[1:])
