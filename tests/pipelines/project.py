"""A copy of the project in a temporary folder, to run commands in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]

TINY = """\
# @package _global_
defaults:
  - /task: [digits, japanese_vowels]
  - /model: [cnn2d, tcn, gru, crnn, majority, linear]
  - override /augment: default

experiment: tiny
question: Does the whole machine run?
seeds: 3
trainer: {max_epochs: 2}
budget: {parameters: 3000}
executor: {workers: 2}
tasks: {digits: {also: [macro_f1, nll]}}
"""


@dataclass
class Project:
    """A copy of the project's own files; its library is the one under test."""

    root: Path

    def kedro(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "kedro", *arguments, **environment)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.root, env=self.environment(**environment), capture_output=True, text=True, timeout=500
        )

    def environment(self, **more: str) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        outside = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
        return {**outside, "PATH": path, **more}

    @property
    def report(self) -> Path:
        return self.root / "data/08_reporting/tiny"


def make_project(root: Path) -> Project:
    for name in ("conf", "pipelines", "docs"):
        shutil.copytree(SOURCE / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", ".telemetry"):
        shutil.copy(SOURCE / name, root / name)
    (root / "conf/experiment/tiny.yaml").write_text(TINY)
    return Project(root)
