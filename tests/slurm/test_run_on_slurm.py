"""`kedro run` with executor=slurm: the experiment that it is on a laptop, on both nodes of a real cluster."""

import csv
import json

from project import make_project

EXPERIMENT = (
    "experiment=quickstart,tasks=adding,models=lstm+fcn+linear,seeds=3,budget.parameters=2000,trainer.steps=30,"
    "trainer.rounds=3,"
    "tasks.adding.options.length=8,tasks.adding.options.samples=60,tasks.adding.options.test_samples=20"
)
ON_SLURM = "executor=slurm,executor.chunk=2,executor.memory_gb=2,executor.poll_seconds=0.5,executor.minutes=10"


def trials(project):
    with (project.root / "data/08_reporting/quickstart/trials.csv").open(newline="") as file:
        return [
            {name: value for name, value in row.items() if name not in ("train_seconds", "mlflow_run_id")}
            for row in csv.DictReader(file)
        ]


def fitted(project):
    """What training has to say of each trial, and of a longer training of each network."""
    models = project.root / "data/06_models/quickstart"
    paths = [*sorted(models.glob("*_fitted.json")), models / "longer.json"]
    return [json.loads(path.read_text()) for path in paths]


def test_a_whole_experiment_over_both_nodes(cluster, tmp_path):
    here, there = make_project(tmp_path / "here"), make_project(tmp_path / "there")
    answer = here.kedro("run", "--params", EXPERIMENT)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    answer = there.kedro("run", "--params", f"{EXPERIMENT},{ON_SLURM}")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stderr == ""
    lines = answer.stdout.splitlines()
    [plan] = [at for at, line in enumerate(lines) if line.startswith("plan    7 trials to")]
    [first, longer, submitted] = [at for at, line in enumerate(lines) if line.startswith("slurm ")]
    assert "7 trials to train on 4 workers, 2 are trained already" in lines[plan]
    assert "2 trials in 1 jobs" in lines[first]  # one seed of each network
    assert "2 trials in 1 jobs" in lines[longer]  # and over twice the steps
    assert "7 trials in 4 jobs" in lines[submitted]
    assert plan < submitted
    number = lines[submitted].split()[2].rstrip(":")
    nodes = [
        cluster.run("scontrol", "show", "job", f"{number}_{place}").partition("NodeList=node")[2] for place in "0123"
    ]
    assert {found[0] for found in nodes} == {"1", "2"}
    assert trials(there) == trials(here)
    assert len(trials(there)) == 9
    assert fitted(there) == fitted(here)
    *of_trials, longer_trainings = fitted(there)
    assert sum(map(len, of_trials)) == 9
    assert {one["model"] for one in longer_trainings} == {"lstm", "fcn"}
    again = there.kedro("run", "--params", f"{EXPERIMENT},{ON_SLURM}")
    assert "all 9 trials are trained already" in again.stdout
    assert "slurm" not in again.stdout
