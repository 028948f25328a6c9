"""Every request to MLflow takes effect, but its answer is lost, once: all is there once all the same."""

import pytest
from contest import ADDING, TWICE, compose, opened, planned
from mlflow import MlflowClient
from mlflow.entities import LoggedModelStatus
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import PERMISSION_DENIED, TEMPORARILY_UNAVAILABLE

from cnn_vs_rnn.evaluation.evaluate import evaluate_trial
from cnn_vs_rnn.evaluation.results import Cost
from cnn_vs_rnn.executors.node import NodeMetrics, readings
from cnn_vs_rnn.learner.fit import fit
from pipelines.tracking import Tracker

pytestmark = pytest.mark.filterwarnings("default")  # MLflow, used in this process here, warns of its own dependencies

WRITES = (
    "create_run",
    "log_batch",
    "log_inputs",
    "create_logged_model",
    "log_outputs",
    "log_model_artifacts",
    "finalize_logged_model",
    "set_terminated",
    "set_tag",
    "create_registered_model",
    "create_model_version",
    "set_registered_model_alias",
    "log_artifact",
)


def losing(name, lost):
    """A method of the client that does what it is asked to, but answers only when it is asked again."""
    real = getattr(MlflowClient, name)

    def wrapped(self, *arguments, **named):
        answer = real(self, *arguments, **named)
        metrics = {metric.key for metric in named.get("metrics", ())}
        call = (name, arguments[0], str(arguments[1:2] * (name == "set_tag")), metrics)
        if call not in lost:
            lost.append(call)
            raise MlflowException("the answer is lost", TEMPORARILY_UNAVAILABLE)
        return answer

    return wrapped


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A trial, its folder and its result."""
    root = tmp_path_factory.mktemp("adding")
    trial = planned(compose(ADDING | TWICE), root)[0]
    folder = opened(trial, root / "trial")
    fit(folder, [NodeMetrics(folder.path)])
    return trial, folder, evaluate_trial(folder, trial, folder.record(), root / "predictions")


def record(tracker, trained, report):
    """All that a `kedro run` tells of a trial and a report."""
    trial, folder, result = trained
    tracker.trials_planned([trial])
    tracker.tick()
    tracker.trial_progressed(trial, folder)
    tracker.tick()
    tracker.trial_ended(trial, folder, None)
    run_id = tracker.trial_tested(trial, result)
    cost = Cost.model_construct(
        task=trial.task.name,
        condition=trial.condition,
        model=trial.model.name,
        **dict.fromkeys(set(Cost.model_fields) - {"task", "condition", "model", "streams"}, 1.0),
        streams=True,
    )
    tracker.costs_measured([cost], [result])
    tracker.register_best(result, trial.experiment)
    report.mkdir()
    (report / "report.html").write_text("<p>")
    tracker.report_written(report, {"effect/adding": 0.5}, {"verdict.adding": "tie"})
    return run_id


def test_requests_that_took_effect_although_their_answer_was_lost_do_so_once(trained, tmp_path, monkeypatch):
    _, folder, _ = trained
    tracker = Tracker(f"sqlite:///{tmp_path}/runs.db", tmp_path / "artifacts", wait_seconds=20)
    tracker.open(compose(ADDING), {})
    lost = []
    for name in WRITES:
        monkeypatch.setattr(MlflowClient, name, losing(name, lost))
    monkeypatch.setattr("pipelines.outbox.RETRY_SECONDS", 0.0)
    run_id = record(tracker, trained, tmp_path / "report")
    assert tracker.close(failed=False) == ""
    assert {name for name, *_ in lost} == set(WRITES)
    assert len(lost) > len(WRITES) + 5
    client = tracker.client
    runs = client.search_runs([tracker.experiment_id])
    assert {run.info.run_id for run in runs} == {tracker.parent_id, run_id}
    assert {run.info.status for run in runs} == {"FINISHED"}
    (child,) = [run for run in runs if run.info.run_id == run_id]
    by_step = {"train/loss", "val/loss", "val/mse", "train/learning_rate", "refit/loss", "refit/learning_rate"}
    for name in by_step:
        assert [metric.step for metric in client.get_metric_history(run_id, name)] == list(range(3, 61, 3))
    sampled = {name for name in child.data.metrics if name.startswith("system/")}
    assert sum(len(client.get_metric_history(run_id, name)) for name in sampled) == len(list(readings(folder.path)))
    once = set(child.data.metrics) - by_step - sampled
    assert all(len(client.get_metric_history(run_id, name)) == 1 for name in once)
    assert len(child.inputs.dataset_inputs) == 1
    (model,) = client.search_logged_models([tracker.experiment_id])
    assert model.status == LoggedModelStatus.READY
    assert [one.model_id for one in child.outputs.model_outputs] == [model.model_id]
    (version,) = client.search_model_versions()
    assert version.run_id == run_id
    assert client.get_model_version_by_alias(version.name, "best").version == version.version
    assert len(client.get_metric_history(tracker.parent_id, "effect/adding")) == 1


def test_a_run_that_was_created_twice_is_kept_once_with_all_that_it_holds(trained, tmp_path):
    """The first request took effect after it was given up and repeated."""
    trial, folder, _ = trained
    tracker = Tracker(f"sqlite:///{tmp_path}/runs.db", tmp_path / "artifacts", wait_seconds=0)
    tracker.open(compose(ADDING), {})
    tracker.client.create_run(tracker.experiment_id, start_time=1, tags={"fingerprint": trial.fingerprint()})
    used = tracker.client.create_run(tracker.experiment_id, tags={"fingerprint": trial.fingerprint()}).info.run_id
    tracker.runs.ids[trial.fingerprint()] = used
    tracker.trial_ended(trial, folder, None)
    assert tracker.close(failed=False) == ""
    (run,) = tracker.client.search_runs([tracker.experiment_id], "tags.fingerprint != ''")
    assert run.info.run_id == used
    assert run.info.status == "FINISHED"


def test_what_mlflow_refuses_is_said_and_the_rest_recorded(trained, tmp_path, monkeypatch):
    tracker = Tracker(f"sqlite:///{tmp_path}/runs.db", tmp_path / "artifacts", wait_seconds=0)
    tracker.open(compose(ADDING), {})

    def refuse(*_, **__):
        raise MlflowException("no right to register models", PERMISSION_DENIED)

    monkeypatch.setattr(MlflowClient, "create_registered_model", refuse)
    record(tracker, trained, tmp_path / "report")
    said = tracker.close(failed=False)
    assert "refused the best model of adding (" in said
    assert "no right to register models" in said
    assert [run.info.status for run in tracker.client.search_runs([tracker.experiment_id])] == ["FINISHED"] * 2
