"""Probes and claims through the real pipelines, and the page that gathers them."""

import json
import re
import subprocess
import sys

import pytest
from project import SOURCE, make_project
from yaml import safe_load

from pipelines.claims import known_claims
from pipelines.mlflow_terms import allowed


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = make_project(tmp_path_factory.mktemp("claims"))
    answer = project.kedro("run", "--params", "experiment=said")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    project.output = answer.stdout + answer.stderr
    return project


def test_an_untrained_experiment_says_its_verdicts(project):
    assert "nothing is trained" in project.output
    for word in ("streaming-state", "supported", "training-memory", "refuted"):
        assert word in project.output
    assert "Traceback" not in project.output


def test_its_report_shows_the_claims_and_no_empty_section(project):
    page = (project.root / "data/08_reporting/said/report.html").read_text()
    assert '<details class="claim" id="streaming-state">' in page
    assert "Supported if the state of the TCN is larger than that of the LSTM." in page
    assert "kept for the backward pass, one sample, by time steps" in page
    assert "nothing is trained" in page
    assert "<h2>Verdicts" not in page
    assert "<h2>Leaderboard" not in page


def test_verdicts_keep_the_contract(project):
    entries = json.loads((project.root / "data/08_reporting/said/verdicts.json").read_text())
    assert [(one["claim"], one["verdict"]) for one in entries] == [
        ("streaming-state", "supported"),
        ("training-memory", "refuted"),
    ]
    keys = {"claim", "statement", "verdict", "effect", "ci_low", "ci_high", "seeds", "conditions", "reason"}
    assert all(set(one) == keys for one in entries)
    assert entries[0]["effect"] > 1.1
    assert entries[0]["seeds"] == 3


def test_the_page_gathers_what_was_decided(project):
    answer = project.run(sys.executable, "-m", "pipelines.claims")
    assert answer.returncode == 0, answer.stderr
    page = (project.root / "data/08_reporting/claims/report.html").read_text()
    assert "An RNN streams with less memory than a CNN." in page
    assert "a stream" in page
    missing = page.partition("Not measured on this machine yet: ")[2].partition("</p>")[0]
    assert "spatial-data" in missing
    assert "streaming-state" not in missing
    assert (project.root / "data/08_reporting/claims/effects.csv").read_text().startswith("claim,test,outcome")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the SQLAlchemy that MLflow uses
def test_a_claim_is_a_run_and_its_trials_carry_its_verdict(project):
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{project.root / 'data/09_tracking/mlflow.db'}")
    said = client.get_experiment_by_name("said").experiment_id
    runs = {run.data.tags["claim"]: run for run in client.search_runs([said], "tags.claim != ''")}
    assert {name: run.data.tags["verdict"] for name, run in runs.items()} == {
        "streaming-state": "supported",
        "training-memory": "refuted",
    }
    one = runs["streaming-state"]
    assert one.info.status == "FINISHED"
    assert one.info.run_name == "claim streaming-state"
    assert one.data.metrics["effect/TCN against LSTM"] > 1.1
    models = {}
    for name, run in runs.items():
        search = re.search("search `(.*)`", run.data.tags["mlflow.note.content"])[1]
        models[name] = {trial.data.tags["model"] for trial in client.search_runs([said], search)}
    assert models == {"streaming-state": {"tcn", "lstm"}, "training-memory": {"lstm"}}


def test_claims_stand_in_the_order_of_the_experiments_and_none_is_forgotten():
    found = known_claims(SOURCE)
    files = [safe_load(file.read_text()) for file in (SOURCE / "conf/experiment").glob("*.yaml")]
    assert sorted(found) == sorted({claim for file in files for claim in file.get("claims") or {}})
    order = ["spatial-data", "sequential-data", "vanishing-gradient", "streaming-state", "use-cases"]
    assert sorted(order, key=found.index) == order


def test_nothing_decided_is_one_line(tmp_path):
    answer = make_project(tmp_path).run(sys.executable, "-m", "pipelines.claims")
    assert answer.returncode == 1
    assert answer.stderr.strip() == "no experiment has decided a claim yet: run `dvc repro`"


def test_a_claim_on_what_is_not_there_ends_in_one_line(project):
    path = project.root / "conf/experiment/wrong.yaml"
    text = (project.root / "conf/experiment/said.yaml").read_text()
    path.write_text(
        text.replace("experiment: said", "experiment: wrong").replace("of: {model: tcn}", "of: {model: tnc}")
    )
    answer = project.kedro("run", "--params", "experiment=wrong")
    assert answer.returncode != 0
    assert "tnc" in answer.stderr
    assert "tcn" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_refused_measurement_is_said_and_the_run_ends_so(project):
    path = project.root / "conf/experiment/busy.yaml"
    text = (project.root / "conf/experiment/said.yaml").read_text().replace("experiment: said", "experiment: busy")
    timed = "  step_time: {target: 'cnn_vs_rnn.probes.step_time:measure', options: "
    timed += "{tokens: 32, lengths: [8], batch_sizes: [2], threads: [1], threads_length: 8, wait_seconds: 0.0}}"
    path.write_text(text.replace("\nclaims:", f"\n{timed}\nclaims:"))
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        answer = project.kedro("run", "--params", "experiment=busy")
    finally:
        other.kill()
        other.wait()
    assert answer.returncode != 0
    assert "3 of the measurements were refused: step_time: other processes use" in answer.stderr
    assert (project.root / "data/08_reporting/busy/report.html").is_file()
    found = json.loads((project.root / "data/07_model_output/busy/measurements.json").read_text())
    assert {one["quantity"] for one in found} >= {"train_flops", "state_bytes"}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the SQLAlchemy that MLflow uses
@pytest.mark.parametrize("name", ["100 images, dropout=on", "10 steps; L2 > 0", "a/b: c"])
def test_mlflow_takes_any_name_of_a_condition(name, tmp_path):
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{tmp_path / 'm.db'}")
    run = client.create_run(client.create_experiment("e")).info.run_id
    client.log_metric(run, allowed(f"effect/{name}"), 1.0)
    client.set_tag(run, allowed(f"verdict.{name}"), "tie")
    assert client.get_run(run).data.metrics
