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


def test_what_is_trained_first_is_said_and_reused(project):
    first = r"length  2 networks by one seed, about .* of .* in all, to see whether they need more steps\n"
    assert re.search(first, project.output)
    assert re.search(r"plan +4 trials to train on 2 workers, 2 are trained already: about ", project.output)


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


# The usual 600 steps, at a rate so low that they are too few.
SLOW = (
    "experiment=tiny,tasks=digits,models=cnn2d,seeds=1,budget.parameters=1000,trainer.steps=null,trainer.rounds=2,"
    "trainer.check_longer=true,tasks.digits.limit=300,recipe.learning_rate=0.0001"
)


@pytest.fixture(scope="module")
def lengthened(tmp_path_factory):
    project = make_project(tmp_path_factory.mktemp("lengthened"))
    answer = project.kedro("run", "--params", SLOW)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    project.output = answer.stdout
    return project


class TestStepsThatFollowFromTheSamples:
    def test_they_are_doubled_while_that_helps(self, lengthened):
        found = re.findall(r"length +digits: (twice|four times) the steps for all networks", lengthened.output)
        assert found in (["twice"], ["twice", "four times"])
        steps = 600 * {"twice": 2, "four times": 4}[found[-1]]
        assert f"plan    {steps:,} steps of 16 samples" in lengthened.output
        with (lengthened.report / "trials.csv").open(newline="") as file:
            assert {row["steps"] for row in csv.DictReader(file)} == {str(steps)}

    def test_where_there_is_no_time_they_stay_and_the_network_is_flagged(self, lengthened):
        answer = lengthened.kedro("run", "--params", f"{SLOW},decide.minutes=0")
        assert answer.returncode == 0, answer.stdout + answer.stderr
        assert "length  digits: twice the steps would take longer than decide.minutes=0" in answer.stdout
        assert "over 1,200 steps instead of 600" in answer.stdout
        assert any("unfinished" in text for text in flags(lengthened).values())
