"""`trainer.check_longer`: one seed of each network is trained over twice the steps, and what that shows is told."""

import csv
import re

import pytest
from mlflow import MlflowClient
from project import make_project

from cnn_vs_rnn.statistics.words import FLAG_WORDS
from cnn_vs_rnn.trials.folder import TrialFolder

pytestmark = pytest.mark.filterwarnings("default")  # MLflow, used in this process here, warns of its own dependencies

FEW = "experiment=tiny,tasks=digits,models=cnn2d+gru+majority,seeds=2,trainer.steps=16,trainer.rounds=2"
CHECKED = f"{FEW},trainer.check_longer=true"
NETWORKS = ("cnn2d", "gru")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A contest that ends when its networks have learnt next to nothing."""
    project = make_project(tmp_path_factory.mktemp("longer"))
    answer = project.kedro("run", "--params", CHECKED)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stderr == ""
    project.output = answer.stdout
    return project


def flags(project):
    """(model, seed) -> what trials.csv flags."""
    with (project.report / "trials.csv").open(newline="") as file:
        return {(row["model"], row["seed"]): row["flags"] for row in csv.DictReader(file)}


def runs(project):
    client = MlflowClient(f"sqlite:///{project.root}/data/09_tracking/mlflow.db")
    return client.search_runs([client.get_experiment_by_name("tiny").experiment_id], "tags.fingerprint != ''")


def longer(project):
    """Model -> the folders of its longer trainings."""
    root = project.root / "data/06_models/tiny/longer/tiny/digits"
    return {path.name: [TrialFolder(folder) for folder in path.iterdir()] for path in root.iterdir()}


def written(project):
    """When each longer training was."""
    return {folder.path: folder.result.stat().st_mtime_ns for [folder] in longer(project).values()}


def test_one_seed_of_each_network_is_trained_over_twice_the_steps(project):
    found = longer(project)
    assert found.keys() == set(NETWORKS)
    for [folder] in found.values():
        assert folder.record().steps == 32
        assert folder.trial().seed == 0


def test_the_plan_says_how_long_that_may_take(project):
    line = r"plan +6 trials to train on 2 workers: about .*, up to .* with one longer training of each network\n"
    assert re.search(line, project.output)


def test_a_network_that_gains_is_noted_and_flagged_in_all_its_seeds(project):
    for model in NETWORKS:
        assert re.search(
            rf"note +digits/{model} seed 0 is not trained to its end: over 32 steps instead of 16 its validation score "
            r"is \S+ instead of \S+ \(trainer\.steps=32\)",
            project.output,
        )
    expected = {(model, seed): model in NETWORKS for model in (*NETWORKS, "majority") for seed in "01"}
    assert {trial: "unfinished" in text for trial, text in flags(project).items()} == expected
    assert FLAG_WORDS["unfinished"] in (project.report / "report.html").read_text(encoding="utf-8")


def test_mlflow_has_the_flag_and_the_contests_trials_alone(project):
    found = runs(project)
    assert len(found) == 6
    assert all(("flag.unfinished" in run.data.tags) == (run.data.tags["model"] in NETWORKS) for run in found)


def test_a_second_run_reuses_it_and_one_that_does_not_ask_withdraws_the_flag(project):
    before, made = flags(project), written(project)
    answer = project.kedro("run", "--params", CHECKED)
    assert answer.returncode == 0, answer.stderr
    assert "all 6 trials are trained already" in answer.stdout
    assert answer.stdout.count("is not trained to its end") == len(NETWORKS)
    assert written(project) == made
    assert flags(project) == before
    answer = project.kedro("run", "--params", FEW)
    assert "all 6 trials are trained already" in answer.stdout
    assert "is not trained to its end" not in answer.stdout
    assert not any("unfinished" in text for text in flags(project).values())
    assert not any("flag.unfinished" in run.data.tags for run in runs(project))
