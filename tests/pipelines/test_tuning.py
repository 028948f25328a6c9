"""`tuning.trials=N` through the real pipelines."""

import json
import re
import shutil

import pytest
from mlflow import MlflowClient
from project import make_project

TUNED = "experiment=tiny,models=gru+cnn2d+majority,tasks=digits,seeds=2,tuning.trials=3,tuning.startup=1"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = make_project(tmp_path_factory.mktemp("tuning"))
    answer = project.kedro("run", "--params", TUNED)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stderr == ""
    project.output = answer.stdout
    return project


def trials(project):
    return json.loads((project.root / "data/06_models/tiny/tuning.json").read_text())


def test_it_is_said_before_anything_is_trained(project):
    said = re.search(
        r"tuning +3 trials for each of 2 networks, on validation: about .* if none stops early", project.output
    )
    assert said.start() < project.output.index("plan ")


def test_the_contest_is_held_with_what_was_chosen(project):
    found = trials(project)
    assert [(one["model"], one["number"]) for one in sorted(found, key=lambda one: (one["model"], one["number"]))] == [
        (model, number) for model in ("cnn2d", "gru") for number in range(3)
    ]
    for model in ("cnn2d", "gru"):
        own = [one for one in found if one["model"] == model and one["state"] == "finished"]
        best = max(own, key=lambda one: (one["score"], -one["number"]))
        plans = json.loads((project.root / f"data/06_models/tiny/{own[0]['family']}_plan.json").read_text())
        assert {trial["recipe"]["learning_rate"] for trial in plans} == {best["values"]["recipe.learning_rate"]}


def test_the_report_shows_the_search(project):
    page = (project.root / "data/08_reporting/tiny/report.html").read_text()
    assert "<h2>Tuning</h2>" in page
    assert "Every network got 3 trials, on validation." in page
    assert "3 finished" in page or "2 finished" in page


def test_a_second_run_trains_nothing_again(project):
    before = trials(project)
    answer = project.kedro("run", "--params", TUNED)
    assert answer.returncode == 0, answer.stderr
    assert "all done already, and reused" in answer.stdout
    assert "all 6 trials are trained already" in answer.stdout
    assert trials(project) == before


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the SQLAlchemy that MLflow uses
def test_its_trials_are_runs_with_a_tag(project):
    client = MlflowClient(f"sqlite:///{project.root / 'data/09_tracking/mlflow.db'}")
    tiny = client.get_experiment_by_name("tiny").experiment_id
    runs = client.search_runs([tiny], "tags.tuning != ''")
    assert 3 <= len(runs) <= 6  # less those that the contest took over
    assert {run.info.status for run in runs} <= {"FINISHED", "KILLED"}
    assert all("val/loss" in run.data.metrics for run in runs)
    contest = client.search_runs([tiny], "metrics.`test/accuracy` > 0")
    assert all("tuning" not in run.data.tags for run in contest)


def test_a_network_without_a_search_space_ends_in_one_line(project):
    path = project.root / "conf/model/gru.yaml"
    text = path.read_text()
    path.write_text(text[: text.index("search:")])
    answer = project.kedro("run", "--params", TUNED)
    path.write_text(text)
    assert answer.returncode != 0
    assert "models.gru.search is empty" in answer.stderr
    assert "Traceback" not in answer.stderr


FOLDS = "experiment=tiny,models=gru,tasks=japanese_vowels,seeds=2,tuning.trials=2"


def of_folds(project):
    """(fingerprint, status, tag, the steps at which a round ended) of each run that tuning made."""
    client = MlflowClient(f"sqlite:///{project.root / 'data/09_tracking/mlflow.db'}")
    found = client.search_runs([client.get_experiment_by_name("tiny").experiment_id], "tags.tuning != ''")
    return {
        (
            run.data.tags["fingerprint"],
            run.info.status,
            run.data.tags["tuning"],
            *(metric.step for metric in client.get_metric_history(run.info.run_id, "val/loss")),
        )
        for run in found
    }


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the SQLAlchemy that MLflow uses
def test_where_validation_parts_are_small_a_trial_takes_a_fold_of_each_seed_and_each_is_a_run(tmp_path):
    project = make_project(tmp_path)
    answer = project.kedro("run", "--params", FOLDS)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    told = trials(project)
    assert [(one["state"], one["steps"], len(one["fingerprints"])) for one in told] == [("finished", 60, 2)] * 2
    expected = {(name, "FINISHED", "finished", 15, 30) for one in told for name in one["fingerprints"]}
    assert len(expected) == 4
    assert of_folds(project) == expected
    shutil.rmtree(project.root / "data/09_tracking")
    answer = project.kedro("run", "--params", FOLDS)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert of_folds(project) == expected
