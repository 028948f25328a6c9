"""Two commands at once: they share what can be shared, and otherwise the second one says who is in its way."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time

import pytest
import yaml
from mlflow import MlflowClient
from project import make_project
from repository import commit, make_repository, ran, repro

SLOW = """\
# @package _global_
defaults:
  - /task: [adding]
  - /model: [lstm, fcn]

experiment: slow
question: Is it still there?
seeds: 1
budget: {parameters: 2000}
executor: {workers: 1}
trainer: {steps: 3000000, rounds: 1000000}
tasks: {adding: {options: {length: 5, samples: 60, test_samples: 20}}}
"""


def start(project, *command, log, **environment):
    """A command in a process group of its own, whose output goes to a file."""
    with log.open("w") as output:
        return subprocess.Popen(
            command,
            cwd=project.root,
            env=project.environment(**environment),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def end(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(condition, process, log):
    while not condition():
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)


@pytest.mark.filterwarnings("default")  # MLflow, used in this process here, warns of its own dependencies
def test_an_experiment_is_run_once_at_a_time_and_others_beside_it(tmp_path):
    project, log = make_project(tmp_path / "project"), tmp_path / "log"
    (project.root / "conf/experiment/slow.yaml").write_text(SLOW)
    first = start(project, sys.executable, "-m", "kedro", "run", "--params", "experiment=slow", log=log)
    try:
        # From nothing, so both create MLflow's tables, and then write to them.
        other = project.kedro("run", "--params", "experiment=said")
        assert other.returncode == 0, other.stderr
        wait_until(lambda: list(project.root.glob("data/06_models/slow/*/*/*/last.ckpt")), first, log)
        for arguments in ([], ["--pipelines", "evaluation,reporting"]):
            second = project.kedro("run", *arguments, "--params", "experiment=slow")
            assert second.returncode == 1
            assert re.fullmatch(
                rf"Error: experiment slow is being run already, by process {first.pid} on \S+ since [\d-]+ [\d:]+: "
                r"wait for its end, or end it, then run again\n",
                second.stderr,
            )
        assert first.poll() is None
    finally:
        end(first)
    again = project.kedro("run", "--pipelines", "ingestion", "--params", "experiment=slow")
    assert again.returncode == 0, again.stderr
    client = MlflowClient(f"sqlite:///{project.root}/data/09_tracking/mlflow.db")
    for name, commands in {"said": 1, "slow": 2}.items():
        runs = client.search_runs([client.get_experiment_by_name(name).experiment_id])
        assert len([run for run in runs if run.info.run_name == "contest"]) == commands


def test_a_second_dvc_repro_is_refused_and_a_killed_one_started_again(tmp_path):
    project, log = make_repository(tmp_path / "repository"), tmp_path / "log"
    stages = yaml.safe_load((project.root / "dvc.yaml").read_text())
    (project.root / "dvc.yaml").write_text(yaml.safe_dump({**stages, "vars": [{"experiments": ["said"]}]}))
    commit(project)
    environment = {"PYTHONPATH": f"{project.root}/src"}
    first = start(project, "dvc", "repro", "fit@said", log=log, **environment)
    try:
        wait_until(lambda: "Running stage 'ingest" in log.read_text(), first, log)
        second = project.run("dvc", "repro", "fit@said", **environment)
        assert second.returncode != 0
        assert "is busy, it is being blocked by" in second.stderr
        assert str(first.pid) in second.stderr
        assert "Traceback" not in second.stderr
        assert first.poll() is None
    finally:
        end(first)
    assert ran(repro(project, "fit@said")) >= {"ingest", "fit"}
    assert ran(repro(project, "fit@said")) == set()
