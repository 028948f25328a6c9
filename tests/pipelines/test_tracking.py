"""What MLflow holds after a run, read back from a real SQLite store and seen in its real UI."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import mlflow
import numpy as np
import pytest
import torch
from mlflow import MlflowClient

from cnn_vs_rnn.augmentation.scaling import read_part, read_scaling
from cnn_vs_rnn.evaluation.evaluate import model_from
from cnn_vs_rnn.trials.folder import TrialFolder

pytestmark = pytest.mark.filterwarnings("default")  # MLflow, used in this process here, warns of its own dependencies

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def client(finished):
    return MlflowClient(f"sqlite:///{finished.root}/data/09_tracking/mlflow.db")


@pytest.fixture(scope="module")
def runs(client):
    experiment = client.get_experiment_by_name("tiny")
    return list(client.search_runs([experiment.experiment_id], max_results=1000))


@pytest.fixture(scope="module")
def parent(runs):
    (parent,) = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    return parent


@pytest.fixture(scope="module")
def children(runs):
    return [run for run in runs if "mlflow.parentRunId" in run.data.tags]


def test_one_parent_and_a_child_a_trial(parent, children):
    assert parent.info.status == "FINISHED"
    assert len(children) == 30
    assert {child.data.tags["mlflow.parentRunId"] for child in children} == {parent.info.run_id}
    assert {child.info.status for child in children} == {"FINISHED"}
    assert {child.data.tags["family"] for child in children} == {"cnn", "rnn", "hybrid", "baseline"}


def test_the_parent_holds_the_report_and_the_composed_experiment(client, parent):
    files = {file.path for file in client.list_artifacts(parent.info.run_id)}
    assert files >= {"experiment.yaml", "report.html", "leaderboard.csv", "trials.csv", "verdicts.json"}
    assert parent.data.params["budget.parameters"] == "3000"
    assert "experiment=tiny" in parent.data.tags["mlflow.source.name"]


def child_of(children, model, task):
    return next(run for run in children if (run.data.tags["model"], run.data.tags["task"]) == (model, task))


def test_a_child_holds_flat_params_metrics_by_step_and_its_data(client, children):
    child = child_of(children, "gru", "digits")
    assert child.data.params["recipe.optimizer"] == "adamw"
    assert child.data.params["model.read_out"]
    assert child.data.params["trainer.steps"] == "30"
    assert child.data.params["recipe.batch_size"] == "32"  # which followed from the number of samples
    for name in ("train/loss", "train/learning_rate", "val/loss", "val/accuracy"):
        assert [metric.step for metric in client.get_metric_history(child.info.run_id, name)] == [15, 30]
    assert child.data.metrics["final/steps"] == 30
    assert child.data.metrics["final/val_accuracy"] == child.data.metrics["val/accuracy"]
    for name in ("test/accuracy", "cost/step_ms", "cost/latency_ms"):
        assert name in child.data.metrics
    assert {"test/macro_f1", "test/nll"} <= set(child.data.metrics)
    (data,) = child.inputs.dataset_inputs
    assert data.dataset.name == "digits"


def test_of_a_trial_that_trains_twice_it_holds_both_trainings(client, children):
    once, twice = (child_of(children, "gru", task) for task in ("digits", "japanese_vowels"))
    for name in ("train/loss", "val/loss", "val/accuracy", "refit/loss", "refit/learning_rate"):
        assert [metric.step for metric in client.get_metric_history(twice.info.run_id, name)] == [15, 30]
    assert not any(name.startswith("refit/") for name in once.data.metrics)


def test_the_best_model_of_each_task_loads_without_unpickling_and_answers_raw_input(finished, monkeypatch):
    monkeypatch.setattr("pickle.load", pytest.fail)
    monkeypatch.setattr("cloudpickle.load", pytest.fail)
    monkeypatch.chdir(finished.root)
    uri = f"sqlite:///{finished.root}/data/09_tracking/mlflow.db"
    mlflow.set_tracking_uri(uri)
    for task in ("digits", "japanese_vowels"):
        version = MlflowClient(uri).get_model_version_by_alias(f"tiny-{task}", "best")
        folder = next((finished.root / "data/06_models/tiny" / task).glob(f"*/{version.tags['fingerprint']}"))
        trial = TrialFolder(folder).trial()
        model = mlflow.pyfunc.load_model(f"models:/tiny-{task}@best")
        assert model.metadata.signature is not None
        scaled = read_part(trial.data, trial.seed, "test")
        raw = read_scaling(trial.data, trial.seed).undo(scaled)
        asked = {"inputs": raw.inputs} if raw.lengths is None else {"inputs": raw.inputs, "lengths": raw.lengths}
        lengths = None if raw.lengths is None else torch.from_numpy(raw.lengths)
        with torch.inference_mode():
            expected = model_from(folder / "weights.ckpt", trial)(torch.from_numpy(scaled.inputs), lengths).softmax(-1)
        np.testing.assert_allclose(model.predict(asked), expected.numpy(), atol=1e-4)


def test_a_deleted_tracking_store_is_filled_again(copied):
    shutil.rmtree(copied.root / "data/09_tracking")
    answer = copied.kedro("run", "--params", "experiment=tiny")
    assert answer.returncode == 0, answer.stderr
    client = MlflowClient(f"sqlite:///{copied.root}/data/09_tracking/mlflow.db")
    runs = client.search_runs([client.get_experiment_by_name("tiny").experiment_id], "tags.fingerprint != ''")
    assert len(runs) == 30
    assert all("test/accuracy" in run.data.metrics for run in runs)
    for task, last in (("digits", "val/loss"), ("japanese_vowels", "refit/loss")):
        run = child_of(runs, "gru", task)
        first, *_, final = [metric.timestamp for metric in client.get_metric_history(run.info.run_id, last)]
        assert run.info.start_time < first < final <= run.info.end_time + 1  # of milliseconds, each rounded


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def ui(finished):
    """`make ui` on a free port, ended by process group."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.ui", "--port", str(port)],
        cwd=finished.root,
        env=finished.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/health", timeout=5)
            break
        except OSError:
            assert process.poll() is None
            time.sleep(0.5)
    yield address
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(30)


def test_a_taken_port_ends_in_one_line(finished):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = finished.run(sys.executable, "-m", "pipelines.ui", "--port", port)
    assert answer.returncode == 1
    assert (
        answer.stderr.strip() == f"Port {port} on 127.0.0.1 is taken: stop what uses it, or choose another, PORT=5001"
    )


def test_a_foreign_host_header_is_refused(ui):
    request = urllib.request.Request(ui, headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 403


def dom(address):
    """The page as Chromium sees it after its scripts have run."""
    with tempfile.TemporaryDirectory() as profile:
        command = [CHROMIUM, *QUIET, f"--user-data-dir={profile}", "--window-size=1500,1000"]
        command += ["--virtual-time-budget=40000", "--dump-dom", address]
        return subprocess.run(command, capture_output=True, text=True, timeout=180).stdout


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_ui_lists_the_parent_and_its_children(ui, parent, children):
    runs = dom(f"{ui}/#/experiments/{parent.info.experiment_id}/runs?workflowType=machine_learning")
    assert ">contest<" in runs
    assert f">{len(children) + 1}</strong> matching" in runs
    child = children[0]
    page = dom(f"{ui}/#/experiments/{child.info.experiment_id}/runs/{child.info.run_id}?workflowType=machine_learning")
    assert child.info.run_name in page
    assert "Parent run" in page
