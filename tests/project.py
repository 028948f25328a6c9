"""A copy of the project in a temporary folder, to run commands in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]

TINY = """\
# @package _global_
defaults:
  - /task: [digits, japanese_vowels]
  - /model: [cnn2d, tcn, gru, crnn, majority, linear]
  - override /augment: default

experiment: tiny
question: Does the whole machine run?
seeds: 3
trainer: {steps: 30, rounds: 2, check_longer: false}
budget: {parameters: 3000}
executor: {workers: 2}
tasks: {digits: {also: [macro_f1, nll]}}
"""

SAID = """\
# @package _global_
defaults:
  - /task: [adding]
  - /model: [tcn, lstm]

experiment: said
question: Does a claim get its verdict?
seeds: 3
train: false
budget: {parameters: 2000}
tasks: {adding: {options: {length: 12, samples: 60, test_samples: 20}}}
probes:
  saved_memory: {target: "cnn_vs_rnn.probes.saved_memory:measure", options: {lengths: [8, 16], batch: 4}}
claims:
  streaming-state:
    statement: An RNN streams with less memory than a CNN.
    rule: Supported if the state of the TCN is larger than that of the LSTM.
    literature: none
    would_change_it: a smaller receptive field
    advice:
      - {by: latency, situation: a stream, holds: an RNN, fails: either}
    tests:
      TCN against LSTM: {quantity: state_bytes, of: {model: tcn}, less: {model: lstm}, margin: 1.1}
  training-memory:
    statement: An RNN needs more memory to train than a CNN.
    rule: Supported if the LSTM keeps more, by length, than it keeps.
    literature: none
    would_change_it: nothing
    tests:
      against itself:
        {quantity: saved_bytes, of: {model: lstm, at: 16}, less: {model: lstm, at: 16}, margin: 1.1}
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
    (root / "conf/experiment/said.yaml").write_text(SAID)
    return Project(root)
