"""`kedro run` with executor=slurm: the experiment that it is on a laptop, on both nodes of a real cluster."""

import csv

from project import make_project

EXPERIMENT = (
    "experiment=quickstart,tasks=adding,models=lstm+fcn+linear,seeds=2,budget.parameters=2000,trainer.max_epochs=3,"
    "tasks.adding.options.length=8,tasks.adding.options.samples=60,tasks.adding.options.test_samples=20"
)
ON_SLURM = "executor=slurm,executor.chunk=2,executor.memory_gb=2,executor.poll_seconds=0.5,executor.minutes=10"


def trials(project):
    with (project.root / "data/08_reporting/quickstart/trials.csv").open(newline="") as file:
        return [
            {name: value for name, value in row.items() if name not in ("train_seconds", "mlflow_run_id")}
            for row in csv.DictReader(file)
        ]


def test_a_whole_experiment_over_both_nodes(cluster, tmp_path):
    here, there = make_project(tmp_path / "here"), make_project(tmp_path / "there")
    answer = here.kedro("run", "--params", EXPERIMENT)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    answer = there.kedro("run", "--params", f"{EXPERIMENT},{ON_SLURM}")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stderr == ""
    lines = answer.stdout.splitlines()
    [plan, submitted] = [at for at, line in enumerate(lines) if line.startswith(("plan    6 trials to", "slurm "))]
    assert "6 trials to train on 3 workers" in lines[plan]
    assert "6 trials in 3 jobs" in lines[submitted]
    assert plan < submitted
    number = lines[submitted].split()[2].rstrip(":")
    nodes = [
        cluster.run("scontrol", "show", "job", f"{number}_{place}").partition("NodeList=node")[2] for place in "012"
    ]
    assert {found[0] for found in nodes} == {"1", "2"}
    assert trials(there) == trials(here)
    assert len(trials(there)) == 6
    again = there.kedro("run", "--params", f"{EXPERIMENT},{ON_SLURM}")
    assert "all 6 trials are trained already" in again.stdout
    assert "slurm" not in again.stdout
